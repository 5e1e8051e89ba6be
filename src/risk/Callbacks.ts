/**
 * Those who want to hear of a change of state. They are called once the new state is in force, each in a fiber of its own
 * and for at most 30 seconds: nobody's slowness or failure harms the state or another listener.
 */
import { Duration, Effect, Scope } from "effect"

export interface Callbacks<Event> {
  readonly add: (callback: (event: Event) => Effect.Effect<void>) => void
  readonly tell: (event: Event) => Effect.Effect<void>
}

const limit = Duration.seconds(30)

/** @param owner whose callbacks they are, for the log */
export const make = <Event>(owner: string): Effect.Effect<Callbacks<Event>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const callbacks: Array<(event: Event) => Effect.Effect<void>> = []
    const call = (callback: (event: Event) => Effect.Effect<void>, event: Event) =>
      Effect.suspend(() => callback(event)).pipe(
        Effect.timeout(limit),
        Effect.catchCause((cause) => Effect.logError(`A callback of the ${owner} failed`, cause)),
        Effect.forkIn(scope, { startImmediately: true })
      )
    return {
      add: (callback) => void callbacks.push(callback),
      tell: (event) => Effect.forEach(callbacks, (callback) => call(callback, event), { discard: true })
    }
  })
