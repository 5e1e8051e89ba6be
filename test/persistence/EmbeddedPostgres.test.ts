import { PgConnection } from "@effect/sql-pg"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import * as EmbeddedPostgres from "../../src/persistence/EmbeddedPostgres.ts"

it.effect("EmbeddedPostgres.open gives each connection a clean session", () =>
  Effect.gen(function* () {
    const stream = yield* EmbeddedPostgres.open(null)
    const connected = <A, E>(use: (connection: PgConnection.PgConnection) => Effect.Effect<A, E>) =>
      onRealClock(
        Effect.scoped(Effect.flatMap(PgConnection.make({ stream, username: "postgres", database: "postgres" }), use))
      )
    yield* connected((connection) => connection.query("CREATE TABLE t (n integer)"))
    yield* connected((connection) =>
      Effect.andThen(connection.query("BEGIN"), connection.query("INSERT INTO t VALUES ($1::integer)", [1]))
    )
    const rows = yield* connected((connection) =>
      Effect.gen(function* () {
        yield* connection.query("INSERT INTO t VALUES ($1::integer)", [2])
        return (yield* connection.query("SELECT n FROM t")).rows
      })
    )
    expect(rows).toEqual([{ n: 2 }])
  })
)
