/** Markets as the exchange defines them, with their runners and, in the end, their results. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import { fromRows, Races, Runners, toRaceRow, toRunnerRows } from "./RaceRow.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export class RaceRepository extends Context.Service<
  RaceRepository,
  {
    /**
     * Writes a market and its runners as they stood at `at` (epoch milliseconds). Writing the same again changes nothing,
     * and neither does a definition older than the one that is there.
     */
    readonly upsert: (definition: MarketDefinition, at: number) => Effect.Effect<void, StorageFailure>
    readonly byMarketId: (marketId: MarketId) => Effect.Effect<MarketDefinition | null, StorageFailure>
    /** Markets whose scheduled off is at or after `from` and before `to`, in the order of their offs. */
    readonly between: (from: number, to: number) => Effect.Effect<ReadonlyArray<MarketDefinition>, StorageFailure>
    /** Where these markets' races are run, as far as it is known. */
    readonly venues: (
      marketIds: ReadonlyArray<MarketId>
    ) => Effect.Effect<ReadonlyMap<MarketId, string>, StorageFailure>
  }
>()("clever-better/persistence/RaceRepository") {
  static readonly layerSql = Layer.effect(
    RaceRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(RaceRepository, () => makeMemory())
}

const decodeRaces = Row.decoder(Races)
const decodeRunners = Row.decoder(Runners)
const encodeRaces = Row.encoder(Races)
const encodeRunners = Row.encoder(Runners)

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const races = Row.parts(sql, Races)
  const runners = Row.parts(sql, Runners)
  const assign = (columns: ReadonlyArray<string>, keys: ReadonlyArray<string>) =>
    sql.literal(
      columns
        .filter((column) => !keys.includes(column))
        .map((column) => `${column} = EXCLUDED.${column}`)
        .join(", ")
    )
  const raceValues = assign(Races.columns, ["market_id"])
  const runnerValues = assign(Runners.columns, ["market_id", "selection_id", "handicap"])

  /** Runners that are not in the newest definition any more keep their rows, but are not part of the market. */
  const complete = Effect.fnUntraced(function* (raceRows: ReadonlyArray<unknown>) {
    const found = yield* decodeRaces(raceRows)
    if (found.length === 0) return []
    const rows = yield* Effect.flatMap(
      sql`
        SELECT ${runners.columns} FROM runners
        WHERE market_id IN ${sql.in(found.map(({ marketId }) => marketId))}
        ORDER BY market_id, position`,
      decodeRunners
    )
    const byMarket = Map.groupBy(rows, ({ marketId }) => marketId)
    return found.map((race) =>
      fromRows(
        race,
        (byMarket.get(race.marketId) ?? []).filter((runner) => runner.updatedAt === race.updatedAt)
      )
    )
  })

  return RaceRepository.of({
    upsert: (definition, at) =>
      attempt(
        "RaceRepository.upsert",
        Effect.gen(function* () {
          const race = yield* encodeRaces([toRaceRow(definition, at)])
          const runnerRows = yield* encodeRunners(toRunnerRows(definition, at))
          yield* sql`
            WITH race AS (
              INSERT INTO races AS known (${races.columns})
              SELECT ${races.columns} FROM ${races.records(race)}
              ON CONFLICT (market_id) DO UPDATE SET ${raceValues}
              WHERE known.updated_at IS NULL OR known.updated_at <= EXCLUDED.updated_at
              RETURNING market_id
            )
            INSERT INTO runners (${runners.columns})
            SELECT ${runners.columns} FROM ${runners.records(runnerRows)} JOIN race USING (market_id)
            ON CONFLICT (market_id, selection_id, handicap) DO UPDATE SET ${runnerValues}`
        })
      ),
    byMarketId: (marketId) =>
      attempt(
        "RaceRepository.byMarketId",
        sql`SELECT ${races.columns} FROM races WHERE market_id = ${marketId} AND updated_at IS NOT NULL`.pipe(
          Effect.flatMap(complete),
          Effect.map((found) => found[0] ?? null)
        )
      ),
    between: (from, to) =>
      attempt(
        "RaceRepository.between",
        Effect.flatMap(
          sql`
            SELECT ${races.columns} FROM races
            WHERE market_time >= ${new Date(from)} AND market_time < ${new Date(to)} AND updated_at IS NOT NULL
            ORDER BY market_time, market_id`,
          complete
        )
      ),
    venues: (marketIds) =>
      marketIds.length === 0
        ? Effect.succeed(new Map())
        : attempt(
            "RaceRepository.venues",
            sql<{ readonly marketId: MarketId; readonly venue: string }>`
              SELECT market_id AS "marketId", venue FROM races
              WHERE venue IS NOT NULL
                AND market_id IN (SELECT jsonb_array_elements_text(${JSON.stringify(marketIds)}::jsonb))`
          ).pipe(Effect.map((rows) => new Map(rows.map(({ marketId, venue }) => [marketId, venue]))))
  })
})

const makeMemory = () => {
  const known = new Map<MarketId, { readonly definition: MarketDefinition; readonly at: number }>()
  return RaceRepository.of({
    upsert: (definition, at) =>
      Effect.sync(() => {
        const before = known.get(definition.marketId)
        if (before === undefined || before.at <= at) known.set(definition.marketId, { definition, at })
      }),
    byMarketId: (marketId) => Effect.sync(() => known.get(marketId)?.definition ?? null),
    between: (from, to) =>
      Effect.sync(() =>
        [...known.values()]
          .map(({ definition }) => definition)
          .filter(({ marketTime }) => marketTime >= from && marketTime < to)
          .toSorted((a, b) => a.marketTime - b.marketTime || (a.marketId < b.marketId ? -1 : 1))
      ),
    venues: (marketIds) =>
      Effect.sync(
        () =>
          new Map(
            marketIds.flatMap((marketId) => {
              const venue = known.get(marketId)?.definition.venue ?? null
              return venue === null ? [] : [[marketId, venue]]
            })
          )
      )
  })
}
