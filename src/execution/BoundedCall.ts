/**
 * Calls whose answer must not be lost: each runs in a fiber of its own, so that whoever waits for it may be in a region that
 * can't be interrupted and still does not wait longer than the limit. Past it the call is given up, and its outcome open.
 */
import { Cause, Deferred, type Duration, Effect, Exit, Result, Scope } from "effect"

/** No answer came within the limit, or the call ended in a way nobody foresaw. What it did is not known. */
export interface NoAnswer {
  readonly _tag: "NoAnswer"
  readonly cause: string
}

export type BoundedCall = <A, E>(call: Effect.Effect<A, E>) => Effect.Effect<Result.Result<A, E | NoAnswer>>

const noAnswer = (cause: string) => Result.fail<NoAnswer>({ _tag: "NoAnswer", cause })

/** Calls end with the scope at the latest. */
export const make = (limit: Duration.Duration): Effect.Effect<BoundedCall, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => (call) => Effect.uninterruptible(within(scope, limit, call)))

const within = Effect.fnUntraced(function* <A, E>(
  scope: Scope.Scope,
  limit: Duration.Duration,
  call: Effect.Effect<A, E>
): Effect.fn.Return<Result.Result<A, E | NoAnswer>> {
  const answer = Deferred.makeUnsafe<Exit.Exit<A, E> | null>()
  const now = { startImmediately: true }
  const calling = yield* call.pipe(
    Effect.onExit((exit) => Deferred.succeed(answer, exit)),
    Effect.forkIn(scope, now)
  )
  const timer = yield* Effect.sleep(limit).pipe(
    Effect.onExit(() => Deferred.succeed(answer, null)),
    Effect.forkIn(scope, now)
  )
  const exit = yield* Deferred.await(answer)
  calling.interruptUnsafe()
  timer.interruptUnsafe()
  if (exit === null) return noAnswer("no answer in time")
  if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
  const failure = exit.cause.reasons.find(Cause.isFailReason)
  return failure === undefined ? noAnswer(Cause.pretty(exit.cause)) : Result.fail(failure.error)
})
