/**
 * Follows the exchange's order stream for as long as its scope lasts. What it says of an order is heard at once; what it can't
 * say (that an order is missing from an image, that something happened while there was no link) is a reason to ask.
 */
import { Effect, Layer, Schedule, Stream } from "effect"
import { ordersOf } from "../betfair/stream/OrderChange.ts"
import { type OrderChangeMessage, OrderStream } from "../betfair/stream/OrderStream.ts"
import { fromStream } from "./BetfairOrders.ts"
import { ExchangeOrders } from "./ExchangeOrders.ts"
import { LiveOrders } from "./LiveOrders.ts"

/** The stream makes its own links anew; this is for a refusal that only the owner can lift. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")])

const make = Effect.gen(function* () {
  const stream = yield* OrderStream
  const orders = yield* LiveOrders
  const { strategyRef } = yield* ExchangeOrders
  const hear = (message: OrderChangeMessage): void => {
    if (message.isFirst) orders.doubt("the order stream was connected anew")
    if (message.unreadable.length > 0) orders.doubt("the order stream told something unreadable")
    for (const placed of ordersOf(message)) {
      const order = fromStream(placed, message.publishTime)
      // Orders made by hand or by another bot of the account are none of ours.
      if (order.customerStrategyRef === strategyRef || orders.isKnown(order)) orders.hear(order)
    }
    // A market that is over has no executable orders: whatever we think is open there has ended.
    if (message.markets.some(({ closed }) => closed)) orders.doubt("a market is over")
  }

  yield* Stream.runForEach(stream.messages, (message) =>
    Effect.andThen(
      Effect.sync(() => hear(message)),
      message.unreadable.length === 0
        ? Effect.void
        : Effect.logError("The order stream told something unreadable", { found: message.unreadable.join("; ") })
    )
  ).pipe(
    Effect.tapCause((cause) => Effect.logError("The order stream ended; our orders are asked for instead", cause)),
    Effect.sandbox,
    Effect.retry(backoff),
    Effect.forkScoped
  )
})

export const layer = Layer.effectDiscard(make)
