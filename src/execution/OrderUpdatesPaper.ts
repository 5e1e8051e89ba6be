/** Order updates of the simulated venue. */
import { Effect, Layer } from "effect"
import { OrderUpdates, type OrderUpdate } from "./OrderUpdates.ts"
import { PaperVenue } from "./PaperVenue.ts"

export const layer: Layer.Layer<OrderUpdates, never, PaperVenue> = Layer.effect(
  OrderUpdates,
  Effect.gen(function* () {
    const venue = yield* PaperVenue
    // Somebody else may have taken what was announced: then it waits for the next.
    const take: Effect.Effect<ReadonlyArray<OrderUpdate>> = Effect.suspend(() =>
      venue.waiting() ? Effect.sync(venue.takeUpdates) : Effect.andThen(venue.awaitUpdates, take)
    )
    return OrderUpdates.of({ waiting: venue.waiting, take })
  })
)
