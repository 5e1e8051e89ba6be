/** How strategies have done: one row a strategy and trading day, written again as the day goes on. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { StrategyId } from "../domain/Identifiers.ts"
import { Mode } from "../domain/Mode.ts"
import type { Pence } from "../domain/Money.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

/** From the strategy's first bet up to and including the day. Win rate, ROI and average stake follow from it. */
export interface PerformanceRecord {
  readonly mode: Mode
  readonly strategyId: StrategyId
  /** The trading day, `2026-03-29`. */
  readonly day: string
  /** Settled bets; `wins` and `losses` are those that earned and lost money. */
  readonly bets: number
  readonly wins: number
  readonly losses: number
  /** Bets that are still open. */
  readonly pending: number
  /** Net of commission. */
  readonly profit: Pence
  readonly commission: Pence
  /** Matched stakes of the settled bets. */
  readonly staked: Pence
  /** 0 without a win. */
  readonly largestWin: Pence
  /** Negative, or 0 without a loss. */
  readonly largestLoss: Pence
  /** Wins in a row up to now, or losses in a row as a negative number. */
  readonly currentStreak: number
  /** Monthly; null when it is not computed or there are too few days. */
  readonly sharpe: number | null
  /** Largest fall of the cumulated profit, 0 or more. */
  readonly maxDrawdown: Pence
  /** Epoch milliseconds. */
  readonly updatedAt: number
}

export class PerformanceRepository extends Context.Service<
  PerformanceRepository,
  {
    /** Writes rows, over those of the same mode, strategy and day. */
    readonly record: (rows: ReadonlyArray<PerformanceRecord>) => Effect.Effect<void, StorageFailure>
    /** Each strategy's row of its latest day, by strategy. */
    readonly latest: (mode: Mode) => Effect.Effect<ReadonlyArray<PerformanceRecord>, StorageFailure>
    /** A strategy's rows, oldest day first. */
    readonly history: (
      mode: Mode,
      strategyId: StrategyId
    ) => Effect.Effect<ReadonlyArray<PerformanceRecord>, StorageFailure>
  }
>()("clever-better/persistence/PerformanceRepository") {
  static readonly layerSql = Layer.effect(
    PerformanceRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(PerformanceRepository, () => makeMemory())
}

const Performance = Row.table("strategy_performance", {
  mode: Mode,
  strategyId: StrategyId,
  day: Schema.String,
  bets: Schema.Int,
  wins: Schema.Int,
  losses: Schema.Int,
  pending: Schema.Int,
  profit: Row.Hundredths,
  commission: Row.Hundredths,
  staked: Row.Hundredths,
  largestWin: Row.Hundredths,
  largestLoss: Row.Hundredths,
  currentStreak: Schema.Int,
  sharpe: Schema.NullOr(Row.Decimal),
  maxDrawdown: Row.Hundredths,
  updatedAt: Row.Timestamp
})

const decode = Row.decoder(Performance)
const encode = Row.encoder(Performance)

const keyOf = ({ day, mode, strategyId }: PerformanceRecord) => `${mode} ${strategyId} ${day}`

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Performance)
  const values = sql.literal(Performance.columns.map((column) => `${column} = EXCLUDED.${column}`).join(", "))

  return PerformanceRepository.of({
    record: (rows) =>
      rows.length === 0
        ? Effect.void
        : attempt(
            "PerformanceRepository.record",
            Effect.flatMap(
              encode([...new Map(rows.map((row) => [keyOf(row), row])).values()]),
              (json) => sql`
                WITH batch AS MATERIALIZED (SELECT * FROM ${records(json)}),
                known AS (
                  INSERT INTO strategies (id, kind) SELECT DISTINCT strategy_id, 'unregistered' FROM batch
                  ON CONFLICT DO NOTHING
                )
                INSERT INTO strategy_performance (${columns}) SELECT ${columns} FROM batch
                ON CONFLICT (mode, strategy_id, day) DO UPDATE SET ${values}`
            )
          ),
    latest: (mode) =>
      attempt(
        "PerformanceRepository.latest",
        Effect.flatMap(
          sql`
            SELECT DISTINCT ON (strategy_id) ${columns} FROM strategy_performance
            WHERE mode = ${mode} ORDER BY strategy_id, day DESC`,
          decode
        )
      ),
    history: (mode, strategyId) =>
      attempt(
        "PerformanceRepository.history",
        Effect.flatMap(
          sql`
            SELECT ${columns} FROM strategy_performance
            WHERE mode = ${mode} AND strategy_id = ${strategyId} ORDER BY day`,
          decode
        )
      )
  })
})

const makeMemory = () => {
  const known = new Map<string, PerformanceRecord>()
  const ordered = (mode: Mode) =>
    [...known.values()].filter((row) => row.mode === mode).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return PerformanceRepository.of({
    record: (rows) =>
      Effect.sync(() => {
        for (const row of rows) known.set(keyOf(row), row)
      }),
    latest: (mode) => Effect.sync(() => [...new Map(ordered(mode).map((row) => [row.strategyId, row])).values()]),
    history: (mode, strategyId) => Effect.sync(() => ordered(mode).filter((row) => row.strategyId === strategyId))
  })
}
