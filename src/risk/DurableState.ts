/**
 * A small state that survives a restart. Memory changes at once and the database follows: a change that could not be
 * written stays noted and is written with the next one, or at the next look. What is found at the start and cannot be
 * understood is replaced by a state that stops trading.
 */
import { Effect, Result, Schema, Semaphore } from "effect"
import type { Mode } from "../domain/Mode.ts"
import { TradingStateRepository } from "../persistence/TradingStateRepository.ts"

export interface DurableState<S> {
  readonly get: () => S
  /** Plain code, so that it can be one step with other changes. Returns the state after it. */
  readonly change: (next: (state: S) => S) => S
  readonly isWritten: () => boolean
  /** Writes what is not written yet. A failure is logged, and the next call tries again. */
  readonly save: Effect.Effect<void>
}

interface Options<S> {
  readonly mode: Mode
  readonly key: string
  readonly schema: Schema.Codec<S, unknown>
  /** When nothing was ever kept. */
  readonly initial: S
  /** When what was kept cannot be understood. */
  readonly unreadable: (problem: string) => S
}

/** Fails if the database cannot be read: nothing may trade on a state that is merely guessed. */
export const make = Effect.fnUntraced(function* <S>({ initial, key, mode, schema, unreadable }: Options<S>) {
  const repository = yield* TradingStateRepository
  const kept = yield* repository.get(mode, key)
  const decoded = kept === undefined ? Result.succeed(initial) : Schema.decodeResult(schema)(kept)
  if (Result.isFailure(decoded)) {
    yield* Effect.logError("The kept state cannot be read; trading stops until it is reset by hand", {
      key,
      problem: decoded.failure.message
    })
  }
  let state = Result.getOrElse(decoded, (failure) => unreadable(failure.message))
  let written: S | undefined = kept === undefined || Result.isFailure(decoded) ? undefined : state
  const oneAtATime = Semaphore.makeUnsafe(1)
  /** Said once for each outage: every change tries anew. */
  let isLateTold = false

  const tellLate = (problem: string) => {
    if (isLateTold) return Effect.void
    isLateTold = true
    return Effect.logWarning("The state is not written; each change tries again").pipe(
      Effect.annotateLogs({ key, problem })
    )
  }

  const write = Effect.suspend(() => {
    const writing = state
    return writing === written
      ? Effect.void
      : Schema.encodeEffect(schema)(writing).pipe(
          Effect.flatMap((value) => repository.set(mode, key, value)),
          Effect.map(() => {
            written = writing
            isLateTold = false
          }),
          Effect.catch((failure) => tellLate(failure.message))
        )
  })

  return {
    get: () => state,
    isWritten: () => state === written,
    change: (next) => (state = next(state)),
    save: Effect.suspend(() => (state === written ? Effect.void : oneAtATime.withPermits(1)(write)))
  } satisfies DurableState<S>
})
