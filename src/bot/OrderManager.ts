/**
 * Follows every open bet: takes what the venue says, moves the bet's state forward, tells the risk manager what is now at
 * stake, and writes the row. Memory changes at once and the database after it; a row that could not be written stays
 * noted and is written at the next chance. Cancels what has waited too long for a match.
 */
import { Clock, Context, Duration, Effect, Layer, Result, Semaphore } from "effect"
import { Settings } from "../config/Settings.ts"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { OrderUpdates, type OrderUpdate } from "../execution/OrderUpdates.ts"
import { notSent } from "../execution/PaperVenue.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import type { SettledMarket } from "../settlement/Settler.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import * as BetMetrics from "./BetMetrics.ts"
import { OpenBets } from "./OpenBets.ts"
import { Tally } from "./Tally.ts"

export class OrderManager extends Context.Service<
  OrderManager,
  {
    /** An intent is about to be committed and placed: from now on its updates are expected. */
    readonly expect: (bet: Bet.Bet) => void
    /**
     * Nothing was sent, so nothing is open. Where the answer of the database was lost its row may be there all the same;
     * then it is closed as soon as the database can say.
     */
    readonly abandon: (bet: Bet.Bet, mayHaveRow: boolean) => Effect.Effect<void>
    /** The bet as the executor left it. Plain code: what follows from it is told and written with the next updates. */
    readonly learn: (bet: Bet.Bet) => void
    /** A market's bets as the settler left them and wrote them. */
    readonly settled: (market: SettledMarket) => Effect.Effect<void>
    readonly openOn: (marketId: MarketId) => number
    /** True while an intent on the market is being committed and handed to its venue. */
    readonly isCommittingOn: (marketId: MarketId) => boolean
    /** True when the venue has told of something, or rows wait to be written. */
    readonly pending: () => boolean
    /** Nothing is open, told or unwritten. */
    readonly canWait: () => boolean
    /** Applies what the venue has told and writes what has changed. */
    readonly applyUpdates: Effect.Effect<void, StorageFailure>
    /** Asks for unmatched orders to be cancelled that are older than `bot.max_order_age_seconds`. */
    readonly cancelOld: Effect.Effect<number>
  }
