/**
 * Follows every open bet: takes what the venue says, moves the bet's state forward, tells the risk manager what is now at
 * stake, and writes the row. Memory changes at once and the database after it; a row that could not be written stays
 * noted and is written at the next chance. Cancels what has waited too long for a match.
 */
import { Clock, Context, Duration, Effect, Layer, Semaphore } from "effect"
import { Settings } from "../config/Settings.ts"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { OrderUpdates, type OrderUpdate } from "../execution/OrderUpdates.ts"
import { notSent } from "../execution/PaperVenue.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
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
    /** The bet as the executor left it. */
    readonly learn: (bet: Bet.Bet) => Effect.Effect<void>
    /** The bet as the settler left it and wrote it; `previous` is the result that this one corrects. */
    readonly settled: (bet: Bet.Bet, previous: Bet.Settlement | null) => Effect.Effect<void>
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
  const openBets = yield* OpenBets
  const tally = yield* Tally
  const maxAgeMs = Duration.toMillis(bot.maxOrderAgeSeconds)
  /** Bets whose row lags behind: bounded by the number of open bets. */
  const unwritten = new Map<BetId, Bet.Bet>()
  /** Intents on their way to the venue. */
  const committing = new Map<BetId, Bet.Bet>()
  /** Intents that were not sent and may have a row: bounded by the failures that open the circuit breaker. */
  const unsent = new Map<BetId, Bet.Bet>()
  /** Taken from the venue and not applied yet: what fails half-way is gone on with in the next round. */
  const inbox: Array<OrderUpdate> = []
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  const becomes = (before: Bet.Bet, after: Bet.Bet): Effect.Effect<void> => {
    if (after === before) return Effect.void
    openBets.put(after)
    tally.changed(before, after)
    return Effect.andThen(risk.updateExposure(after), BetMetrics.changed(before, after))
  }

  /** Gotcha: the venue's clock may be behind ours, and whoever keeps bets takes an older one for old news. */
  const changes = (before: Bet.Bet, after: Bet.Bet) => {
    const next = after.updatedAt < before.updatedAt ? { ...after, updatedAt: before.updatedAt } : after
    if (next !== before) unwritten.set(next.id, next)
    return becomes(before, next)
  }

  const apply = ({ betId, event }: OrderUpdate): Effect.Effect<void, StorageFailure> => {
    const known = openBets.get(betId) ?? unwritten.get(betId)
    if (known !== undefined) return changes(known, Bet.transition(known, event))
    return Effect.flatMap(repository.byId(betId), (bet) =>
      bet === null
        ? Effect.logError("An order update names no bet of ours", { bet_id: betId })
        : changes(bet, Bet.transition(bet, event))
    )
  }

  const write = Effect.gen(function* () {
    const bets = [...unwritten.values()]
    yield* repository.update(bets)
    for (const bet of bets) if (unwritten.get(bet.id) === bet) unwritten.delete(bet.id)
  })

  const closeUnsent = Effect.gen(function* () {
    for (const [id, bet] of unsent) {
      const row = yield* repository.byId(id)
      if (row !== null) yield* repository.update([bet])
      unsent.delete(id)
    }
  })

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
        yield* risk.release(bet.id)
        const at = yield* Clock.currentTimeMillis
        if (mayHaveRow) unsent.set(bet.id, Bet.transition(bet, { _tag: "Refused", at, code: notSent }))
      }),
    learn: (bet) =>
      Effect.suspend(() => {
        committing.delete(bet.id)
        const known = openBets.get(bet.id) ?? bet
        // Its updates may have come before its answer: then what they said stands.
        return known.status === "pending" && bet.status !== "pending" ? changes(known, bet) : Effect.void
      }),
    settled: (bet, previous) =>
      Effect.suspend(() => {
        const before = previous === null ? bet : { ...bet, settlement: previous }
        return becomes(openBets.get(bet.id) ?? before, bet)
      }),
    openOn: (marketId) => openBets.onMarket(marketId).length,
    isCommittingOn: (marketId) => committing.values().some((bet) => bet.marketId === marketId),
    pending,
    canWait: () => openBets.count() === 0 && !pending(),
    applyUpdates: oneAtATime(
      Effect.gen(function* () {
        if (updates.waiting()) for (const update of yield* updates.take) inbox.push(update)
        for (; inbox.length > 0; inbox.shift()) yield* apply(inbox[0]!)
        if (unwritten.size > 0) yield* write
        if (unsent.size > 0) yield* closeUnsent
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
