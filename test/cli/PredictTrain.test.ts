import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, FileSystem } from "effect"
import { Command } from "effect/cli"
import { ConfigFile } from "../../src/cli/Options.ts"
import { evaluate, train } from "../../src/cli/PredictTrain.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

const root = Command.make("predict").pipe(
  Command.withSubcommands([train, evaluate]),
  Command.withGlobalFlags([ConfigFile])
)

/** What the command prints, on stdout and stderr. */
const run = Effect.fnUntraced(function* (...argv: ReadonlyArray<string>) {
  const out: Array<string> = []
  const err: Array<string> = []
  const console_ = {
    ...globalThis.console,
    log: (line: string) => void out.push(line),
    error: (line: string) => void err.push(line)
  }
  yield* Command.runWith(root, { version: "0" })(argv).pipe(Effect.provideService(Console.Console, console_))
  return { out: out.join("\n"), err: err.join("\n") }
})

const shares = (weights: ReadonlyArray<number>) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

const refusal = (...argv: ReadonlyArray<string>) => Effect.flip(run(...argv))

/** Greyhound races whose rated prices know what the starting prices do not. */
const priceFile = (races: number, firstDay: number): string => {
  const random = new SeededRandom(1, firstDay)
  const lines = ["Date,Track,Race Name,MarketId,SelectionId,Rug,Rated Price,Early Speed,WIN_RESULT,WIN_BSP"]
  for (let r = 0; r < races; r++) {
    const day = new Date(Date.UTC(2026, 0, firstDay + Math.floor(r / 20))).toISOString().slice(0, 10)
    const scores = Array.from({ length: 6 }, () => ({ market: random.normal(), hidden: random.normal() }))
    const bsp = shares(scores.map(({ market }) => Math.exp(market)))
    const chances = shares(scores.map(({ hidden, market }) => Math.exp(market + hidden)))
    let left = random.next()
    const winner = chances.findIndex((chance) => (left -= chance) < 0)
    for (let i = 0; i < 6; i++) {
      const odds = [chances[i]!, bsp[i]!].map((chance) => Math.max(1.01, 1 / chance).toFixed(2))
      const id = 1000 * firstDay + r
      lines.push(
        `${day},Dockside,R1 480m Gr5,${id},${i + 1},${i + 1},${odds[0]},0.5,${i === winner ? 1 : 0},${odds[1]}`
      )
    }
  }
  return `${lines.join("\n")}\n`
}

const files = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const prices = `${folder}/prices.csv`
  const later = `${folder}/later.csv`
  yield* fs.writeFileString(prices, priceFile(600, 1))
  yield* fs.writeFileString(later, priceFile(200, 70))
  return { fs, folder, prices, later, model: `${folder}/models/dogs.json` }
})

const live = (name: string, test: () => Effect.Effect<void, unknown, unknown>) =>
  it.live(name, () => test().pipe(Effect.scoped, Effect.provide(NodeServices.layer)) as Effect.Effect<void, unknown>)

describe("predict train and evaluate", () => {
  live("trains a model, says first whether it beats the market, and judges it on later races", () =>
    Effect.gen(function* () {
      const { folder, fs, later, model, prices } = yield* files
      const trained = yield* run("train", prices, "--out", model)
      expect(trained.out).toMatch(/^greyhounds at the off: the model beats the market: -\d/)
      const text = yield* fs.readFileString(model)
      yield* run("train", prices, "--out", model)
      expect(yield* fs.readFileString(model)).toBe(text)

      const { out } = yield* run("evaluate", prices, later, "--model", model, "--json", "--plot", folder)
      const { segments } = JSON.parse(out)
      expect(segments).toHaveLength(1)
      expect(segments[0]).toMatchObject({ beatsMarket: true, leftOut: {} })
      // The last fifth of the first file, which the model has not seen, and the second file.
      expect(segments[0].races).toBe(320)
      expect(segments[0].bands.length).toBeGreaterThan(4)
      expect(yield* fs.readFileString(`${folder}/greyhounds-at-the-off.svg`)).toContain("320 races")
    })
  )

  live("judges a way of training block by block", () =>
    Effect.gen(function* () {
      const { folder, fs, model, prices } = yield* files
      const { out } = yield* run("evaluate", prices, "--test-from", "2026-01-11", "--blocks", "2", "--plot", folder)
      expect(out).toMatch(/^greyhounds at the off in 2 blocks: the model beats the market: .* 400 races\)/)
      expect(yield* fs.exists(`${folder}/greyhounds-at-the-off-in-2-blocks.svg`)).toBe(true)
      expect(yield* refusal("evaluate", prices, "--blocks", "2", "--model", model)).toMatchObject({
        message: "--blocks trains models of its own: it takes no --model"
      })
      expect(yield* refusal("evaluate", prices, "--blocks", "30")).toMatchObject({
        message: expect.stringMatching(
          /^greyhounds at the off: from 2026-01-25 on: 480 races to train on and 0 to judge by/
        )
      })
    })
  )

  live("refuses what makes no model, and says why", () =>
    Effect.gen(function* () {
      const { fs, folder, model, prices } = yield* files
      expect(yield* refusal("evaluate")).toMatchObject({ _tag: "BadUsage" })
      expect(yield* refusal("evaluate", prices, "--generated", "10")).toMatchObject({
        message: "--generated takes no files"
      })
      yield* fs.writeFileString(`${folder}/few.csv`, priceFile(40, 1))
      expect(yield* refusal("train", `${folder}/few.csv`, "--out", model)).toMatchObject({
        message: "greyhounds at the off: 20 races to train on and 20 to judge by: expected 100 of each at least"
      })
      yield* fs.writeFileString(`${folder}/tips.csv`, "Date,Tipster\n")
      expect(yield* refusal("evaluate", `${folder}/tips.csv`)).toMatchObject({ _tag: "PriceFileRefused" })
    })
  )
})
