/** From catalogues among the recordings to the rows of races and runners. */
import { existsSync } from "node:fs"
import { describe, expect, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { RaceRecorder } from "../../src/bot/RaceRecorder.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { Books } from "../../src/market/Books.ts"
import { GivenCatalogues } from "../../src/market/Catalogues.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import * as PacedRecording from "../../src/market/PacedRecording.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import { RaceRepository } from "../../src/persistence/RaceRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { card, entry } from "../market/Catalogue.ts"
import { applyAll, definition, marketId } from "../market/Messages.ts"
import { temporaryFolder } from "../market/recording/Archives.ts"

const folder = temporaryFolder()
const shared = new URL("../../../shared/", import.meta.url).pathname
const sheffield = [
  `${shared}api/api-response/betcode-org/1.197931750.json`,
  `${shared}recordings/greyhounds/pro/1.197931750.zip`
]

const recording = `${JSON.stringify({
  op: "mcm",
  pt: Date.UTC(2024, 5, 1, 13),
  mc: [{ id: marketId, marketDefinition: definition() }]
})}\n`

/** Records every race of the files as the bot does, with the books that the feed's Layer makes for it. */
const record = Effect.fnUntraced(function* (paths: ReadonlyArray<string>) {
  const recordings = yield* RecordedFiles.open(paths)
  const batches: Array<ReadonlyArray<Parameters<Books["Service"]["apply"]>[0]>> = []
  for (let batch = yield* Effect.promise(recordings.next); batch !== null;) {
    batches.push([...batch.messages])
    batch = yield* Effect.promise(recordings.next)
  }
  yield* Effect.gen(function* () {
    const books = yield* Books
    const races = yield* RaceRecorder
    for (const message of batches.flat()) {
      for (const { definition } of books.apply(message)) if (definition !== null) races.noticed(definition)
    }
    yield* races.flush
  }).pipe(
    Effect.provide(Layer.merge(Layer.fresh(Books.layer), RaceRecorder.layer)),
    Effect.provideService(GivenCatalogues, recordings.catalogues)
  )
})

const raceOf = (id: string) => Effect.flatMap(RaceRepository, (races) => races.byMarketId(id as MarketId))

const contract = <E>(name: string, repositories: Layer.Layer<Repositories.Repositories, E>) =>
  layer(repositories)(name, (it) => {
    it.effect("has the names and cards of a catalogue that comes after the recording", () =>
      Effect.gen(function* () {
        const paths = [
          yield* Effect.promise(() => folder.write(`${name}/1.100`, recording)),
          yield* Effect.promise(() => folder.write(`${name}/1.100.json`, JSON.stringify([entry()])))
        ]
        yield* record(paths)
        const race = yield* raceOf(marketId)
        expect(race).toMatchObject({ venue: "Ascot", name: "2m Hcap Hrd", countryCode: "GB", raceType: "Hurdle" })
        expect(race!.runners).toMatchObject([
          { selectionId: 1, name: "Red Rum", ...card },
          { selectionId: 2, name: "2. Mick the Miller", clothNumber: "2", jockeyName: null }
        ])
      })
    )

    it.effect.skipIf(!sheffield.every(existsSync))("has the names and traps of real greyhounds", () =>
      Effect.gen(function* () {
        yield* record(sheffield)
        const race = yield* raceOf("1.197931750")
        expect(race).toMatchObject({ venue: "Sheffield", name: "OR 280m" })
        expect(race!.runners.map(({ clothNumber, name }) => [clothNumber, name])).toEqual([
          ["1", "1. Paradise Mission"],
          ["2", "2. Sandwood Jet"],
          ["3", "3. Kirabilly Kathy"],
          ["4", "4. Gurtnacrehyblake"],
          ["5", "5. Castlehill Jil"],
          ["6", "6. Coolavanny Galiv"]
        ])
      })
    )
  })

describe("in memory", () => contract("memory", Repositories.layerMemory))
describe("in the embedded database", () => contract("PGlite", Repositories.layerDatabaseMemory))

layer(Layer.empty)("a recorded feed", (it) => {
  it.effect("brings its catalogues to the books that it is read into", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(() => folder.write("feed", recording))
      const catalogue = yield* Effect.promise(() => folder.write("feed.json", JSON.stringify([entry()])))
      const venue = yield* Effect.gen(function* () {
        const data = yield* MarketData
        const books = yield* Books
        yield* Stream.runForEach(data.messages([]), (batch) => Effect.sync(() => applyAll(batch, books)))
        return books.get(marketId)!.definition!.venue
      }).pipe(Effect.provide(Layer.fresh(Books.layer).pipe(Layer.provideMerge(RecordedFiles.layer([path, catalogue])))))
      expect(venue).toBe("Ascot")
    })
  )

  it.effect("brings them in real time", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(() => folder.write("paced", recording))
      const catalogue = yield* Effect.promise(() => folder.write("paced.json", JSON.stringify([entry()])))
      const paced = yield* PacedRecording.make(yield* RecordedFiles.open([catalogue, path]), 1)
      const { venue } = yield* Effect.gen(function* () {
        const books = yield* Books
        books.apply(JSON.parse(recording) as Parameters<typeof books.apply>[0])
        return books.get(marketId)!.definition!
      }).pipe(Effect.provide(Layer.fresh(Books.layer).pipe(Layer.provide(paced.layer))))
      expect(venue).toBe("Ascot")
    })
  )

  it.effect("says that catalogues alone have no prices", () =>
    Effect.gen(function* () {
      const catalogue = yield* Effect.promise(() => folder.write("alone.json", JSON.stringify([entry()])))
      const recordings = yield* RecordedFiles.open([catalogue])
      expect([recordings.names, recordings.problems.list()]).toEqual([[], []])
      const { message } = yield* Effect.flip(PacedRecording.make(recordings, 1))
      expect(message).toBe("there are no prices to play: market catalogues have none")
    })
  )
})
