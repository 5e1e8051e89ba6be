/** SIGHUP as a wish to read files again. */
import { Effect, Queue, type Scope } from "effect"

/**
 * From here on until the scope closes each signal is kept until it is taken, and several at once are one. A process without
 * a handler would be ended by it, also while it does what the signal before had asked for.
 */
export const make: Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope> = Effect.gen(function* () {
  const hangUps = yield* Queue.sliding<void>(1)
  const onHangUp = () => void Queue.offerUnsafe(hangUps, undefined)
  yield* Effect.acquireRelease(
    Effect.sync(() => process.on("SIGHUP", onHangUp)),
    () => Effect.sync(() => process.off("SIGHUP", onHangUp))
  )
  return hangUps
})
