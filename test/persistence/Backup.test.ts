/** Backup and restore as docs/RUNBOOK.md says, with its own commands: what was written is there again, and the bot can go on. */
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import * as Database from "../../src/persistence/Database.ts"
import { onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import * as Migrations from "../../src/persistence/Migrations.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { serverUrl, settings } from "./TestDatabase.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

type Where = Parameters<typeof settings>[0]

/** A bot's repositories on the database, closed when the effect ends: as between a stop and a start. */
const on = (where: Where) => {
  const layer = Repositories.layerSql.pipe(
    Layer.provideMerge(Migrations.layer),
    Layer.provideMerge(Database.layer),
    Layer.provide(settings(where))
  )
  return <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof layer>>) =>
    onRealClock(effect.pipe(Effect.provide(Layer.fresh(layer))))
}

const entry = (event: string) =>
  ({ mode: "live", at: 1000, event, subject: "test", actor: "operator", data: {} }) as const

const write = (event: string) => Effect.asVoid(AuditRepository.use(({ append }) => append([entry(event)])))

const events = AuditRepository.use(({ recent }) =>
  Effect.map(recent("live", 10), (all) => all.map(({ event }) => event))
)

const database = (name: string) => {
  const url = new URL(serverUrl!)
  url.pathname = `/${name}`
  return url.href
}
const admin = (command: string, name: string) =>
  execFileSync(command, ["--maintenance-db", serverUrl!, name], { stdio: "pipe" })

describe("a backup", () => {
  it.effect("of the embedded database is its folder", () =>
    Effect.gen(function* () {
      const home = yield* folder
      const directory = join(home, "database")
      yield* Effect.promise(() => EmptyDatabase.layAt(directory))
      yield* on({ directory })(write("before"))
      execFileSync("tar", ["-czf", join(home, "backup.tar.gz"), "-C", home, "database"])
      yield* on({ directory })(write("after"))
      renameSync(directory, join(home, "database.old"))
      execFileSync("tar", ["-xzf", join(home, "backup.tar.gz"), "-C", home])
      const restored = yield* on({ directory })(Effect.all([events, write("on it goes"), events]))
      expect(restored).toEqual([["before"], undefined, ["on it goes", "before"]])
    })
  )

  it.effect.skipIf(serverUrl === undefined)("of a server is a dump (TEST_DATABASE_URL names one)", () =>
    Effect.gen(function* () {
      const home = yield* folder
      const fresh = Effect.acquireRelease(
        Effect.sync(() => {
          const name = `backup_${randomBytes(6).toString("hex")}`
          admin("createdb", name)
          return name
        }),
        (name) => Effect.sync(() => admin("dropdb", name))
      )
      const [source, target] = [yield* fresh, yield* fresh]
      const where = (name: string) => ({ url: Redacted.make(database(name)), maxConnections: 2 })
      yield* on(where(source))(write("before"))
      const dump = join(home, "clever-better.dump")
      execFileSync("pg_dump", ["--format=custom", `--file=${dump}`, database(source)])
      execFileSync("pg_restore", ["--exit-on-error", "--no-owner", `--dbname=${database(target)}`, dump])
      const restored = yield* on(where(target))(Effect.all([events, write("on it goes"), events]))
      expect(restored).toEqual([["before"], undefined, ["on it goes", "before"]])
    })
  )
})
