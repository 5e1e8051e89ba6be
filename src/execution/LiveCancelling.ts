/**
 * Cancelling at the exchange. Nothing holds it up, and nothing is concluded that the exchange has not said: an order is
 * cancelled when an answer accounts for all of it, or when the exchange tells so later.
 */
import { Clock, Effect, Result } from "effect"
import { BettingApi } from "../betfair/BettingApi.ts"
import type { BetfairError } from "../betfair/BetfairError.ts"
import * as Bet from "../domain/Bet.ts"
import { deny } from "../domain/Decision.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { Persistence } from "../domain/Order.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { BoundedCall, NoAnswer } from "./BoundedCall.ts"
import { ExchangeOrders } from "./ExchangeOrders.ts"
import { LiveOrders } from "./LiveOrders.ts"
import * as Outcome from "./PlacementOutcome.ts"
import { SendGuard } from "./SendGuard.ts"

/** Betfair's limit for one request. */
const cancellationsPerRequest = 60

export const make = Effect.fnUntraced(function* (call: BoundedCall) {
  const api = yield* BettingApi
  const repository = yield* BetRepository
  const exchange = yield* ExchangeOrders
  const orders = yield* LiveOrders
  const guard = yield* SendGuard
  let count = 0

  /** Applies what a cancellation says of the bet, if it says all; otherwise the exchange is asked. */
  const cancelled = Effect.fnUntraced(function* (bet: Bet.Bet, cancellation: Outcome.Cancellation) {
    if (cancellation._tag === "Cancelled") count++
    const { sizeRemaining } = bet
    if (cancellation._tag !== "Cancelled" || cancellation.sizeCancelled !== sizeRemaining) {
      return orders.doubt("an order was not cancelled as it was known")
    }
    const at = yield* Clock.currentTimeMillis
    const sizeCancelled = bet.sizeCancelled + cancellation.sizeCancelled
    const state = { ...bet, sizeRemaining: 0, sizeCancelled, complete: true }
    orders.tell(bet.id, { _tag: "Updated", at, state: stateOf(state) })
  })

  const cancelMany = Effect.fnUntraced(function* (marketId: MarketId, betIds: ReadonlyArray<string>) {
    for (let from = 0; from < betIds.length; from += cancellationsPerRequest) {
      const [first, ...others] = betIds.slice(from, from + cancellationsPerRequest).map((betId) => ({ betId }))
      if (first === undefined) continue
      yield* guard.sent(others.length + 1)
      const answer = yield* call(api.cancelOrders({ marketId, instructions: [first, ...others] }))
      if (Result.isFailure(answer)) yield* logFailure("cancelled", marketId, answer.failure)
    }
    // Each order's own state is asked for: an answer names sizes, not what was matched before.
    orders.doubt("orders were asked to be cancelled")
  })

  /** This bot's orders that can be cancelled, by market: what the exchange has, or what the rows say if it can't be asked. */
  const cancellable = Effect.fnUntraced(function* (only: MarketId | undefined) {
    const listed = yield* Effect.result(exchange.ofThisBot)
    const rows = yield* Effect.result(repository.open("live"))
    const found = new Map<string, MarketId>()
    if (Result.isSuccess(listed)) {
      for (const { betfairBetId, marketId, order, state } of listed.success) {
        if (order._tag === "LIMIT" && !state.complete) found.set(betfairBetId, marketId)
      }
    } else if (Result.isSuccess(rows)) {
      for (const bet of rows.success) {
        const id = orders.venueIdOf(bet)
        if (id !== null && bet.order._tag === "LIMIT" && Bet.isExecutable(bet)) found.set(id, bet.marketId)
      }
    } else yield* Effect.logError("Orders cannot be cancelled: neither the exchange nor the database says which")
    const wanted = [...found].filter(([, marketId]) => only === undefined || marketId === only)
    return Map.groupBy(wanted, ([, marketId]) => marketId)
  })

  const cancelBet = Effect.fnUntraced(function* (bet: Bet.Bet) {
    const betId = orders.venueIdOf(bet)
    if (betId === null || bet.order._tag !== "LIMIT" || !Bet.isExecutable(bet)) return deny("bet_not_found")
    yield* guard.sent(1)
    const answer = yield* call(api.cancelOrders({ marketId: bet.marketId, instructions: [{ betId }] }))
    if (Result.isFailure(answer)) {
      orders.doubt("a cancellation was not answered")
      yield* logFailure("cancelled", bet.marketId, answer.failure)
      return null
    }
    const outcome = Outcome.ofCancellation(betId, answer.success)
    yield* cancelled(bet, outcome)
    return outcome._tag === "NotCancelled" ? deny("bet_not_found") : null
  })

  const updateBet = Effect.fnUntraced(function* (bet: Bet.Bet, persistence: Persistence) {
    const betId = orders.venueIdOf(bet)
    if (betId === null || bet.order._tag !== "LIMIT" || !Bet.isExecutable(bet)) return deny("bet_not_found")
    yield* guard.sent(1)
    const instructions = [{ betId, newPersistenceType: persistence }] as const
    const answer = yield* call(api.updateOrders({ marketId: bet.marketId, instructions }))
    if (Result.isFailure(answer)) {
      yield* logFailure("updated", bet.marketId, answer.failure)
      return null
    }
    const [report] = answer.success.instructionReports ?? []
    return (report?.status ?? answer.success.status) === "FAILURE" ? deny("bet_not_found") : null
  })

  return {
    cancelled,
    cancelBet,
    /**
     * Of this bot's orders only: others of the account are somebody else's. Gotcha: an empty list would cancel every bet of
     * a market, so there is no request without an order in it.
     */
    cancelAll: Effect.fnUntraced(function* (only?: MarketId) {
      const byMarket = yield* cancellable(only)
      let asked = 0
      for (const [marketId, found] of byMarket) {
        const betIds = found.map(([betId]) => betId)
        yield* cancelMany(marketId, betIds)
        asked += betIds.length
      }
      return asked
    }),
    updateBet,
    count: () => count
  }
})

const stateOf = (bet: Bet.OrderState): Bet.OrderState => ({
  betfairBetId: bet.betfairBetId,
  placedAt: bet.placedAt,
  fills: bet.fills,
  sizeRemaining: bet.sizeRemaining,
  sizeCancelled: bet.sizeCancelled,
  sizeLapsed: bet.sizeLapsed,
  sizeVoided: bet.sizeVoided,
  complete: bet.complete
})

const logFailure = (what: string, marketId: MarketId, failure: BetfairError | NoAnswer) =>
  Effect.logError(`It is not known whether orders were ${what}`, {
    market_id: marketId,
    cause: failure._tag === "NoAnswer" ? failure.cause : failure.message
  })
