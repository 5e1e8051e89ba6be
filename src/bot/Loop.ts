/**
 * The two kinds of recurring work and the one way each is run. A loop comes round with time, a reaction when the feed has
 * left it something to do. Live they are fibers under the supervising scope; in a replay the same ones are called in turn
 * by the recording's time, which is what makes a replay repeatable.
 */
import { Cause, Duration, Effect, Latch, Schedule, type Scope } from "effect"

export interface Loop<E = never, R = never> {
  readonly name: string
  readonly every: Duration.Duration
  readonly run: Effect.Effect<void, E, R>
  /** In real time the first round comes when this is done. */
  readonly after?: Effect.Effect<void>
  /** It writes something that has gathered: once more before the end. */
  readonly writes?: boolean
  /** It looks after a process that runs for days, and has nothing to do in a replay. */
  readonly inRealTimeOnly?: boolean
  /**
   * Plain code: true when nothing would be different if the next round came later. A replay, which nobody watches from
   * outside, then leaves this one out: quiet hours have thousands of them.
   */
  readonly canWait?: () => boolean
  /** Whether it can wait depends on the time, and not only on what has happened. */
  readonly looksAtTime?: boolean
}

export interface Reaction<E = never, R = never> {
  readonly name: string
  /** Plain code: asked on the path of every market update. */
  readonly pending: () => boolean
  /**
   * Plain code, asked when something is pending and what comes before is done: does what it can, and is true when `run` has
   * to do the rest. For a replay, where most updates end here.
   */
  readonly attempt?: () => boolean
  /** Does what is pending. What failed stays pending. */
  readonly run: Effect.Effect<void, E, R>
}

/** What the supervisor tells when a run failed; the loop goes on. */
export interface Failure {
  readonly name: string
  readonly cause: Cause.Cause<unknown>
}

/** Doubles from a second to ten: quick to recover, never busy. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("10 seconds")])

const untilItSucceeds = <E, R, R2>(
  name: string,
  run: Effect.Effect<void, E, R>,
  onFailure: (failure: Failure) => Effect.Effect<void, never, R2>
) =>
  run.pipe(
    Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : onFailure({ name, cause }))),
    // A defect in one round is reported and tried again like a failure: it must not end the loop.
    Effect.sandbox,
    Effect.retry(backoff)
  )

/** Runs the loop at once, or after what it waits for, and then on its grid of time, until the scope closes; a round that overruns delays the next. */
export const forkLoop = <E, R, R2>(
  loop: Loop<E, R>,
  onFailure: (failure: Failure) => Effect.Effect<void, never, R2>
): Effect.Effect<void, never, R | R2 | Scope.Scope> =>
  untilItSucceeds(loop.name, loop.run, onFailure).pipe(
    Effect.repeat(Schedule.fixed(loop.every)),
    (rounds) => (loop.after === undefined ? rounds : Effect.andThen(loop.after, rounds)),
    Effect.forkScoped,
    Effect.asVoid
  )

/** Runs the reaction each time `wake` is called while something is pending. */
export const forkReaction = <E, R, R2>(
  reaction: Reaction<E, R>,
  onFailure: (failure: Failure) => Effect.Effect<void, never, R2>
): Effect.Effect<{ readonly wake: () => void }, never, R | R2 | Scope.Scope> =>
  Effect.gen(function* () {
    const latch = Latch.makeUnsafe(false)
    yield* Effect.suspend(() => {
      latch.closeUnsafe()
      return reaction.pending() ? reaction.run : Effect.void
    }).pipe(
      (round) => untilItSucceeds(reaction.name, round, onFailure),
      Effect.andThen(latch.await),
      Effect.forever,
      Effect.forkScoped
    )
    return { wake: () => void (reaction.pending() && latch.openUnsafe()) }
  })
