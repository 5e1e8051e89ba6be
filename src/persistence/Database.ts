/**
 * The way to PostgreSQL: one client, `@effect/sql-pg`, to a server when there is a URL, else to the embedded database. Both
 * speak the same SQL. It is built under the machine's clock, so that connections live by real time in replay and tests.
 */
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Layer, Redacted, Schedule, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Settings } from "../config/Settings.ts"
import { DatabaseHealth, onRealClock } from "./DatabaseHealth.ts"
import * as DirectoryLock from "./DirectoryLock.ts"
import * as EmbeddedPostgres from "./EmbeddedPostgres.ts"
import { fromError } from "./StorageFailure.ts"

export class DatabaseUnreachable extends Schema.TaggedError<DatabaseUnreachable>()("DatabaseUnreachable", {
  host: Schema.String,
  port: Schema.Int,
  database: Schema.String,
  message: Schema.String
}) {}

/** A server's address without user and password. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly database: string
}

/** Nulls where the URL says nothing are the client's defaults. */
export const addressOf = (url: Redacted.Redacted): ServerAddress => {
  const parsed = URL.canParse(Redacted.value(url)) ? new URL(Redacted.value(url)) : null
  return {
    host: parsed?.hostname || "localhost",
    port: Number(parsed?.port || 5432),
    database: decodeURIComponent(parsed?.pathname.slice(1) ?? "") || "(default)"
  }
}

/** Shared by the pool and the single-instance lock: how a connection to the server is made. */
export const connectionTo = (url: Redacted.Redacted) => ({
  url,
  applicationName: "clever-better",
  connectTimeout: Duration.seconds(5),
  keepAlive: Duration.seconds(10)
})

const unreachable =
  (url: Redacted.Redacted) =>
  (error: SqlError.SqlError): DatabaseUnreachable => {
    const address = addressOf(url)
    const why = fromError("Database.connect")(error).message
    return new DatabaseUnreachable({
      ...address,
      message:
        `no connection to PostgreSQL at ${address.host}:${address.port}, database ${address.database}: ${why}; ` +
        "start the server, or correct database.url, or leave it out for the embedded database"
    })
  }

/** Waits between attempts at a connection: from a tenth of a second up to two seconds. */
export const backOff = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")])

const mayPass = (error: SqlError.SqlError) => fromError("Database.connect")(error).kind === "unavailable"

/** Retries while the server is away or starting; wrong credentials fail at once. */
export const waitFor = <A, R>(
  url: Redacted.Redacted,
  limit: Duration.Duration,
  connect: Effect.Effect<A, SqlError.SqlError, R>
): Effect.Effect<A, DatabaseUnreachable, R> => {
  let last: SqlError.SqlError | null = null
  return connect.pipe(
    Effect.tapError((error) =>
      Effect.sync(() => {
        last = error
      })
    ),
    Effect.retry({
      schedule: backOff,
      while: (error) => mayPass(error) && error.reason._tag !== "AuthenticationError"
    }),
    Effect.timeoutOption(limit),
    Effect.mapError(unreachable(url)),
    Effect.flatMap((result) =>
      result._tag === "Some"
        ? Effect.succeed(result.value)
        : Effect.fail(
            last === null
              ? new DatabaseUnreachable({
                  ...addressOf(url),
                  message: `no answer from PostgreSQL at ${addressOf(url).host}:${addressOf(url).port} within ${Duration.format(limit)}`
                })
              : unreachable(url)(last)
          )
    )
  )
}

const notAUrl = new DatabaseUnreachable({
  host: "",
  port: 0,
  database: "",
  message: "database.url is not a URL such as postgres://user:password@host:5432/name"
})

const server = (url: Redacted.Redacted, maxConnections: number, limit: Duration.Duration) =>
  Effect.gen(function* () {
    if (!URL.canParse(Redacted.value(url))) return yield* notAUrl
    const client = yield* Effect.mapError(PgClient.make({ ...connectionTo(url), maxConnections }), unreachable(url))
    yield* waitFor(url, limit, client`SELECT 1`)
    return client
  })

const untilItHasEnded = Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(10)])

const embedded = (directory: string | null) =>
  Effect.gen(function* () {
    // A process that was killed a moment ago may still be ending.
    if (directory !== null) yield* Effect.retry(DirectoryLock.acquire(directory), untilItHasEnded)
    const stream = yield* EmbeddedPostgres.open(directory)
    return yield* PgClient.make({
      stream,
      username: "postgres",
      database: "postgres",
      maxConnections: 1,
      idleTimeout: Duration.infinity
    }).pipe(
      Effect.mapError(
        (cause) => new EmbeddedPostgres.EmbeddedDatabaseFailed({ directory, message: cause.message, cause })
      )
    )
  })

type Client = SqlClient.SqlClient | PgClient.PgClient

/** A bot that starts reads more than one that trades, and its money waits for nothing yet. */
const startLimit = Duration.seconds(30)

const withHealth = <E, R>(client: Layer.Layer<Client, E, R>): Layer.Layer<Client | DatabaseHealth, E, R> =>
  DatabaseHealth.layer(undefined, startLimit).pipe(Layer.provideMerge(client))

/** The database of the settings. A second process on the same embedded database is refused. */
export const layer = withHealth(
  PgClient.layerFrom(
    onRealClock(
      Effect.gen(function* () {
        const { connectTimeoutSeconds, directory, maxConnections, url } = (yield* Settings).database
        return yield* url === null ? embedded(directory) : server(url, maxConnections, connectTimeoutSeconds)
      })
    )
  )
)

/** An empty database that is gone when the scope closes: replay that wants SQL, and tests. */
export const layerMemory = withHealth(PgClient.layerFrom(onRealClock(embedded(null))))
