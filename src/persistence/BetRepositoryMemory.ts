/**
 * Bets in memory, by the same rules as the tables: for replay that leaves nothing behind, and for tests. Plain maps, so
 * that a day of races costs nothing noticeable.
 */
import { Effect, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"
import { BetRepository, supersedes } from "./BetRepository.ts"
import { StorageFailure } from "./StorageFailure.ts"

const failure = (operation: string, kind: StorageFailure["kind"], message: string) =>
  Effect.fail(new StorageFailure({ operation: `BetRepository.${operation}`, kind, message }))

const intentOf = (bet: Bet.Bet): string =>
  `${bet.mode} ${bet.strategyId} ${bet.marketId} ${bet.selectionId} ${bet.handicap} ${bet.side} ${bet.slot}`

const byAge = (a: Bet.Bet, b: Bet.Bet): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

const make = () => {
  const bets = new Map<BetId, Bet.Bet>()
  const byVenueId = new Map<string, BetId>()
  const byMarket = new Map<string, Array<BetId>>()
  const openBets = new Set<BetId>()
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

  const open = (bet: Bet.Bet) => {
    openBets.add(bet.id)
    const intent = intentOf(bet)
    const known = openByIntent.get(intent)
    if (known === undefined) openByIntent.set(intent, new Set([bet.id]))
    else known.add(bet.id)
    if (bet.replaces !== null) replaced.add(`${bet.mode} ${bet.replaces}`)
  }

  const close = (bet: Bet.Bet) => {
    openBets.delete(bet.id)
    const intent = intentOf(bet)
    const known = openByIntent.get(intent)
    if (known?.delete(bet.id) === true) {
      if (known.size === 0) openByIntent.delete(intent)
      if (bet.replaces !== null) replaced.delete(`${bet.mode} ${bet.replaces}`)
    }
  }

  const put = (bet: Bet.Bet) => {
    const before = bets.get(bet.id)
    bets.set(bet.id, bet)
    addSettled(before, bet)
    if (bet.betfairBetId !== null && bet.betfairBetId !== before?.betfairBetId) {
      byVenueId.set(`${bet.mode} ${bet.betfairBetId}`, bet.id)
    }
    // A bet's intent never changes: only its end does something to who is open.
    const isOpen = Bet.isOpen(bet)
    if (before !== undefined && Bet.isOpen(before) === isOpen) return
    if (isOpen) open(bet)
    else close(bet)
  }

  const isTakenVenueId = (bet: Bet.Bet): boolean =>
    bet.betfairBetId !== null && (byVenueId.get(`${bet.mode} ${bet.betfairBetId}`) ?? bet.id) !== bet.id

  const isIntentTaken = (bet: Bet.Bet): boolean =>
    bet.replaces === null ? openByIntent.has(intentOf(bet)) : replaced.has(`${bet.mode} ${bet.replaces}`)

  const isTaken = (bet: Bet.Bet): boolean =>
    bets.has(bet.id) || isTakenVenueId(bet) || (Bet.isOpen(bet) && isIntentTaken(bet))

  const create = (batch: ReadonlyArray<Bet.Bet>) => {
    const added: Array<Bet.Bet> = []
    for (const bet of batch) {
      if (isTaken(bet)) {
        added.forEach(withdraw)
        return failure("create", "conflict", `bet ${bet.id}: the same bet or intent is there already`)
      }
      put(bet)
      added.push(bet)
    }
    for (const bet of added) {
      const key = `${bet.mode} ${bet.marketId}`
      const known = byMarket.get(key)
      if (known === undefined) byMarket.set(key, [bet.id])
      else known.push(bet.id)
    }
    return Effect.void
  }

  const withdraw = (bet: Bet.Bet) => {
    bets.delete(bet.id)
    close(bet)
    if (bet.settlement !== null) settled.splice(settled.indexOf(bet.id), 1)
    if (bet.betfairBetId !== null) byVenueId.delete(`${bet.mode} ${bet.betfairBetId}`)
  }

  const update = (batch: ReadonlyArray<Bet.Bet>) => {
    for (const bet of batch) {
      if (bets.get(bet.id)?.mode !== bet.mode) return failure("update", "invalid", `bet ${bet.id} was never created`)
      if (bet.betfairBetId !== bets.get(bet.id)!.betfairBetId && isTakenVenueId(bet)) {
        return failure("update", "conflict", `Betfair's id ${bet.betfairBetId} is another bet's`)
      }
    }
    for (const bet of batch) if (supersedes(bets.get(bet.id)!, bet)) put(bet)
    return Effect.void
  }

  return BetRepository.of({
    create: (batch) => Effect.suspend(() => create(batch)),
    update: (batch) => Effect.suspend(() => update(batch)),
    byId: (id) => Effect.sync(() => bets.get(id) ?? null),
    byBetfairBetId: (mode, betfairBetId) =>
      Effect.sync(() => bets.get(byVenueId.get(`${mode} ${betfairBetId}`) ?? ("" as BetId)) ?? null),
    open: (mode) =>
      Effect.sync(() =>
        all(openBets)
          .filter((bet) => bet.mode === mode)
          .toSorted(byAge)
      ),
    onMarket: (mode, marketId) => Effect.sync(() => all(byMarket.get(`${mode} ${marketId}`) ?? []).toSorted(byAge)),
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
      )
  })
}

export const layer = Layer.sync(BetRepository, make)
