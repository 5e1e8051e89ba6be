/**
 * Brings the database to the form this program needs, and back. Each migration runs in a transaction of its own, which
 * also notes that it ran and the checksum of its script: a script that was changed after it ran is refused, because the
 * database would not be what the script says.
 */
import { Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as SqlScript from "./SqlScript.ts"
import { fromError } from "./StorageFailure.ts"

export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  version: Schema.NullOr(Schema.Int),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface Migration {
  readonly version: number
  readonly name: string
  readonly up: string
  readonly down: string
  readonly checksum: string
}

export interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly appliedAt: Date
}

export interface MigrationStatus {
  readonly version: number
  readonly name: string
  /** `changed`: its script is not what was applied. `missing`: it was applied, and there is no script any more. */
  readonly state: "applied" | "pending" | "changed" | "missing"
  readonly appliedAt: Date | null
}

const folder = fileURLToPath(new URL("../../migrations/", import.meta.url))

/** Line ends do not count: a checkout on Windows is the same script. */
export const checksumOf = (script: string): string =>
  createHash("sha256").update(script.replaceAll("\r\n", "\n")).digest("hex")

const readAll = (): ReadonlyArray<Migration> =>
  readdirSync(folder)
    .flatMap((file) => {
      const [, digits, name] = /^(\d{6})_(\w+)\.up\.sql$/.exec(file) ?? []
      if (digits === undefined || name === undefined) return []
      const up = readFileSync(`${folder}${file}`, "utf8")
      const down = readFileSync(`${folder}${digits}_${name}.down.sql`, "utf8")
      return [{ version: Number(digits), name, up, down, checksum: checksumOf(up) }]
    })
    .toSorted((a, b) => a.version - b.version)

/** The migrations of this program, in their order. */
export const all: Effect.Effect<ReadonlyArray<Migration>, MigrationFailed> = Effect.try({
  try: readAll,
  catch: (cause) =>
    new MigrationFailed({
      version: null,
      message: `the migrations in ${folder} cannot be read: ${String(cause)}`,
      cause
    })
})

const failed = (version: number | null, doing: string) =>
  Effect.mapError((error: SqlError.SqlError | MigrationFailed) =>
    error._tag === "MigrationFailed"
      ? error
      : new MigrationFailed({ version, message: `${doing}: ${fromError(doing)(error).message}`, cause: error })
  )

/** Serialises migrating processes: a transaction that holds it is the only one that migrates this schema. */
const lock = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT pg_advisory_xact_lock(hashtext('clever-better migrations'), hashtext(current_schema()))`
)

const prepare = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(
    Effect.andThen(
      lock,
      sql`
        CREATE TABLE IF NOT EXISTS schema_migrations (
          version integer PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        )`
    )
  )
}).pipe(failed(null, "the table of migrations cannot be made"))

const applied = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Applied>`
    SELECT version, name, checksum, applied_at AS "appliedAt" FROM schema_migrations ORDER BY version`
}).pipe(failed(null, "the applied migrations cannot be read"))

const compare = (known: ReadonlyArray<Migration>, done: ReadonlyArray<Applied>): ReadonlyArray<MigrationStatus> => {
  const scripts = new Map(known.map((migration) => [migration.version, migration]))
  const rows = new Map(done.map((row) => [row.version, row]))
  return [...new Set([...scripts.keys(), ...rows.keys()])]
    .toSorted((a, b) => a - b)
    .map((version) => {
      const script = scripts.get(version)
      const row = rows.get(version)
      const { name } = script ?? row!
      if (row === undefined) return { version, name, state: "pending", appliedAt: null }
      if (script === undefined) return { version, name, state: "missing", appliedAt: row.appliedAt }
      const state = script.checksum === row.checksum ? "applied" : "changed"
      return { version, name, state, appliedAt: row.appliedAt }
    })
}

const verify = (known: ReadonlyArray<Migration>, done: ReadonlyArray<Applied>) => {
  const wrong = compare(known, done).find(({ state }) => state === "changed" || state === "missing")
  if (wrong === undefined) return Effect.void
  const why =
    wrong.state === "changed"
      ? "its script has been changed since it was applied; restore the script and add a new migration instead"
      : "it was applied, but this program has no such script; the database belongs to a newer version of the program"
  return Effect.fail(
    new MigrationFailed({ version: wrong.version, message: `migration ${wrong.version} (${wrong.name}): ${why}` })
  )
}

/** One step in one transaction; false when another process has done it meanwhile. */
const step = (migration: Migration, direction: "up" | "down") =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { checksum, name, version } = migration
    yield* lock
    const [row] = yield* sql`SELECT 1 FROM schema_migrations WHERE version = ${version}`
    if ((row !== undefined) === (direction === "up")) return false
    for (const statement of SqlScript.split(migration[direction])) yield* sql.unsafe(statement)
    yield* direction === "up"
      ? sql`INSERT INTO schema_migrations (version, name, checksum) VALUES (${version}, ${name}, ${checksum})`
      : sql`DELETE FROM schema_migrations WHERE version = ${version}`
    return true
  }).pipe(
    (transaction) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(transaction)),
    failed(migration.version, `migration ${migration.version} (${migration.name}) ${direction}`)
  )

const run = Effect.fnUntraced(function* (steps: ReadonlyArray<Migration>, direction: "up" | "down") {
  const done: Array<Migration> = []
  for (const migration of steps) if (yield* step(migration, direction)) done.push(migration)
  return done
})

export const status = Effect.gen(function* () {
  const known = yield* all
  yield* prepare
  return compare(known, yield* applied)
})

/**
 * Applies what is pending, up to and including version `to`. Returns what was applied.
 */
export const up = Effect.fn("Migrations.up")(function* (to = Number.MAX_SAFE_INTEGER) {
  const known = yield* all
  yield* prepare
  const done = yield* applied
  yield* verify(known, done)
  const versions = new Set(done.map(({ version }) => version))
  return yield* run(
    known.filter(({ version }) => version <= to && !versions.has(version)),
    "up"
  )
})

/**
 * Reverts what is above version `to`, newest first; without it the newest one only. The data of what is reverted is lost.
 */
export const down = Effect.fn("Migrations.down")(function* (to?: number) {
  const known = yield* all
  yield* prepare
  const done = yield* applied
  yield* verify(known, done)
  const floor = to ?? done.at(-2)?.version ?? 0
  const versions = new Set(done.map(({ version }) => version))
  return yield* run(known.filter(({ version }) => version > floor && versions.has(version)).toReversed(), "down")
})

/** Migrates when it is built. */
export const layer = Layer.effectDiscard(
  Effect.flatMap(up(), (done) =>
    done.length === 0
      ? Effect.void
      : Effect.logInfo(`database migrated to version ${done.at(-1)!.version} (${done.length} migrations applied)`)
  )
)
