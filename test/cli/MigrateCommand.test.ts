import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, Layer, Redacted } from "effect"
import { Command } from "effect/cli"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { command } from "../../src/cli/MigrateCommand.ts"
import { ConfigFile } from "../../src/cli/Options.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { freshSchema, serverUrl, settings } from "../persistence/TestDatabase.ts"

const root = Command.make("clever-better").pipe(
  Command.withSubcommands([command]),
  Command.withGlobalFlags([ConfigFile])
)

/** What the command prints. */
const run = Effect.fnUntraced(function* (...argv: ReadonlyArray<string>) {
  const lines: Array<string> = []
  const console_ = { ...globalThis.console, log: (line: string) => void lines.push(line) }
  yield* Command.runWith(root, { version: "0" })(argv).pipe(
    Effect.provideService(Console.Console, console_),
    Effect.provide(NodeServices.layer)
  )
  return lines.join("\n")
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const configFile = (path: string, database: Readonly<Record<string, string>>) => {
  const file = join(path, "config.yaml")
  writeFileSync(file, JSON.stringify({ database }))
  return file
}

const journey = Effect.fnUntraced(function* (config: string) {
  const migrate = (...argv: ReadonlyArray<string>) => run("migrate", ...argv, "--config", config)
  const all = (yield* migrate("status")).split("\n")
  expect(all[8]).toBe("000009 add_betfair_fields_to_bets  pending")
  expect(yield* migrate("up", "--to", "2")).toBe("applied 000001 create_races\napplied 000002 create_odds_snapshots")
  expect(JSON.parse(yield* migrate("up", "--json")).applied[0]).toEqual({ version: 3, name: "create_strategies" })
  expect(yield* migrate("up")).toBe("nothing to apply")
  expect(yield* migrate("down")).toBe(`reverted ${all.at(-1)!.replace("  pending", "")}`)
  expect((yield* migrate("down", "--to", "9")).split("\n")).toHaveLength(all.length - 10)
  const { migrations } = JSON.parse(yield* migrate("status", "--json"))
  expect(migrations.map(({ state }: { state: string }) => state)).toEqual([
    ...Array.from({ length: 9 }, () => "applied"),
    ...all.slice(9).map(() => "pending")
  ])
})

describe("clever-better migrate", () => {
  it.effect("goes up and down on the embedded database", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(() => EmptyDatabase.layAt(join(path, "database")))
      yield* journey(configFile(path, { directory: join(path, "database") }))
    })
  )
})

describe.skipIf(serverUrl === undefined)("clever-better migrate on a server (TEST_DATABASE_URL)", () => {
  it.effect("goes up and down", () =>
    Effect.gen(function* () {
      const url = yield* freshSchema
      yield* journey(configFile(yield* folder, { url: Redacted.value(url) }))
    })
  )

  it.effect("does not go down under a running bot", () =>
    Effect.gen(function* () {
      const url = yield* freshSchema
      const config = configFile(yield* folder, { url: Redacted.value(url) })
      yield* run("migrate", "up", "--config", config)
      yield* Layer.build(InstanceLock.layer("paper").pipe(Layer.provide(settings({ url }))))
      const refused = yield* Effect.flip(run("migrate", "down", "--config", config))
      expect(refused).toMatchObject({ _tag: "AlreadyRunning", mode: "paper" })
    })
  )
})
