/**
 * Every operation on the database goes through `attempt`: it is bounded in time, its errors become a `StorageFailure`, and
 * its outcome keeps the flag by which trading fails closed. Replay and tests run under clocks of their own, which must
 * neither stop nor trigger a timeout of real I/O, so I/O is given the machine's clock here.
 */
import { Clock, Context, Duration, Effect, Fiber, Layer, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { fromError, type RowError, StorageFailure } from "./StorageFailure.ts"

/** The machine's clock, whatever clock the caller lives under. */
export const onRealClock: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.provideService(
  Clock.Clock,
  Clock.Clock.defaultValue()
)

/** Told of every operation; for metrics, which this room may not know. */
export const DatabaseObserver = Context.Reference<{
  readonly began: () => void
  readonly ended: (operation: string, durationMs: number) => Effect.Effect<void>
}>("clever-better/persistence/DatabaseObserver", {
  defaultValue: () => ({ began: () => {}, ended: () => Effect.void })
})

export class DatabaseHealth extends Context.Service<
  DatabaseHealth,
  {
    /** False from an operation that found the database unavailable until the next one that got an answer. */
    readonly isHealthy: () => boolean
    /** A round trip to the database and back. Something has to call it while nothing else uses the database. */
    readonly check: Effect.Effect<void, StorageFailure>
    /** From now on the limit is the one of a bot that trades: while it starts it has the time to wait for an answer. */
    readonly hurry: () => void
    /**
     * Runs an operation within the time limit. One that takes longer fails as `unavailable`; it is interrupted, but may
     * still have been committed.
     */
    readonly attempt: <A, R>(
      operation: string,
      effect: Effect.Effect<A, RowError, R>
    ) => Effect.Effect<A, StorageFailure, R>
  }
>()("clever-better/persistence/DatabaseHealth") {
  /** For repositories in memory: nothing to ask and nothing to lose. */
  static readonly layerMemory = Layer.succeed(DatabaseHealth, {
    isHealthy: () => true,
    check: Effect.void,
    hurry: () => {},
    attempt: (operation, effect) => Effect.mapError(effect, fromError(operation))
  })

  /** @param atStart the limit until there is a hurry */
  static readonly layer = (limit: Duration.Duration = Duration.seconds(5), atStart: Duration.Duration = limit) =>
    Layer.effect(
      DatabaseHealth,
      Effect.suspend(() => make(limit, atStart))
    )
}

const tooSlow = (operation: string, limit: Duration.Duration) =>
  new StorageFailure({
    operation,
    kind: "unavailable",
    message: `the database did not answer within ${Duration.format(limit)}`
  })

const make = Effect.fnUntraced(function* (inHurry: Duration.Duration, atStart: Duration.Duration) {
  const sql = yield* SqlClient.SqlClient
  const scope = yield* Scope.Scope
  const observer = yield* DatabaseObserver
  let healthy = true
  let limit = atStart

  /** By the machine's clock, however it ends. */
  const observed =
    (operation: string) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => {
        const start = process.hrtime.bigint()
        observer.began()
        return Effect.onExit(effect, () =>
          Effect.suspend(() => observer.ended(operation, Number(process.hrtime.bigint() - start) / 1e6))
        )
      })

  const attemptWithin = <A, R>(limit: Duration.Duration, operation: string, effect: Effect.Effect<A, RowError, R>) =>
    onRealClock(
      // Gotcha: interrupting a statement waits for the server to confirm. The operation has a fiber of its own, so that
      // neither a dead server nor that wait can hold the caller longer than the limit.
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Effect.forkIn(restore(effect), scope), (fiber) =>
          restore(Fiber.join(fiber)).pipe(
            Effect.mapError(fromError(operation)),
            Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.fail(tooSlow(operation, limit)) }),
            Effect.onExit(() => Effect.sync(() => fiber.interruptUnsafe()))
          )
        )
      )
    ).pipe(
      observed(operation),
      Effect.tap(() =>
        Effect.sync(() => {
          healthy = true
        })
      ),
      Effect.tapError((failure) =>
        Effect.sync(() => {
          healthy = failure.kind !== "unavailable"
        })
      )
    )

  const attempt = <A, R>(operation: string, effect: Effect.Effect<A, RowError, R>) =>
    Effect.suspend(() => attemptWithin(limit, operation, effect))

  return DatabaseHealth.of({
    isHealthy: () => healthy,
    hurry: () => {
      limit = inHurry
    },
    check: Effect.asVoid(attempt("DatabaseHealth.check", sql`SELECT 1`)),
    attempt
  })
})
