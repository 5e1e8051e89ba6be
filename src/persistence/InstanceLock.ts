/**
 * One bot a database and mode: two would bet the same signals twice. On a server it is an advisory lock on a connection of
 * its own, which the server frees the moment that connection or process is gone. The embedded database is guarded by its
 * directory's lock already.
 */
import { PgConnection } from "@effect/sql-pg"
import {
  Context,
  Deferred,
  type Duration,
  Effect,
  Layer,
  Queue,
  type Redacted,
  Result,
  Schema,
  type Scope
} from "effect"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import { addressOf, backOff, connectionTo, type DatabaseUnreachable, waitFor } from "./Database.ts"
import { onRealClock } from "./DatabaseHealth.ts"

export class AlreadyRunning extends Schema.TaggedError<AlreadyRunning>()("AlreadyRunning", {
  mode: Schema.String,
  message: Schema.String
}) {}

export class InstanceLock extends Context.Service<
  InstanceLock,
  {
    /** False while the lock's connection is lost: another bot may take over at any moment, so nothing may be placed. */
    readonly isHeld: () => boolean
    /** Fails when another bot has taken the lock while our connection was lost: this bot has to stop. */
    readonly takenOver: Effect.Effect<never, AlreadyRunning>
  }
>()("clever-better/persistence/InstanceLock") {
  /** For what needs no lock: a replay in memory. */
  static readonly layerAlone = Layer.succeed(InstanceLock, { isHeld: () => true, takenOver: Effect.never })

  static readonly layer = (mode: Mode) =>
    Layer.effect(
      InstanceLock,
      Effect.suspend(() => onRealClock(make(mode)))
    )
}

/** The first of the lock's two keys; the second is made of schema and mode. */
const lockClass = 1_128_424_037

const make = Effect.fnUntraced(function* (mode: Mode) {
  const { connectTimeoutSeconds, url } = (yield* Settings).database
  if (url === null) return InstanceLock.of({ isHeld: () => true, takenOver: Effect.never })
  return yield* onServer(mode, url, connectTimeoutSeconds)
})

const onServer = Effect.fnUntraced(function* (mode: Mode, url: Redacted.Redacted, limit: Duration.Duration) {
  let held = false
  const firstHeld = yield* Deferred.make<void, AlreadyRunning | DatabaseUnreachable>()
  const takenOver = yield* Deferred.make<never, AlreadyRunning>()

  /** Takes the lock and holds it until its connection is lost. */
  const hold = <E>(acquired: Effect.Effect<Result.Result<Effect.Effect<void>, AlreadyRunning>, E, Scope.Scope>) =>
    acquired.pipe(
      Effect.flatMap(Effect.fromResult),
      Effect.tap(() =>
        Effect.sync(() => {
          held = true
        })
      ),
      Effect.tap(() => Deferred.succeed(firstHeld, undefined)),
      Effect.flatten,
      Effect.ensuring(
        Effect.sync(() => {
          held = false
        })
      ),
      Effect.scoped
    )

  const again = Effect.logWarning("the connection that holds the single-instance lock is lost; taking it again").pipe(
    // The schedule has no end, so no failure of the database gets past it.
    Effect.andThen(hold(Effect.orDie(Effect.retry(acquire(mode, url), backOff)))),
    Effect.forever
  )

  yield* hold(waitFor(url, limit, acquire(mode, url))).pipe(
    Effect.tapError((error) => Deferred.fail(firstHeld, error)),
    Effect.andThen(Effect.catch(again, (error) => Deferred.fail(takenOver, error))),
    Effect.ignore,
    Effect.forkScoped
  )
  yield* Deferred.await(firstHeld)
  return InstanceLock.of({ isHeld: () => held, takenOver: Deferred.await(takenOver) })
})

/** Takes the lock on a connection of its own, or tells who has it. What it returns ends when the connection is lost. */
const acquire = Effect.fnUntraced(function* (mode: Mode, url: Redacted.Redacted) {
  const connection = yield* PgConnection.make({ ...connectionTo(url), applicationName: "clever-better lock" })
  const key = "hashtext(current_schema() || ' ' || $2)"
  const answer = yield* connection.query(`SELECT pg_try_advisory_lock($1::int, ${key}) AS taken`, [lockClass, mode])
  if (answer.rows[0]?.["taken"] !== true) {
    const holder = yield* connection.query(
      `SELECT a.pid, coalesce(a.client_addr::text, 'this machine') AS address, a.backend_start::text AS since
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = $1
         AND l.objid::bigint = ${key}::bigint & 4294967295`,
      [lockClass, mode]
    )
    return Result.fail(new AlreadyRunning({ mode, message: refusal(mode, url, holder.rows[0]) }))
  }
  // Nobody notifies this channel: listening is how a lost connection is heard of without asking.
  const notifications = yield* connection.listen("clever_better_lock")
  return Result.succeed(Effect.ignore(Effect.forever(Queue.take(notifications))))
})

const refusal = (mode: Mode, url: Redacted.Redacted, holder: PgConnection.Row | undefined): string => {
  const { database, host, port } = addressOf(url)
  const who =
    holder === undefined
      ? ""
      : ` (connected from ${String(holder["address"])} since ${String(holder["since"])}, server process ${String(holder["pid"])})`
  return `another bot trades in ${mode} mode on ${host}:${port}, database ${database}${who}; stop it first`
}
