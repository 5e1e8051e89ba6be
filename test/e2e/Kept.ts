/** What a program has left in its database, looked at after its end. */
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Settings } from "../../src/config/Settings.ts"
import type { Mode } from "../../src/domain/Mode.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { settingsOf, type Tree } from "../config/acts/Act.ts"

/** All bets of a mode, newest first. */
export const betsIn = (database: Tree, mode: Mode) =>
  BetRepository.use((bets) => bets.recent(mode, 100_000)).pipe(Effect.provide(opened(database)))

/** How many rows a table has that satisfy a condition. */
export const countIn = (database: Tree, table: string, condition = "true") =>
  SqlClient.SqlClient.use((sql) =>
    sql.unsafe<{ readonly n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${condition}`)
  ).pipe(
    Effect.map(([row]) => row!.n),
    Effect.provide(opened(database))
  )

const opened = (database: Tree) =>
  Repositories.layerDatabase.pipe(Layer.provide(Layer.succeed(Settings, settingsOf({ database }))), Layer.orDie)

export const at = (url: Redacted.Redacted): Tree => ({ url: Redacted.value(url) })
