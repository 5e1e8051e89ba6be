/**
 * Bets in memory, by the same rules as the tables: for replay that leaves nothing behind, and for tests. Plain maps, so
 * that a day of races costs nothing noticeable.
 */
import { Effect, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import { BetRepository, supersedes } from "./BetRepository.ts"
import { StorageFailure } from "./StorageFailure.ts"

const failure = (operation: string, kind: StorageFailure["kind"], message: string) =>
  Effect.fail(new StorageFailure({ operation: `BetRepository.${operation}`, kind, message }))

const intentOf = (bet: Bet.Bet): string =>
  `${bet.mode} ${bet.strategyId} ${bet.marketId} ${bet.selectionId} ${bet.handicap} ${bet.side} ${bet.slot}`

/** Of each mode. */
const makeIndex = () => ({ byVenueId: new Map<string, BetId>(), byMarket: new Map<MarketId, Array<BetId>>() })

const byAge = (a: Bet.Bet, b: Bet.Bet): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

const make = () => {
  const bets = new Map<BetId, Bet.Bet>()
  const indexes: Record<Mode, ReturnType<typeof makeIndex>> = {
    live: makeIndex(),
    paper: makeIndex(),
    replay: makeIndex()
  }
  /** Open bets, each with what it was intended to be. */
  const openBets = new Map<BetId, string>()
  const openByIntent = new Map<string, Set<BetId>>()
  /** Bets, with their mode, of which a replacement is open. */
  const replaced = new Set<string>()
  /** In the order of settlement while `inOrder`: what comes late or is settled anew makes it be sorted again. */
  const settled: Array<BetId> = []
  let inOrder = true

  const settledAt = (id: BetId) => bets.get(id)?.settlement?.at ?? 0

  const bySettlement = (a: BetId, b: BetId) => settledAt(a) - settledAt(b) || (a < b ? -1 : 1)

  const addSettled = (before: Bet.Bet | undefined, bet: Bet.Bet) => {
    if (bet.settlement === null) return
    if (before === undefined || before.settlement === null) settled.push(bet.id)
    const previous = settled.at(-2)
    if (settled.at(-1) !== bet.id || (previous !== undefined && bySettlement(previous, bet.id) > 0)) inOrder = false
  }

  const sortSettled = () => {
    if (inOrder) return
    settled.sort(bySettlement)
    inOrder = true
  }

  /** The first place whose bet was settled at or after the instant. */
  const placeOf = (at: number) => {
    let low = 0
    let high = settled.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (settledAt(settled[middle]!) < at) low = middle + 1
      else high = middle
    }
    return low
  }

  const all = (ids: Iterable<BetId>) => Array.from(ids, (id) => bets.get(id)!)

  const open = (bet: Bet.Bet, intent: string) => {
    openBets.set(bet.id, intent)
    const known = openByIntent.get(intent)
    if (known === undefined) openByIntent.set(intent, new Set([bet.id]))
    else known.add(bet.id)
    if (bet.replaces !== null) replaced.add(`${bet.mode} ${bet.replaces}`)
  }

  const close = (bet: Bet.Bet) => {
    const intent = openBets.get(bet.id)
    if (intent === undefined) return
    openBets.delete(bet.id)
    const known = openByIntent.get(intent)
    known?.delete(bet.id)
    if (known?.size === 0) openByIntent.delete(intent)
    if (bet.replaces !== null) replaced.delete(`${bet.mode} ${bet.replaces}`)
  }

  const put = (bet: Bet.Bet, intent?: string) => {
    const before = bets.get(bet.id)
    bets.set(bet.id, bet)
    addSettled(before, bet)
    if (bet.betfairBetId !== null && bet.betfairBetId !== before?.betfairBetId) {
      indexes[bet.mode].byVenueId.set(bet.betfairBetId, bet.id)
    }
    // A bet's intent never changes: only its end does something to who is open.
    const isOpen = Bet.isOpen(bet)
    if (before !== undefined && Bet.isOpen(before) === isOpen) return
    if (isOpen) open(bet, intent ?? intentOf(bet))
    else close(bet)
  }

  const isTakenVenueId = (bet: Bet.Bet): boolean =>
    bet.betfairBetId !== null && (indexes[bet.mode].byVenueId.get(bet.betfairBetId) ?? bet.id) !== bet.id

  const isIntentTaken = (bet: Bet.Bet, intent: string): boolean =>
    bet.replaces === null ? openByIntent.has(intent) : replaced.has(`${bet.mode} ${bet.replaces}`)

  const isTaken = (bet: Bet.Bet, intent: string): boolean =>
    bets.has(bet.id) || isTakenVenueId(bet) || (Bet.isOpen(bet) && isIntentTaken(bet, intent))

  const create = (batch: ReadonlyArray<Bet.Bet>) => {
    const added: Array<Bet.Bet> = []
    for (const bet of batch) {
      const intent = intentOf(bet)
      if (isTaken(bet, intent)) {
        added.forEach(withdraw)
        return failure("create", "conflict", `bet ${bet.id}: the same bet or intent is there already`)
      }
      put(bet, intent)
      added.push(bet)
    }
    for (const bet of added) {
      const { byMarket } = indexes[bet.mode]
      const known = byMarket.get(bet.marketId)
      if (known === undefined) byMarket.set(bet.marketId, [bet.id])
      else known.push(bet.id)
    }
    return Effect.void
  }

  const withdraw = (bet: Bet.Bet) => {
    bets.delete(bet.id)
    close(bet)
    if (bet.settlement !== null) settled.splice(settled.indexOf(bet.id), 1)
    if (bet.betfairBetId !== null) indexes[bet.mode].byVenueId.delete(bet.betfairBetId)
  }

  const update = (batch: ReadonlyArray<Bet.Bet>) => {
    const named = new Map<string, BetId>()
    for (const bet of batch) {
      const row = bets.get(bet.id)
      if (row?.mode !== bet.mode) return failure("update", "invalid", `bet ${bet.id} was never created`)
      if (bet.betfairBetId === row.betfairBetId || bet.betfairBetId === null) continue
      const venueId = `${bet.mode} ${bet.betfairBetId}`
      if (isTakenVenueId(bet) || (named.get(venueId) ?? bet.id) !== bet.id) {
        return failure("update", "conflict", `Betfair's id ${bet.betfairBetId} is another bet's`)
      }
      named.set(venueId, bet.id)
    }
    for (const bet of batch) if (supersedes(bets.get(bet.id)!, bet)) put(bet)
    return Effect.void
  }

  return BetRepository.of({
    create: (batch) => Effect.suspend(() => create(batch)),
    update: (batch) => Effect.suspend(() => update(batch)),
    byId: (id) => Effect.sync(() => bets.get(id) ?? null),
    byBetfairBetId: (mode, betfairBetId) =>
      Effect.sync(() => bets.get(indexes[mode].byVenueId.get(betfairBetId) ?? ("" as BetId)) ?? null),
    open: (mode) =>
      Effect.sync(() =>
        all(openBets.keys())
          .filter((bet) => bet.mode === mode)
          .toSorted(byAge)
      ),
    onMarket: (mode, marketId) => Effect.sync(() => all(indexes[mode].byMarket.get(marketId) ?? []).toSorted(byAge)),
    settledBetween: (mode, from, to) =>
      Effect.sync(() => {
        sortSettled()
        return all(settled.slice(placeOf(from), placeOf(to))).filter((bet) => bet.mode === mode)
      }),
    totalNet: (mode) =>
      Effect.sync(() =>
        all(settled).reduce(
          (sum, bet) =>
            bet.mode === mode && bet.settlement !== null
              ? sum + bet.settlement.profit - bet.settlement.commission
              : sum,
          0
        )
      ),
    recent: (mode, limit) =>
      Effect.sync(() =>
        [...bets.values()]
          .filter((bet) => bet.mode === mode)
          .toSorted((a, b) => byAge(b, a))
          .slice(0, limit)
      ),
    lastSettled: (mode, limit) =>
      Effect.sync(() => {
        sortSettled()
        return all(settled)
          .filter((bet) => bet.mode === mode)
          .slice(-limit)
          .toReversed()
      }),
    page: (mode, { after, from, limit, to }) =>
      Effect.sync(() => {
        const last = after === null ? undefined : bets.get(after)
        return after !== null && last === undefined
          ? []
          : [...bets.values()]
              .filter((bet) => bet.mode === mode && bet.createdAt >= from && bet.createdAt < to)
              .filter((bet) => last === undefined || (bet !== last && byAge(bet, last) > 0))
              .toSorted(byAge)
              .slice(0, limit)
      })
  })
}

export const layer = Layer.sync(BetRepository, make)
