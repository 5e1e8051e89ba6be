/** What models said of runners, so that their worth can be measured afterwards. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type DenialReason, denialReasons } from "../domain/Decision.ts"
import { MarketId, SelectionId, StrategyId } from "../domain/Identifiers.ts"
import { Mode } from "../domain/Mode.ts"
import type { Side } from "../domain/Side.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export interface PredictionRecord {
  readonly mode: Mode
  /** Epoch milliseconds. */
  readonly at: number
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  readonly handicap: number
  readonly modelName: string
  readonly modelVersion: string
  /** That the runner wins (or is placed), in [0, 1]. */
  readonly probability: number
  readonly confidence: number | null
  /** What the model was asked with. */
  readonly features: { readonly [name: string]: unknown }
  /** Whose signal was judged by it; null: nobody's. */
  readonly strategyId: StrategyId | null
  readonly side: Side | null
  /** What it did to the signal; null without one. Repriced: its probability took the place of the strategy's own. */
  readonly decision: PredictionDecision | null
  /** Why the signal was blocked. */
  readonly reason: DenialReason | null
  /** Profit per pound at risk, net of commission, by the prediction; null where the price is not known before. */
  readonly expectedValue: number | null
}

export type PredictionDecision = "passed" | "repriced" | "blocked"

export class PredictionRepository extends Context.Service<
  PredictionRepository,
  {
    readonly insert: (predictions: ReadonlyArray<PredictionRecord>) => Effect.Effect<void, StorageFailure>
    /** In the order in which they were written. */
    readonly onMarket: (
      mode: Mode,
      marketId: MarketId
    ) => Effect.Effect<ReadonlyArray<PredictionRecord>, StorageFailure>
    /**
     * The newest of each runner, strategy, side, decision and reason, in the order in which they were written: a race that is
     * looked at with every update has thousands.
     */
    readonly latestOnMarket: (
      mode: Mode,
      marketId: MarketId
    ) => Effect.Effect<ReadonlyArray<PredictionRecord>, StorageFailure>
  }
>()("clever-better/persistence/PredictionRepository") {
  static readonly layerSql = Layer.effect(
    PredictionRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(PredictionRepository, () => makeMemory())
}

const Predictions = Row.table("predictions", {
  mode: Mode,
  at: Row.Timestamp,
  marketId: MarketId,
  selectionId: Row.BigInteger.pipe(Schema.decodeTo(SelectionId)),
  handicap: Row.Decimal,
  modelName: Schema.String,
  modelVersion: Schema.String,
  probability: Row.Decimal,
  confidence: Schema.NullOr(Row.Decimal),
  features: Schema.Record(Schema.String, Schema.Unknown),
  strategyId: Schema.NullOr(StrategyId),
  side: Schema.NullOr(Schema.Literals(["BACK", "LAY"])),
  decision: Schema.NullOr(Schema.Literals(["passed", "repriced", "blocked"])),
  reason: Schema.NullOr(Schema.Literals(Object.keys(denialReasons) as ReadonlyArray<DenialReason>)),
  expectedValue: Schema.NullOr(Schema.Finite)
})

const decode = Row.decoder(Predictions)
const encode = Row.encoder(Predictions)

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Predictions)
  return PredictionRepository.of({
    insert: (predictions) =>
      predictions.length === 0
        ? Effect.void
        : attempt(
            "PredictionRepository.insert",
            Effect.flatMap(
              encode(predictions),
              (json) => sql`
                WITH batch AS MATERIALIZED (SELECT * FROM ${records(json)}),
                markets AS (
                  INSERT INTO races (market_id) SELECT DISTINCT market_id FROM batch ON CONFLICT DO NOTHING
                ),
                named AS (
                  INSERT INTO models (name, version) SELECT DISTINCT model_name, model_version FROM batch
                  ON CONFLICT DO NOTHING
                )
                INSERT INTO predictions (${columns}) SELECT ${columns} FROM batch`
            )
          ),
    onMarket: (mode, marketId) =>
      attempt(
        "PredictionRepository.onMarket",
        Effect.flatMap(
          sql`SELECT ${columns} FROM predictions WHERE market_id = ${marketId} AND mode = ${mode} ORDER BY id`,
          decode
        )
      ),
    latestOnMarket: (mode, marketId) =>
      attempt(
        "PredictionRepository.latestOnMarket",
        Effect.flatMap(
          sql`
            SELECT ${columns} FROM (
              SELECT DISTINCT ON (selection_id, handicap, strategy_id, side, decision, reason) * FROM predictions
              WHERE market_id = ${marketId} AND mode = ${mode}
              ORDER BY selection_id, handicap, strategy_id, side, decision, reason, id DESC
            ) AS latest ORDER BY id`,
          decode
        )
      )
  })
})

const makeMemory = () => {
  const byMarket = new Map<string, Array<PredictionRecord>>()
  const of = (mode: Mode, marketId: MarketId) => byMarket.get(`${mode} ${marketId}`) ?? []
  return PredictionRepository.of({
    insert: (predictions) =>
      Effect.sync(() => {
        for (const prediction of predictions) {
          const known = of(prediction.mode, prediction.marketId)
          known.push(prediction)
          byMarket.set(`${prediction.mode} ${prediction.marketId}`, known)
        }
      }),
    onMarket: (mode, marketId) => Effect.sync(() => [...of(mode, marketId)]),
    latestOnMarket: (mode, marketId) => Effect.sync(() => latest(of(mode, marketId)))
  })
}

const latest = (records: ReadonlyArray<PredictionRecord>): ReadonlyArray<PredictionRecord> => {
  const newest = new Map<string, PredictionRecord>()
  for (const record of records) {
    const { decision, handicap, reason, selectionId, side, strategyId } = record
    const subject = `${selectionId} ${handicap} ${strategyId} ${side} ${decision} ${reason}`
    newest.delete(subject)
    newest.set(subject, record)
  }
  return [...newest.values()]
}
