import { existsSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as PriceFile from "../../../src/prediction/training/PriceFile.ts"

const header =
  "LOCAL_MEETING_DATE,TRACK,RACE_TYPE,WIN_MARKET_ID,SELECTION_ID,TAB_NUMBER,WIN_RESULT,WIN_BSP," +
  "BEST_AVAIL_BACK_AT_SCHEDULED_OFF,BEST_AVAIL_LAY_AT_SCHEDULED_OFF,WIN_PREPLAY_LAST_PRICE_TAKEN," +
  "WIN_PREPLAY_WEIGHTED_AVERAGE_PRICE_TAKEN,WIN_INPLAY_MIN_PRICE_TAKEN,PLACE_BSP"

const rated =
  "LOCAL_RACE_DATE,TRACK,WIN_MARKET_NAME,WIN_MARKET_ID,SELECTION_ID,RUNNER_NAME,RATED_PRICE,WIN_BSP,WIN_RESULT"

const read = (...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    const files = texts.map((_, i) => `${folder}/${i}.csv`)
    yield* Effect.forEach(texts, (text, i) => fs.writeFileString(files[i]!, text))
    const found = yield* PriceFile.read(files)
    return { ...found, problems: found.problems.map(({ file, ...where }) => ({ ...where, file: files.indexOf(file) })) }
  })

const line = (day: string, market: string, runner: number, result: string, bsp = "4.0", place = "1.8") =>
  `${day},Ascot,Mdn,${market},${runner},${runner},${result},${bsp},3.9,4.1,4,4.2,1.5,${place}`

layer(NodeServices.layer)("PriceFile.read", (it) => {
  it.effect("reads the three ways to write a day, and sorts by it", () =>
    Effect.gen(function* () {
      const { problems, races } = yield* read(
        [header, line("1/02/2025", "7", 1, "WINNER"), line("1/02/2025", "7", 2, "LOSER")].join("\n"),
        [header, line("2025-01-31", "9", 1, "LOSER"), line("2025-01-31", "9", 2, "WINNER")].join("\r\n"),
        `${rated}\n2026-01-01 21:49:00,Windsor,2m Nov Hrd,5,1,"A, or B",7.6,5.2,1.0\n`
      )
      expect(problems).toEqual([])
      expect(races.map(({ day, id, raceType }) => [day, id, raceType])).toEqual([
        ["2025-01-31", "9", "Mdn"],
        ["2025-02-01", "7", "Mdn"],
        ["2026-01-01", "5", "Hrd"]
      ])
      expect(races[2]!.runners[0]).toMatchObject({ hasWon: true, rated: 7.6, bsp: 5.2, back: null })
    })
  )

  it.effect("takes a doubled line once, and a dead heat as two winners; withdrawn runners are out", () =>
    Effect.gen(function* () {
      const { doubled, problemCount, races } = yield* read(
        [
          header,
          line("2025-01-31", "9", 1, "WINNER"),
          line("2025-01-31", "9", 1, "WINNER"),
          line("2025-01-31", "9", 2, "WINNER"),
          line("2025-01-31", "9", 3, "", ""),
          line("2025-01-31", "9", 4, "LOSER", "")
        ].join("\n")
      )
      expect([doubled, problemCount]).toEqual([1, 0])
      expect(races[0]!.runners.map(({ bsp, hasWon, id }) => [id, hasWon, bsp])).toEqual([
        ["1", true, 4],
        ["2", true, 4],
        ["4", false, null]
      ])
    })
  )

  it.effect("takes the place price of the only place market that has one", () =>
    Effect.gen(function* () {
      const places: ReadonlyArray<readonly [string, string]> = [
        ["", "1.8"],
        ["1.8", ""],
        ["1.8", "1.8"],
        ["1.8", "3"]
      ]
      const lines = places.flatMap((pair, i) =>
        pair.map((place) => line("2025-01-31", "9", i + 1, "LOSER", "4.0", place))
      )
      const { doubled, problems, races } = yield* read([header, ...lines].join("\n"))
      expect([doubled, problems]).toEqual([4, []])
      expect(races[0]!.runners.map(({ placeBsp }) => placeBsp)).toEqual([1.8, 1.8, 1.8, null])
    })
  )

  it.effect("reports what it cannot read by file and line, and leaves the race out", () =>
    Effect.gen(function* () {
      const good = [line("2025-01-31", "1", 1, "WINNER"), line("2025-01-31", "1", 2, "LOSER")]
      const { problems, races } = yield* read(
        [header, ...good].join("\n"),
        [
          header,
          line("2025-02-31", "2", 1, "WINNER"),
          line("2025-02-01", "3", 1, "won"),
          line("2025-02-01", "4", 1, "LOSER", "5,0"),
          line("2025-02-01", "5", 1, "WINNER"),
          line("2025-02-01", "5", 1, "LOSER"),
          ",,,,,,,,,,,,,"
        ].join("\n")
      )
      expect(races.map(({ id }) => id)).toEqual(["1"])
      expect(problems).toEqual([
        {
          file: 1,
          line: 2,
          message: 'LOCAL_MEETING_DATE: found "2025-02-31", expected a day like 2025-01-31 or 31/01/2025'
        },
        { file: 1, line: 3, message: 'WIN_RESULT: found "won", expected WINNER, LOSER, REMOVED, 1, 0, -1 or nothing' },
        { file: 1, line: 4, message: "found 15 cells, expected 14" },
        { file: 1, line: 6, message: "runner 1 of market 5: found twice with different results or prices" }
      ])
    })
  )

  it.effect("refuses a file that is no price file", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("Date,Track,Tipster\n"))
      expect(error).toMatchObject({ _tag: "PriceFileRefused" })
      expect(error.message).toMatch(/0\.csv:1: this is no price file: its header lacks Race Name, MarketId, /)
    })
  )
})

const shared = new URL("../../../../shared/prices", import.meta.url).pathname

describe.skipIf(!existsSync(shared))("PriceFile.read, of real files", () => {
  it.live("reads each kind without a loss", () =>
    Effect.gen(function* () {
      const bsp = yield* PriceFile.read([`${shared}/bsp-thoroughbreds/ANZ_Thoroughbreds_2025_04.csv`])
      expect([bsp.races.length, bsp.problemCount, bsp.races[0]!.day]).toEqual([1652, 0, "2025-04-01"])
      const horses = yield* PriceFile.read([`${shared}/results-horses/UK_IE_Thoroughbred_Racing_Model_2026-01.csv`])
      expect([horses.races.length, horses.doubled, horses.problemCount]).toEqual([769, 68, 0])
      const dogs = yield* PriceFile.read([`${shared}/results-greyhounds/Iggy_Model_V2_Results_2026_03.csv`])
      expect(dogs.races.length + dogs.problemCount).toBeGreaterThan(3100)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
