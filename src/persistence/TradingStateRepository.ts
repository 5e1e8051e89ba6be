/** What must survive a restart, one JSON value a key: the circuit breaker, a pause, a halt, what people ask of the bot. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Mode } from "../domain/Mode.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export interface KeptValue {
  readonly key: string
  readonly value: unknown
}

export class TradingStateRepository extends Context.Service<
  TradingStateRepository,
  {
    /** The value as it was set; undefined when it never was. */
    readonly get: (mode: Mode, key: string) => Effect.Effect<unknown, StorageFailure>
    /** @param value what JSON can say; null is a value */
    readonly set: (mode: Mode, key: string, value: unknown) => Effect.Effect<void, StorageFailure>
    /** All whose keys begin with `prefix` (letters, digits and `/`), in the order of their keys. */
    readonly list: (mode: Mode, prefix: string) => Effect.Effect<ReadonlyArray<KeptValue>, StorageFailure>
    /** Forgets the key, if it is there. */
    readonly remove: (mode: Mode, key: string) => Effect.Effect<void, StorageFailure>
  }
>()("clever-better/persistence/TradingStateRepository") {
  static readonly layerSql = Layer.effect(
    TradingStateRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(TradingStateRepository, () => makeMemory())
}

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  return TradingStateRepository.of({
    get: (mode, key) =>
      attempt(
        "TradingStateRepository.get",
        sql<{ readonly value: unknown }>`SELECT value FROM trading_state WHERE mode = ${mode} AND key = ${key}`
      ).pipe(Effect.map(([row]) => row?.value)),
    set: (mode, key, value) =>
      attempt(
        "TradingStateRepository.set",
        sql`
          INSERT INTO trading_state (mode, key, value) VALUES (${mode}, ${key}, ${JSON.stringify(value ?? null)}::jsonb)
          ON CONFLICT (mode, key) DO UPDATE SET value = EXCLUDED.value, updated_at = now()`
      ).pipe(Effect.asVoid),
    list: (mode, prefix) =>
      attempt(
        "TradingStateRepository.list",
        sql<KeptValue>`
          SELECT key, value FROM trading_state
          WHERE mode = ${mode} AND key LIKE ${`${prefix}%`} ORDER BY key COLLATE "C"`
      ).pipe(Effect.map((rows) => rows.map(({ key, value }) => ({ key, value })))),
    remove: (mode, key) =>
      attempt(
        "TradingStateRepository.remove",
        sql`DELETE FROM trading_state WHERE mode = ${mode} AND key = ${key}`
      ).pipe(Effect.asVoid)
  })
})

/** Kept as text, as the database does: what is read shares nothing with what was set. */
const makeMemory = () => {
  const values = new Map<string, string>()
  return TradingStateRepository.of({
    get: (mode, key) =>
      Effect.sync(() => {
        const text = values.get(`${mode} ${key}`)
        return text === undefined ? undefined : (JSON.parse(text) as unknown)
      }),
    set: (mode, key, value) => Effect.sync(() => void values.set(`${mode} ${key}`, JSON.stringify(value ?? null))),
    list: (mode, prefix) =>
      Effect.sync(() =>
        [...values]
          .filter(([key]) => key.startsWith(`${mode} ${prefix}`))
          .map(([key, text]): KeptValue => ({ key: key.slice(mode.length + 1), value: JSON.parse(text) }))
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      ),
    remove: (mode, key) => Effect.sync(() => void values.delete(`${mode} ${key}`))
  })
}