>()("clever-better/bot/OrderManager") {
  static readonly layer = Layer.effect(
    OrderManager,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { bot } = yield* Settings
  const executor = yield* Executor
  const updates = yield* OrderUpdates
  const repository = yield* BetRepository
  const risk = yield* RiskManager
  const notifier = yield* Notifier
  const openBets = yield* OpenBets
  const tally = yield* Tally
  const maxAgeMs = Duration.toMillis(bot.maxOrderAgeSeconds)
  /** Bets whose row lags behind: bounded by the number of open bets. */
  const unwritten = new Map<BetId, Bet.Bet>()
  /** Intents on their way to the venue. */
  const committing = new Map<BetId, Bet.Bet>()
  /** Intents that were not sent and may have a row: bounded by the failures that open the circuit breaker. */
  const unsent = new Map<BetId, Bet.Bet>()
  /** What bets have become and nobody has been told yet. */
  let steps: Array<readonly [before: Bet.Bet, after: Bet.Bet]> = []
  /** Taken from the venue and not applied yet: what fails half-way is gone on with in the next round. */
  const inbox: Array<OrderUpdate> = []
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  /** Plain code: memory changes in one step, whatever then becomes of telling and writing it. */
  const becomes = (before: Bet.Bet, after: Bet.Bet): void => {
    if (after === before) return
    openBets.put(after)
    tally.changed(before, after)
    risk.updateExposure(after)
    steps.push([before, after])
  }

  /** Gotcha: the venue's clock may be behind ours, and whoever keeps bets takes an older one for old news. */
  const changes = (before: Bet.Bet, after: Bet.Bet): void => {
    const next = after.updatedAt < before.updatedAt ? { ...after, updatedAt: before.updatedAt } : after
    if (next !== before) unwritten.set(next.id, next)
    becomes(before, next)
  }

  const tellSteps = Effect.suspend(() => {
    const told = steps
    steps = []
    const placed = told.filter(([before, after]) => BetMetrics.becamePlaced(before, after))
    return risk.flush.pipe(
      Effect.andThen(BetMetrics.changed(told)),
      Effect.andThen(
        Effect.forEach(placed, ([, bet]) => notifier.notify({ _tag: "BetPlaced", bet }), { discard: true })
      )
    )
  })

  /** A bet that memory has no more. */
  const applyToRow = ({ betId, event }: OrderUpdate) =>
    Effect.flatMap(repository.byId(betId), (bet) => {
      if (bet === null) return Effect.logError("An order update names no bet of ours", { bet_id: betId })
      changes(bet, Bet.transition(bet, event))
      return Effect.void
    })

  const apply = function* (): Effect.fn.Return<void, StorageFailure> {
    for (; inbox.length > 0; inbox.shift()) {
      const { betId, event } = inbox[0]!
      const known = openBets.get(betId) ?? unwritten.get(betId)
      if (known === undefined) yield* applyToRow(inbox[0]!)
      else changes(known, Bet.transition(known, event))
    }
  }

  const isWritten = (bets: ReadonlyArray<Bet.Bet>): void => {
    for (const bet of bets) if (unwritten.get(bet.id) === bet) unwritten.delete(bet.id)
  }

  /** One at a time: a row that the database will not take must not keep the others from being written. */
  const writeEach = (bets: ReadonlyArray<Bet.Bet>) =>
    Effect.flatMap(
      Effect.forEach(bets, (bet) => Effect.result(Effect.map(repository.update([bet]), () => isWritten([bet])))),
      (results) => {
        const failed = results.find(Result.isFailure)
        return failed === undefined ? Effect.void : Effect.fail(failed.failure)
      }
    )

  const write = function* (): Effect.fn.Return<void, StorageFailure> {
    const bets = [...unwritten.values()]
    yield* Effect.catchIf(
      repository.update(bets),
      ({ kind }) => kind !== "unavailable" && bets.length > 1,
      () => writeEach(bets)
    )
    isWritten(bets)
  }

  const closeUnsent = function* (): Effect.fn.Return<void, StorageFailure> {
    for (const [id, bet] of unsent) {
      const row = yield* repository.byId(id)
      if (row !== null) yield* repository.update([bet])
      unsent.delete(id)
    }
  }

  const pending = () => unwritten.size > 0 || unsent.size > 0 || inbox.length > 0 || updates.waiting()

  return OrderManager.of({
    expect: (bet) => {
      committing.set(bet.id, bet)
      openBets.put(bet)
    },
    abandon: (bet, mayHaveRow) =>
      Effect.gen(function* () {
        committing.delete(bet.id)
        openBets.remove(bet)
        risk.release(bet.id)
        yield* risk.flush
        const at = yield* Clock.currentTimeMillis
        if (mayHaveRow) unsent.set(bet.id, Bet.transition(bet, { _tag: "Refused", at, code: notSent }))
      }),
    learn: (bet) => {
      committing.delete(bet.id)
      const known = openBets.get(bet.id) ?? bet
      // Its updates may have come before its answer: then what they said stands.
      if (known.status === "pending" && bet.status !== "pending") changes(known, bet)
    },
    settled: ({ bets, lapsed }) =>
      Effect.suspend(() => {
        for (const bet of lapsed) becomes(openBets.get(bet.id) ?? bet, bet)
        for (const { bet, previous } of bets) {
          const before = previous === null ? bet : { ...bet, settlement: previous }
          becomes(openBets.get(bet.id) ?? before, bet)
        }
        return tellSteps
      }),
    openOn: (marketId) => openBets.onMarket(marketId).length,
    isCommittingOn: (marketId) => committing.values().some((bet) => bet.marketId === marketId),
    pending,
    canWait: () => openBets.count() === 0 && !pending(),
    applyUpdates: oneAtATime(
      Effect.gen(function* () {
        if (updates.waiting()) for (const update of yield* updates.take) inbox.push(update)
        yield* apply()
        if (steps.length > 0) yield* tellSteps
        if (unwritten.size > 0) yield* write()
        if (unsent.size > 0) yield* closeUnsent()
      })
    ),
    cancelOld: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      let asked = 0
      for (const bet of openBets.all()) {
        if (bet.order._tag !== "LIMIT" || !Bet.isExecutable(bet) || bet.status === "unknown") continue
        if (now - (bet.placedAt ?? bet.createdAt) < maxAgeMs) continue
        if ((yield* executor.cancelBet(bet)) === null) asked++
      }
      return asked
    })
  })
})
