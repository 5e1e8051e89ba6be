/** What is done with recordings, from the floor up to the whole bot. Each is a `Work` for any files. */
import { readFile } from "node:fs/promises"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Random } from "effect"
import * as ProbeBots from "../../src/app/ProbeBots.ts"
import * as ReplayBot from "../../src/app/ReplayBot.ts"
import { queueBack } from "../../src/backtest/QueueProbes.ts"
import type { ReplayReport } from "../../src/bot/ReplayReport.ts"
import { Settings, type SettingsValue } from "../../src/config/Settings.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { MarketMessage } from "../../src/market/MarketMessage.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import { RecordingProblems } from "../../src/market/recording/RecordingProblem.ts"
import * as SeparateRecordings from "../../src/market/SeparateRecordings.ts"
import { settingsOf } from "../config/Decoding.ts"
import type { Work } from "./Figures.ts"

const defaults = settingsOf("")

/** Every sport is traded, so that whatever recording is given goes through the whole bot. */
export const settings: SettingsValue = {
  ...defaults,
  markets: {
    ...defaults.markets,
    eventTypes: ["1", "2", "3", "4", "7", "4339", "7522"],
    countries: [],
    marketTypes: []
  },
  // A replay has no predictions, so what needs them is left out.
  strategies: {
    ...defaults.strategies,
    active: defaults.strategies.active.filter(({ kind }) => kind !== "model_value")
  }
}

const withoutStrategies: SettingsValue = { ...settings, strategies: { ...settings.strategies, active: [] } }

export const linesOf = async (files: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  for (const file of files) {
    for (const line of (await readFile(file, "utf8")).split("\n")) if (line.trim() !== "") lines.push(line)
  }
  return lines
}

const parse = (files: ReadonlyArray<string>): Work => ({
  prepare: async () => {
    const lines = await linesOf(files)
    return () => {
      for (const line of lines) JSON.parse(line)
    }
  }
})

const books = (files: ReadonlyArray<string>): Work => ({
  prepare: async () => {
    const messages = (await linesOf(files)).map((line) => JSON.parse(line) as MarketMessage)
    return () => {
      const store = new BookStore()
      for (const message of messages) store.apply(message)
    }
  }
})

const feed = (files: ReadonlyArray<string>): Work => ({
  prepare: async () => () =>
    Effect.flatMap(RecordedFiles.open(files), (recordings) =>
      Effect.promise(async () => {
        const store = new BookStore()
        for (let batch = await recordings.next(); batch !== null; batch = await recordings.next()) {
          for (let index = 0; index < batch.length; index++) batch.applyTo(store, index)
        }
      })
    ).pipe(Effect.scoped, Effect.runPromise)
})

/** The command `replay` without its output. */
export const replayOf = (files: ReadonlyArray<string>, settings: SettingsValue, workers = 0): Promise<ReplayReport> =>
  Effect.gen(function* () {
    const recordings = yield* ReplayBot.open(files, workers)
    return yield* Effect.gen(function* () {
      const { replay, reporter } = yield* ReplayBot.drivers
      yield* replay.run(recordings, Effect.void)
      return yield* reporter.report({ recordings: recordings.names, skipped: [], wallSeconds: 0 })
    }).pipe(
      Random.withSeed("replay"),
      Effect.provide(ReplayBot.layer({ persist: false, folders: [], onProblem: recordings.onProblem }))
    )
  }).pipe(
    Effect.scoped,
    Effect.provideService(Settings, settings),
    Effect.provide(NodeServices.layer),
    Effect.runPromise
  )

const replay =
  (settings: SettingsValue) =>
  (files: ReadonlyArray<string>): Work => ({ prepare: async () => () => replayOf(files, settings) })

/** The command `probes` without its output: the reference's matching rules, and about a thousand orders a recording. */
const probe = (files: ReadonlyArray<string>): Work => ({
  prepare: async () => () => {
    const problems = new RecordingProblems()
    return SeparateRecordings.forEach(files, problems, (recording) =>
      Effect.asVoid(ProbeBots.run(recording, [queueBack], { settings: defaults, profile: "flumine", problems }))
    ).pipe(Effect.provide(NodeServices.layer), Effect.runPromise)
  }
})

/** Of recordings as they are packed, to be compared with their unpacking. */
export const replayPacked = (files: ReadonlyArray<string>, workers: number): Work => ({
  prepare: async () => () => replayOf(files, withoutStrategies, workers)
})

/** By the name under which a table shows them; the first is what the others are compared with. */
export const scenarios = {
  "JSON.parse of every line": parse,
  "books alone": books,
  "read, parse, books": feed,
  "replay, no strategies": replay(withoutStrategies),
  "replay, three strategies": replay(settings),
  "replay, QueueBack probe": probe
} satisfies Record<string, (files: ReadonlyArray<string>) => Work>

/** The scenario for each file by itself, one after the other. */
export const separately = (name: ScenarioName, files: ReadonlyArray<string>): Work => ({
  prepare: async () => {
    const runs: Array<() => unknown> = []
    for (const file of files) runs.push(await scenarios[name]([file]).prepare())
    return async () => {
      for (const run of runs) await run()
    }
  }
})

export type ScenarioName = keyof typeof scenarios

export const scenarioNames = Object.keys(scenarios) as ReadonlyArray<ScenarioName>
