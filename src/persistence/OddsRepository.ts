/** Best prices over time, in batches. The table is partitioned by month; a batch makes the partitions it needs. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { MarketId, SelectionId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

/** A runner's best prices at an instant. A price of 0 is no price. */
export interface OddsSnapshot {
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  readonly handicap: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly bestBack: Price
  readonly bestBackSize: Pence
  readonly bestLay: Price
  readonly bestLaySize: Pence
  readonly lastPriceTraded: Price
  readonly totalMatched: Pence
}

export class OddsRepository extends Context.Service<
  OddsRepository,
  {
    /** A second snapshot of the same runner and instant is dropped. */
    readonly insert: (snapshots: ReadonlyArray<OddsSnapshot>) => Effect.Effect<void, StorageFailure>
    /**
     * A market's snapshots from `from` until before `to` (epoch milliseconds), oldest first: those of at most so many
     * instants, the last of them included and the others equally many instants apart.
     */
    readonly between: (
      marketId: MarketId,
      from: number,
      to: number,
      instants: number
    ) => Effect.Effect<ReadonlyArray<OddsSnapshot>, StorageFailure>
    /** Makes the partitions of the months from one instant to another, both included. Inserting does it by itself. */
    readonly preparePartitions: (from: number, to: number) => Effect.Effect<void, StorageFailure>
  }
>()("clever-better/persistence/OddsRepository") {
  static readonly layerSql = Layer.effect(
    OddsRepository,
    Effect.suspend(() => makeSql)
  )
  /** Keeps nothing: memory is for runs that leave nothing behind, and a day of prices does not fit there. */
  static readonly layerMemory = Layer.succeed(OddsRepository, {
    insert: () => Effect.void,
    between: () => Effect.succeed([]),
    preparePartitions: () => Effect.void
  })
}

const PriceOrNone = Schema.NullOr(Row.Hundredths)

const Snapshots = Row.table("odds_snapshots", {
  marketId: MarketId,
  selectionId: Row.BigInteger.pipe(Schema.decodeTo(SelectionId)),
  handicap: Row.Decimal,
  at: Row.Timestamp,
  bestBack: PriceOrNone,
  bestBackSize: PriceOrNone,
  bestLay: PriceOrNone,
  bestLaySize: PriceOrNone,
  lastPriceTraded: PriceOrNone,
  totalMatched: Row.Hundredths
})
type SnapshotRow = typeof Snapshots.schema.Type

const decode = Row.decoder(Snapshots)
const encode = Row.encoder(Snapshots)

const toRow = (snapshot: OddsSnapshot): SnapshotRow => ({
  ...snapshot,
  bestBack: snapshot.bestBack || null,
  bestBackSize: snapshot.bestBack ? snapshot.bestBackSize : null,
  bestLay: snapshot.bestLay || null,
  bestLaySize: snapshot.bestLay ? snapshot.bestLaySize : null,
  lastPriceTraded: snapshot.lastPriceTraded || null
})

const fromRow = (row: SnapshotRow): OddsSnapshot => ({
  ...row,
  bestBack: row.bestBack ?? 0,
  bestBackSize: row.bestBackSize ?? 0,
  bestLay: row.bestLay ?? 0,
  bestLaySize: row.bestLaySize ?? 0,
  lastPriceTraded: row.lastPriceTraded ?? 0
})

const monthOf = (at: number): number => {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

const nextMonth = (month: number): number => {
  const date = new Date(month)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** Months (their first instants) between two instants. A bound keeps a wrong time from making thousands of tables. */
const monthsBetween = (from: number, to: number): ReadonlyArray<number> => {
  const months: Array<number> = []
  for (let month = monthOf(from); month <= to && months.length < 1200; month = nextMonth(month)) months.push(month)
  return months
}

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Snapshots)
  /** Months whose partition is there. */
  const prepared = new Set<number>()

  const prepare = Effect.fnUntraced(function* (months: Iterable<number>) {
    for (const month of months) {
      if (prepared.has(month)) continue
      yield* sql`SELECT create_odds_partition(${new Date(month)})`
      prepared.add(month)
    }
  })

  return OddsRepository.of({
    insert: (snapshots) =>
      snapshots.length === 0
        ? Effect.void
        : attempt(
            "OddsRepository.insert",
            Effect.gen(function* () {
              const json = yield* encode(snapshots.map(toRow))
              yield* prepare(new Set(snapshots.map(({ at }) => monthOf(at))))
              yield* sql`
                WITH batch AS MATERIALIZED (SELECT * FROM ${records(json)}),
                markets AS (
                  INSERT INTO races (market_id) SELECT DISTINCT market_id FROM batch ON CONFLICT DO NOTHING
                )
                INSERT INTO odds_snapshots (${columns}) SELECT ${columns} FROM batch ON CONFLICT DO NOTHING`
            })
          ),
    between: (marketId, from, to, instants) =>
      attempt(
        "OddsRepository.between",
        Effect.map(
          sql`
            WITH instants AS (
              SELECT DISTINCT at FROM odds_snapshots
              WHERE market_id = ${marketId} AND at >= ${new Date(from)} AND at < ${new Date(to)}
            ),
            stretches AS (SELECT at, ntile(${instants}) OVER (ORDER BY at) AS stretch FROM instants)
            SELECT ${columns} FROM odds_snapshots
            WHERE market_id = ${marketId} AND at IN (SELECT max(at) FROM stretches GROUP BY stretch)
            ORDER BY at, selection_id, handicap`.pipe(Effect.flatMap(decode)),
          (rows) => rows.map(fromRow)
        )
      ),
    preparePartitions: (from, to) => attempt("OddsRepository.preparePartitions", prepare(monthsBetween(from, to)))
  })
})
