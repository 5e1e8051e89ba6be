import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ConfigFile } from "../../src/cli/Options.ts"
import { command } from "../../src/cli/StrategiesCommand.ts"

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

const configFile = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "clever-better-"))
      writeFileSync(join(folder, "config.yaml"), text)
      return join(folder, "config.yaml")
    }),
    (file) => Effect.sync(() => rmSync(join(file, ".."), { recursive: true }))
  )

describe("clever-better strategies", () => {
  it.effect("lists every kind with its parameters, ranges and defaults", () =>
    Effect.gen(function* () {
      const { strategies } = JSON.parse(yield* run("strategies", "--json"))
      expect(strategies.map(({ name }: { name: string }) => name)).toEqual([
        "simple_value",
        "steam_follower",
        "inplay_layer",
        "model_value"
      ])
      expect(strategies[0]).toMatchObject({ source: "built in", inPlay: false, needsPrediction: false })
      const parameters = Object.fromEntries(
        strategies[0].parameters.map(({ name, ...parameter }: { name: string }) => [name, parameter])
      )
      expect(parameters.min_edge).toMatchObject({
        allowed: "number from 0 to 1",
        minimum: 0,
        maximum: 1,
        default: 0.03
      })
      expect(parameters.sides).toMatchObject({ values: ["back", "lay", "both"], default: "both" })
      expect(parameters.min_traded_volume).toMatchObject({ default: 1000 })
      expect(parameters.stake).toMatchObject({ allowed: "number from 0.01 to 1000000 or null", default: null })
    })
  )

  it.effect("prints a table for people", () =>
    Effect.gen(function* () {
      const said = yield* run("strategies")
      expect(said).toContain("inplay_layer (built in, bets in play)")
      expect(said).toMatch(/^ {4}min_edge +0\.03 +number from 0 to 1 +Least expected profit/m)
    })
  )

  it.effect("says which of the user's modules is none", () =>
    Effect.gen(function* () {
      const file = yield* configFile("strategies: { modules: [./mine.ts] }")
      const failure = yield* Effect.flip(run("--config", file, "strategies"))
      expect(failure).toMatchObject({ _tag: "StrategyModuleRefused", module: "./mine.ts" })
    })
  )
})
