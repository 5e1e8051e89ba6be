import { PgConnection } from "@effect/sql-pg"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import * as EmbeddedPostgres from "../../src/persistence/EmbeddedPostgres.ts"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

const heap = () => {
  collect()
  return process.memoryUsage().heapUsed
}

it.effect("EmbeddedPostgres.open keeps nothing of what it has answered", () =>
  Effect.gen(function* () {
    const stream = yield* EmbeddedPostgres.open(null)
    const options = { stream, username: "postgres", database: "postgres" }
    const ask = Effect.fnUntraced(function* (connection: PgConnection.PgConnection, times: number) {
      for (let i = 0; i < times; i++) yield* connection.query("SELECT repeat('x', 40000) AS text")
    })
    const growth = yield* onRealClock(
      Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* PgConnection.make(options)
          yield* ask(connection, 20)
          const before = heap()
          yield* ask(connection, 250)
          return heap() - before
        })
      )
    )
    // Of 10 MB that were answered.
    expect(growth).toBeLessThan(3_000_000)
  })
)

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
