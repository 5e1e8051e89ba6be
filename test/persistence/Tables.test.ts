/** What only the tables can promise: history, rows that stay, checks, partitions. */
import { describe, expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { OddsRepository } from "../../src/persistence/OddsRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { after, bet, matched, newMarketId, placed, selection, snapshot } from "./builders.ts"
import { freshSchema, serverUrl, settings } from "./TestDatabase.ts"

const onServer = Layer.unwrap(
  Effect.map(freshSchema, (url) => Repositories.layerDatabase.pipe(Layer.provide(settings({ url }))))
)

const refusal = <A, R>(statement: Effect.Effect<A, SqlError.SqlError, R>) =>
  Effect.map(Effect.flip(statement), (error) => String(error.reason.cause))

const suite = <E>(name: string, database: Layer.Layer<SqlClient.SqlClient | BetRepository | OddsRepository, E>) =>
  layer(database)(name, (it) => {
    it.effect("keep the history of a bet, and nothing of a write that changed nothing", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const bets = yield* BetRepository
        const start = bet()
        const half = after(start, placed("101"), matched(400))
        yield* bets.create([start])
        yield* bets.update([half])
        yield* bets.update([start])
        const history = yield* sql`
          SELECT event, mode, actor, data->>'status' AS status, (data->>'matched_size')::numeric AS matched
          FROM audit WHERE subject = ${start.id} ORDER BY id`
        expect(history).toEqual([
          { event: "bet.created", mode: "paper", actor: "bot", status: "pending", matched: "0.00" },
          { event: "bet.updated", mode: "paper", actor: "bot", status: "partially_matched", matched: "4.00" }
        ])
      })
    )

    it.effect("keep decimals that people can read", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const bets = yield* BetRepository
        const one = after(bet(), matched(400))
        yield* bets.create([one])
        const rows = yield* sql`
          SELECT price, size, matched_price, matched_size, market_id = race_id AS same, customer_order_ref,
            (fills->0->>'price')::numeric AS fill
          FROM bets WHERE id = ${one.id}`
        expect(rows).toEqual([
          {
            price: "3.50",
            size: "10.00",
            matched_price: "3.500000",
            matched_size: "4.00",
            same: true,
            customer_order_ref: one.id.replaceAll("-", ""),
            fill: "3.50"
          }
        ])
      })
    )

    it.effect("refuse to change or delete history, and to delete bets and what they stand on", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const bets = yield* BetRepository
        yield* bets.create([bet()])
        const forEver = "kept for ever"
        expect(yield* refusal(sql`UPDATE audit SET actor = 'nobody'`)).toContain(forEver)
        expect(yield* refusal(sql`DELETE FROM audit`)).toContain(forEver)
        expect(yield* refusal(sql`TRUNCATE audit`)).toContain(forEver)
        expect(yield* refusal(sql`DELETE FROM bets`)).toContain(forEver)
        expect(yield* refusal(sql`TRUNCATE bets CASCADE`)).toContain(forEver)
        expect(yield* refusal(sql`DELETE FROM races`)).toContain("foreign key")
        expect(yield* refusal(sql`DELETE FROM strategies`)).toContain("foreign key")
      })
    )

    it.effect.each([
      ["bets_size_check", "size = -0.01"],
      ["bets_price_check", "price = 1.00"],
      ["bets_price_check", "price = 1000.01"],
      ["bets_side_check", "side = 'Back'"],
      ["bets_mode_check", "mode = 'test'"],
      ["bets_status_check", "status = 'open'"],
      ["bets_confidence_check", "confidence = 1.5"],
      ["bets_settled_check", "status = 'settled'"],
      ["bets_settlement_check", "profit = 1"],
      ["bets_order_price_check", "price = NULL"],
      ["bets_limit_only_check", "order_type = 'LIMIT_ON_CLOSE'"],
      ["bets_size_remaining_check", "size_remaining = -1"],
      ["bets_race_id_fkey", "race_id = '1.0'"],
      ["bets_market_id_fkey", "market_id = '1.0'"],
      ["bets_replaces_fkey", "replaces = '018bcfe5-6801-75e2-8610-b4d031c25b63'"]
    ] as const)("refuse a bet by %s", ([constraint, change]) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const bets = yield* BetRepository
        const one = bet()
        yield* bets.create([one])
        const update = sql`UPDATE bets SET ${sql.literal(change)} WHERE id = ${one.id}`
        expect(yield* refusal(update)).toContain(`"${constraint}"`)
      })
    )

    it.effect("put snapshots into the partition of their month, or into the default one", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const odds = yield* OddsRepository
        const marketId = newMarketId()
        yield* odds.preparePartitions(Date.UTC(2030, 10, 30), Date.UTC(2031, 0, 1))
        // Rows of a month that are in the default partition already stay there, and more go there.
        const early = {
          market_id: marketId,
          selection_id: 1,
          handicap: 0,
          at: new Date(Date.UTC(2029, 0)),
          total_matched: 0
        }
        yield* sql`INSERT INTO races (market_id) VALUES (${marketId})`
        yield* sql`INSERT INTO odds_snapshots ${sql.insert(early)}`
        yield* odds.insert([
          snapshot({ marketId, selectionId: selection(2), at: Date.UTC(2029, 0, 2) }),
          snapshot({ marketId, selectionId: selection(3), at: Date.UTC(2030, 11, 31, 23, 59, 59, 999) }),
          snapshot({ marketId, selectionId: selection(4), at: Date.UTC(2031, 0) }),
          snapshot({ marketId, selectionId: selection(5), at: Date.UTC(2032, 1) })
        ])
        const rows = yield* sql`
          SELECT selection_id::int AS runner, tableoid::regclass::text AS partition FROM odds_snapshots
          WHERE market_id = ${marketId} ORDER BY 1`
        expect(rows).toEqual([
          { runner: 1, partition: "odds_snapshots_default" },
          { runner: 2, partition: "odds_snapshots_default" },
          { runner: 3, partition: "odds_snapshots_2030_12" },
          { runner: 4, partition: "odds_snapshots_2031_01" },
          { runner: 5, partition: "odds_snapshots_2032_02" }
        ])
      })
    )

    it.effect("open no second bet of an intent when many try at once", () =>
      Effect.gen(function* () {
        const bets = yield* BetRepository
        const one = bet()
        const tries = Array.from({ length: 20 }, () => ({ ...one, id: bet().id }))
        const outcomes = yield* Effect.forEach(tries, (attempt) => Effect.result(bets.create([attempt])), {
          concurrency: "unbounded"
        })
        expect(outcomes.filter(({ _tag }) => _tag === "Success")).toHaveLength(1)
        expect(yield* bets.onMarket("paper", one.marketId)).toHaveLength(1)
      })
    )
  })

describe("The tables of the embedded database", () => suite("PGlite", Repositories.layerDatabaseMemory))
describe.skipIf(serverUrl === undefined)("The tables of a server (TEST_DATABASE_URL)", () =>
  suite("PostgreSQL", onServer)
)
