/** The configured strategies. The settings plant them once; from then on the rows are the user's. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { StrategyId } from "../domain/Identifiers.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export interface StrategyRecord {
  readonly id: StrategyId
  readonly kind: string
  readonly active: boolean
  /** As written by the user, defaults not filled in. */
  readonly parameters: { readonly [name: string]: unknown }
  /** Why it is as it is, for instance why it was switched off. */
  readonly note: string | null
}

export class StrategyRepository extends Context.Service<
  StrategyRepository,
  {
    /** Inserts those that do not exist, and leaves the others as the user has made them. */
    readonly seed: (strategies: ReadonlyArray<StrategyRecord>) => Effect.Effect<void, StorageFailure>
    /** By id. */
    readonly all: Effect.Effect<ReadonlyArray<StrategyRecord>, StorageFailure>
    readonly active: Effect.Effect<ReadonlyArray<StrategyRecord>, StorageFailure>
    /** False: there is no such strategy. */
    readonly setActive: (id: StrategyId, active: boolean, note: string | null) => Effect.Effect<boolean, StorageFailure>
    /** False: there is no such strategy. */
    readonly setParameters: (
      id: StrategyId,
      parameters: StrategyRecord["parameters"]
    ) => Effect.Effect<boolean, StorageFailure>
  }
>()("clever-better/persistence/StrategyRepository") {
  static readonly layerSql = Layer.effect(
    StrategyRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(StrategyRepository, () => makeMemory())
}

const Strategies = Row.table("strategies", {
  id: StrategyId,
  kind: Schema.String,
  active: Schema.Boolean,
  parameters: Schema.Record(Schema.String, Schema.Unknown),
  note: Schema.NullOr(Schema.String)
})

const decode = Row.decoder(Strategies)
const encode = Row.encoder(Strategies)

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Strategies)
  const registered = sql`kind <> 'unregistered'`

  return StrategyRepository.of({
    seed: (strategies) =>
      strategies.length === 0
        ? Effect.void
        : attempt(
            "StrategyRepository.seed",
            Effect.flatMap(
              encode(strategies),
              (json) => sql`
                INSERT INTO strategies AS known (${columns}) SELECT ${columns} FROM ${records(json)}
                ON CONFLICT (id) DO UPDATE
                SET kind = EXCLUDED.kind, active = EXCLUDED.active, parameters = EXCLUDED.parameters,
                  note = EXCLUDED.note, updated_at = now()
                WHERE known.kind = 'unregistered'`
            )
          ),
    all: attempt(
      "StrategyRepository.all",
      Effect.flatMap(sql`SELECT ${columns} FROM strategies WHERE ${registered} ORDER BY id`, decode)
    ),
    active: attempt(
      "StrategyRepository.active",
      Effect.flatMap(sql`SELECT ${columns} FROM strategies WHERE active AND ${registered} ORDER BY id`, decode)
    ),
    setActive: (id, active, note) =>
      attempt(
        "StrategyRepository.setActive",
        Effect.map(
          sql`
            UPDATE strategies SET active = ${active}, note = ${note}, updated_at = now()
            WHERE id = ${id} AND ${registered} RETURNING id`,
          exists
        )
      ),
    setParameters: (id, parameters) =>
      attempt(
        "StrategyRepository.setParameters",
        Effect.map(
          sql`
            UPDATE strategies SET parameters = ${JSON.stringify(parameters)}::jsonb, updated_at = now()
            WHERE id = ${id} AND ${registered} RETURNING id`,
          exists
        )
      )
  })
})

const exists = (rows: ReadonlyArray<unknown>) => rows.length > 0

const makeMemory = () => {
  const known = new Map<StrategyId, StrategyRecord>()
  const change = (id: StrategyId, changes: Partial<StrategyRecord>) =>
    Effect.sync(() => {
      const before = known.get(id)
      if (before !== undefined) known.set(id, { ...before, ...changes })
      return before !== undefined
    })
  const all = Effect.sync(() => [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  return StrategyRepository.of({
    seed: (strategies) =>
      Effect.sync(() => {
        for (const strategy of strategies) if (!known.has(strategy.id)) known.set(strategy.id, strategy)
      }),
    all,
    active: Effect.map(all, (strategies) => strategies.filter(({ active }) => active)),
    setActive: (id, active, note) => change(id, { active, note }),
    setParameters: (id, parameters) => change(id, { parameters })
  })
}
