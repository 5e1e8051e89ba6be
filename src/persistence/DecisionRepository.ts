/** Signals that did not become bets, with the reason and its numbers. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Decision, DenialReason } from "../domain/Decision.ts"
import { denialReasons } from "../domain/Decision.ts"
import { MarketId, runnerKey, runnerOf, StrategyId } from "../domain/Identifiers.ts"
import { Mode } from "../domain/Mode.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export class DecisionRepository extends Context.Service<
  DecisionRepository,
  {
    readonly insert: (mode: Mode, decisions: ReadonlyArray<Decision>) => Effect.Effect<void, StorageFailure>
    /** In the order in which they were written. */
    readonly onMarket: (mode: Mode, marketId: MarketId) => Effect.Effect<ReadonlyArray<Decision>, StorageFailure>
  }
>()("clever-better/persistence/DecisionRepository") {
  static readonly layerSql = Layer.effect(
    DecisionRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(DecisionRepository, () => makeMemory())
}

const reasons = Object.keys(denialReasons) as ReadonlyArray<DenialReason>

const Decisions = Row.table("decisions", {
  mode: Mode,
  at: Row.Timestamp,
  strategyId: StrategyId,
  marketId: MarketId,
  selectionId: Schema.NullOr(Row.BigInteger),
  handicap: Schema.NullOr(Row.Decimal),
  step: Schema.Literals(["window", "strategy", "prediction", "size", "risk", "execution"]),
  reason: Schema.Literals(reasons),
  value: Schema.NullOr(Schema.Finite),
  bound: Schema.NullOr(Schema.Finite)
})
type DecisionRow = typeof Decisions.schema.Type

const decode = Row.decoder(Decisions)
const encode = Row.encoder(Decisions)

/** JSON has no NaN and no Infinity; a denial may be about one. */
const finite = (number: number | undefined): number | null =>
  number === undefined || !Number.isFinite(number) ? null : number

const toRow = (mode: Mode, { at, denial, marketId, runner, step, strategyId }: Decision): DecisionRow => ({
  mode,
  at,
  strategyId,
  marketId,
  ...(runner === null ? { selectionId: null, handicap: null } : runnerOf(runner)),
  step,
  reason: denial.reason,
  value: finite(denial.value),
  bound: finite(denial.limit)
})

const fromRow = (row: DecisionRow): Decision => ({
  at: row.at,
  strategyId: row.strategyId,
  marketId: row.marketId,
  runner: row.selectionId === null ? null : runnerKey(row.selectionId, row.handicap ?? 0),
  step: row.step,
  denial: {
    reason: row.reason,
    ...(row.value === null ? {} : { value: row.value }),
    ...(row.bound === null ? {} : { limit: row.bound })
  }
})

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Decisions)
  return DecisionRepository.of({
    insert: (mode, decisions) =>
      decisions.length === 0
        ? Effect.void
        : attempt(
            "DecisionRepository.insert",
            Effect.flatMap(
              encode(decisions.map((decision) => toRow(mode, decision))),
              (json) => sql`INSERT INTO decisions (${columns}) SELECT ${columns} FROM ${records(json)}`
            )
          ).pipe(Effect.asVoid),
    onMarket: (mode, marketId) =>
      attempt(
        "DecisionRepository.onMarket",
        sql`SELECT ${columns} FROM decisions WHERE mode = ${mode} AND market_id = ${marketId} ORDER BY id`.pipe(
          Effect.flatMap(decode),
          Effect.map((rows) => rows.map(fromRow))
        )
      )
  })
})

const makeMemory = () => {
  const byMarket = new Map<string, Array<Decision>>()
  const of = (mode: Mode, marketId: MarketId) => byMarket.get(`${mode} ${marketId}`) ?? []
  return DecisionRepository.of({
    insert: (mode, decisions) =>
      Effect.sync(() => {
        for (const decision of decisions) {
          const known = of(mode, decision.marketId)
          known.push(fromRow(toRow(mode, decision)))
          byMarket.set(`${mode} ${decision.marketId}`, known)
        }
      }),
    onMarket: (mode, marketId) => Effect.sync(() => [...of(mode, marketId)])
  })
}
