/**
 * Takes orders into the books that the exchange has in this bot's name and the database does not know: after a database was
 * lost or set back, or when somebody else trades under the same reference. They count in every limit and are settled like
 * any bet, and the owner is told of each.
 */
import { Clock, Context, Effect, Layer, Random } from "effect"
import * as Bet from "../domain/Bet.ts"
import { makeBetId, type StrategyId } from "../domain/Identifiers.ts"
import type { OrderSpec } from "../domain/Order.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { AuditRepository } from "../persistence/AuditRepository.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { betIdOf, type ClearedOrder, clearedSize, endOf, type ExchangeOrder } from "./ExchangeOrder.ts"
import { LiveOrders } from "./LiveOrders.ts"

/** Whose bets adopted orders are. */
export const adoptedBy = "adopted" as StrategyId

export class Adoption extends Context.Service<
  Adoption,
  { readonly adopt: (order: ExchangeOrder | ClearedOrder) => Effect.Effect<void, StorageFailure> }
>()("clever-better/execution/Adoption") {
  static readonly layer = Layer.effect(
    Adoption,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const repository = yield* BetRepository
  const audit = yield* AuditRepository
  const orders = yield* LiveOrders
  const notifier = yield* Notifier

  /** The id that the order's own reference names, if no bet has it. */
  const idFor = Effect.fnUntraced(function* (order: ExchangeOrder | ClearedOrder, now: number) {
    const named = betIdOf(order)
    if (named !== null && (yield* repository.byId(named)) === null) return named
    const random = yield* Random.Random
    return makeBetId(now, () => random.nextDoubleUnsafe())
  })

  const adopt = Effect.fnUntraced(function* (order: ExchangeOrder | ClearedOrder) {
    const { betfairBetId, handicap, marketId, placedAt, selectionId, side } = order
    const state = "state" in order ? order.state : endOf(order)
    const known = yield* repository.byBetfairBetId("live", betfairBetId)
    if (known !== null) return orders.tell(known.id, { _tag: "Updated", at: order.at, state })
    const now = yield* Clock.currentTimeMillis
    const bet: Bet.Bet = {
      ...Bet.fromIntent({
        id: yield* idFor(order, now),
        mode: "live",
        strategyId: adoptedBy,
        marketId,
        selectionId,
        handicap,
        side,
        // One of a kind: it must not stand in the way of another bet.
        slot: betfairBetId,
        order: specOf(order),
        confidence: 0,
        probability: null,
        reason: "found at the exchange",
        replaces: null,
        createdAt: placedAt ?? now
      }),
      // Written with its id: a process that dies here finds it again.
      betfairBetId
    }
    yield* repository.create([bet])
    orders.identify(bet.id, betfairBetId)
    orders.tell(bet.id, { _tag: "Updated", at: Math.max(order.at, bet.createdAt), state })
    const entry = { mode: "live", at: now, event: "order.adopted", subject: bet.id, actor: "bot", data: order } as const
    yield* audit.append([entry])
    yield* Metrics.count("orders_adopted_total", {})
    yield* Metrics.count("reconciliation_differences_total", { kind: "adopted" })
    yield* notifier.notify({ _tag: "OrderAdopted", bet, betfairBetId })
  }, Effect.uninterruptible)

  return Adoption.of({ adopt })
})

/** The order as a row can hold it. A cleared order tells its size only by what became of it. */
const specOf = (order: ExchangeOrder | ClearedOrder): OrderSpec => {
  const size = "state" in order ? 0 : clearedSize(order)
  switch (order.order._tag) {
    case "LIMIT":
      return { ...order.order, price: onLadder(order.order.price), size: Math.max(order.order.size, size) }
    case "LIMIT_ON_CLOSE":
      return { ...order.order, price: onLadder(order.order.price) }
    case "MARKET_ON_CLOSE":
      return order.order
  }
}

const onLadder = (price: PriceLadder.Price): PriceLadder.Price =>
  Math.min(PriceLadder.maximum, Math.max(PriceLadder.minimum, price))
