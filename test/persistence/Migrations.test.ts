import { describe, expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../src/persistence/Database.ts"
import * as Migrations from "../../src/persistence/Migrations.ts"
import { freshSchema, serverUrl, settings } from "./TestDatabase.ts"

const onServer = Layer.unwrap(Effect.map(freshSchema, (url) => Database.layer.pipe(Layer.provide(settings({ url })))))

/** Everything that the schema is made of, one line a thing, without the table of migrations itself. */
const catalog = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly line: string }>`
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = current_schema()),
    tables AS (
      SELECT c.* FROM pg_class c JOIN ours ON c.relnamespace = ours.oid WHERE c.relname !~ '^schema_migrations'
    )
    SELECT concat_ws(' ', 'relation', relname, relkind, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid)) AS line
      FROM tables
    UNION ALL
    SELECT concat_ws(' ', 'column', t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum WHERE t.relkind IN ('r', 'p')
    UNION ALL
    SELECT concat_ws(' ', 'constraint', t.relname, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN tables t ON t.oid = i.indrelid
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid
      WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN ours ON p.pronamespace = ours.oid
    ORDER BY line`
  return rows.map(({ line }) => line)
})

const suite = <E>(name: string, database: Layer.Layer<SqlClient.SqlClient, E>) =>
  layer(database)(name, (it) => {
    it.effect("go up and down step by step, and down reverses up exactly", () =>
      Effect.gen(function* () {
        const known = yield* Migrations.all
        expect(known.map(({ version }) => version)).toEqual(known.map((_, index) => index + 1))
        expect(known[8]!.name).toBe("add_betfair_fields_to_bets")
        const before = [yield* catalog]
        for (const { version } of known) {
          expect((yield* Migrations.up(version)).map((step) => step.version)).toEqual([version])
          before.push(yield* catalog)
          expect(before.at(-1)).not.toEqual(before.at(-2))
        }
        for (const { version } of known.toReversed()) {
          expect(yield* catalog).toEqual(before[version])
          expect((yield* Migrations.down()).map((step) => step.version)).toEqual([version])
          expect(yield* catalog).toEqual(before[version - 1])
        }
        yield* Migrations.up()
        expect(yield* catalog).toEqual(before.at(-1))
        expect(yield* Migrations.up()).toEqual([])
      })
    )

    it.effect("keep the bets that are there when the exchange's fields are taken away and added again", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* Migrations.up()
        yield* Migrations.down(8)
        yield* sql`INSERT INTO races (market_id) VALUES ('1.5')`
        yield* sql`INSERT INTO strategies (id, kind) VALUES ('s', 'k')`
        yield* sql`
          INSERT INTO bets (id, mode, strategy_id, race_id, selection_id, side, price, size, status, confidence, reason,
            created_at, updated_at)
          VALUES ('018bcfe5-6801-75e2-8610-b4d031c25b62', 'paper', 's', '1.5', 7, 'BACK', 3.5, 10, 'matched', 1, '',
            now(), now())`
        yield* Migrations.up()
        const rows =
          yield* sql`SELECT market_id, customer_order_ref, active FROM bets JOIN strategies s ON s.id = strategy_id`
        expect(rows).toEqual([
          { market_id: "1.5", customer_order_ref: "018bcfe5680175e28610b4d031c25b62", active: false }
        ])
        yield* Migrations.down(0)
      })
    )

    it.effect("are serialised between two that migrate at once", () =>
      Effect.gen(function* () {
        const known = yield* Migrations.all
        const [one, two] = yield* Effect.all([Migrations.up(), Migrations.up()], { concurrency: 2 })
        expect(one.length + two.length).toBe(known.length)
        expect((yield* Migrations.status).every(({ state }) => state === "applied")).toBe(true)
        yield* Migrations.down(0)
      })
    )

    it.effect("refuse a script that was changed, and one that is not there any more", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* Migrations.up(3)
        yield* sql`UPDATE schema_migrations SET checksum = 'other' WHERE version = 2`
        expect(yield* Effect.flip(Migrations.up())).toMatchObject({ _tag: "MigrationFailed", version: 2 })
        expect((yield* Effect.flip(Migrations.down())).message).toContain("changed since it was applied")
        expect((yield* Migrations.status).map(({ state }) => state).slice(0, 4)).toEqual([
          "applied",
          "changed",
          "applied",
          "pending"
        ])
        const { checksum } = (yield* Migrations.all)[1]!
        yield* sql`UPDATE schema_migrations SET checksum = ${checksum} WHERE version = 2`
        yield* sql`INSERT INTO schema_migrations (version, name, checksum) VALUES (999, 'from_the_future', '')`
        const failure = yield* Effect.flip(Migrations.up())
        expect(failure).toMatchObject({ version: 999 })
        expect(failure.message).toContain("newer version")
        expect((yield* Migrations.status).at(-1)).toMatchObject({ name: "from_the_future", state: "missing" })
        yield* sql`DELETE FROM schema_migrations WHERE version = 999`
        yield* Migrations.down(0)
      })
    )

    it.effect("leave nothing of a migration that fails half-way", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* Migrations.up(0)
        yield* sql`CREATE TABLE runners (stands integer, in_the integer, way integer)`
        const failure = yield* Effect.flip(Migrations.up())
        expect(failure).toMatchObject({ version: 1 })
        expect(failure.message).toContain('"runners" already exists')
        yield* sql`DROP TABLE runners`
        expect(yield* catalog).toEqual([])
        expect((yield* Migrations.status)[0]).toMatchObject({ state: "pending" })
      })
    )
  })

describe("Migrations on the embedded database", () => suite("PGlite", Database.layerMemory))
describe.skipIf(serverUrl === undefined)("Migrations on a server (TEST_DATABASE_URL)", () =>
  suite("PostgreSQL", onServer)
)
