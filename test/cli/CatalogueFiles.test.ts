import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { RaceRepository } from "../../src/persistence/RaceRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { answer, card, entry } from "../market/Catalogue.ts"
import { definition, marketId } from "../market/Messages.ts"
import { temporaryFolder } from "../market/recording/Archives.ts"
import { settings } from "../persistence/TestDatabase.ts"
import { run } from "./InProcess.ts"

const folder = temporaryFolder()
const options = { cwd: folder.path }

const write = (name: string, content: unknown) => folder.write(name, `${JSON.stringify(content)}\n`)

const recording = () =>
  write("1.100", {
    op: "mcm",
    pt: Date.UTC(2024, 5, 1, 13),
    mc: [{ id: marketId, marketDefinition: definition({ status: "CLOSED" }) }]
  })
const catalogue = () => write("catalogue.json", answer([entry()]))

describe("replay FILE… --persist", () => {
  it.live("writes the names and cards of a catalogue among the files", () =>
    Effect.gen(function* () {
      const files = yield* Effect.promise(() => Promise.all([catalogue(), recording()]))
      yield* Effect.promise(() => EmptyDatabase.layAt(`${folder.path}/.clever-better/database`))
      const { code, stderr } = yield* Effect.promise(() => run(["replay", ...files, "--persist"], options))
      expect([code, stderr]).toEqual([0, ""])
      const race = yield* Effect.flatMap(RaceRepository, (races) => races.byMarketId(marketId)).pipe(
        Effect.provide(
          Repositories.layerDatabase.pipe(
            Layer.provide(settings({ directory: `${folder.path}/.clever-better/database` }))
          )
        )
      )
      expect(race).toMatchObject({ venue: "Ascot", status: "CLOSED" })
      expect(race!.runners[0]).toMatchObject({ name: "Red Rum", ...card })
    })
  )
})

describe("a catalogue alone", () => {
  it.live("is nothing to replay, and the reason is said", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(catalogue)
      const { code, stderr } = yield* Effect.promise(() => run(["replay", path], options))
      expect(code).toBe(1)
      expect(stderr).toBe("there are no recordings in it: market catalogues and empty folders have no prices\n")
    })
  )

  it.live("is verified without a fault", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(catalogue)
      const ended = yield* Effect.promise(() => run(["data", "verify", path, "--json"], options))
      expect([ended.code, JSON.parse(ended.stdout), ended.stderr]).toEqual([0, [], ""])
    })
  )

  it.live("is a failure when it cannot be read, told by file and what was found", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(() => write("bad.json", [entry({ runners: 3 })]))
      const ended = yield* Effect.promise(() => run(["data", "verify", path], options))
      expect([ended.code, ended.stderr]).toEqual([1, `${path}: runners of 1.100 is 3: left out\n`])
    })
  )
})
