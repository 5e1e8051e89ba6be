/** Order updates of the exchange, however they were heard of. */
import { Effect, Layer } from "effect"
import { LiveOrders } from "./LiveOrders.ts"
import { OrderUpdates, type OrderUpdate } from "./OrderUpdates.ts"

export const layer: Layer.Layer<OrderUpdates, never, LiveOrders> = Layer.effect(
  OrderUpdates,
  Effect.map(LiveOrders, (orders) => {
    // Somebody else may have taken what was announced: then it waits for the next.
    const take: Effect.Effect<ReadonlyArray<OrderUpdate>> = Effect.suspend(() =>
      orders.waiting() ? Effect.sync(orders.take) : Effect.andThen(orders.wait, take)
    )
    return OrderUpdates.of({ waiting: orders.waiting, take })
  })
)
