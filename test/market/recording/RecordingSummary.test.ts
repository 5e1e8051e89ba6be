import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it as plainIt } from "vitest"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { losesData } from "../../../src/market/recording/RecordingProblem.ts"
import { type MarketSummary, summariseAll } from "../../../src/market/recording/RecordingSummary.ts"
import { entry } from "../Catalogue.ts"
import { recorded, temporaryFolder, zipOf } from "./Archives.ts"

const folder = temporaryFolder()
const recordings = new URL("../../../../shared/recordings/", import.meta.url).pathname

interface Row {
  readonly path: string
  readonly marketId: string
  readonly fields: ReadonlyArray<unknown>
}

const text = (value: string | number | null) => (value === null ? "" : String(value))
const pairs = (cell: string) =>
  Object.fromEntries(cell.split(",").flatMap((pair) => (pair === "" ? [] : [pair.split(":").map(Number)])))

const expected = (): ReadonlyArray<Row> =>
  readFileSync(`${recordings}RESULTS.tsv`, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((row) => {
      const [path, marketId, ...cells] = row.split("\t")
      const [sport, type, venue, time, status, winnersOf, winners, bsp, removed, inPlay, closed, volume, messages] =
        cells
      const fields = [
        sport,
        type,
        venue,
        time,
        status,
        winnersOf,
        winners,
        pairs(bsp!),
        pairs(removed!),
        inPlay,
        closed
      ]
      return { path: path!, marketId: marketId!, fields: [...fields, Number(volume), Number(messages)] }
    })

const toRow = (summary: MarketSummary): Row => ({
  path: summary.file.slice(recordings.length),
  marketId: summary.marketId!,
  fields: [
    text(summary.eventType),
    text(summary.marketType),
    text(summary.venue),
    text(summary.marketTime),
    text(summary.status),
    text(summary.numberOfWinners),
    summary.winners.join(","),
    summary.bsp,
    // A missing factor is "None" there, no number.
    Object.fromEntries(summary.removed.map((each) => [each.selectionId, each.adjustmentFactor ?? Number.NaN])),
    text(summary.firstInPlay),
    text(summary.closedAt),
    summary.totalMatched,
    summary.messages
  ]
})

const keyOf = ({ marketId, path }: Row) => `${path} ${marketId}`

describe("summariseAll", () => {
  it.effect.skipIf(!existsSync(recordings))("agrees with every row of the results beside the project", () =>
    Effect.gen(function* () {
      const rows = expected()
      const paths = [...new Set(rows.map(({ path }) => recordings + path))]
      const found = (yield* summariseAll(paths)).map(toRow)
      const byKey = new Map(found.map((row) => [keyOf(row), row]))
      expect(found.length).toBe(206)
      for (const row of rows) expect([keyOf(row), byKey.get(keyOf(row))?.fields]).toEqual([keyOf(row), row.fields])
    })
  )

  it.effect("tells of prices without a definition, and of an end before the market's", () =>
    Effect.gen(function* () {
      const open = `{"op":"mcm","pt":1600000000000,"mc":[{"id":"1.200","marketDefinition":{"status":"OPEN","runners":[]}}]}\n`
      const path = yield* Effect.promise(() => folder.write("open", open + recorded(2)))
      const summaries = yield* summariseAll([path])
      expect(summaries.map(({ marketId, problems }) => [marketId, ...problems.map(({ kind }) => kind)])).toEqual([
        ["1.200", "NOT_CLOSED"],
        ["1.100", "NO_DEFINITION"]
      ])
    })
  )

  it.effect(
    "has venue, kind and time from a catalogue, though it comes after the recording or stands for a definition",
    () =>
      Effect.gen(function* () {
        const open = `{"op":"mcm","pt":1600000000000,"mc":[{"id":"1.200","marketDefinition":{"status":"OPEN","eventTypeId":"4339","eventName":"Hove 1st Jun"}}]}\n`
        const path = yield* Effect.promise(() => folder.write("catalogued/1.100", open + recorded(2)))
        const entries = JSON.stringify([entry(), entry({ marketId: "1.200" })])
        yield* Effect.promise(() => folder.write("catalogued/catalogue.json", entries))
        const summaries = yield* summariseAll([`${folder.path}/catalogued`])
        const known = { file: path, marketType: "WIN", venue: "Ascot" }
        expect(summaries).toMatchObject([
          { marketId: "1.200", eventType: "greyhound racing", ...known, marketTime: "2024-06-01T14:00:00.000Z" },
          { marketId: "1.100", eventType: "horse racing", ...known, status: null }
        ])
        expect(summaries).toHaveLength(2)
      })
  )

  it.effect("has no entry for a catalogue, and one for a catalogue that cannot be read", () =>
    Effect.gen(function* () {
      const good = yield* Effect.promise(() => folder.write("good.json", JSON.stringify([entry()])))
      const bad = yield* Effect.promise(() => folder.write("bad.json", JSON.stringify([entry({ marketId: "x" })])))
      const summaries = yield* summariseAll([good, bad])
      expect(summaries).toMatchObject([
        {
          file: bad,
          marketId: null,
          problems: [{ kind: "CATALOGUE", message: 'marketId is "x": the entry is left out' }]
        }
      ])
      expect(losesData(summaries[0]!.problems[0]!.kind)).toBe(true)
    })
  )

  it.effect("names the member of an archive beside the file", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(() => folder.write("a.zip", zipOf({ one: zipOf({ two: recorded(1) }) }, 0)))
      const [summary] = yield* summariseAll([path])
      expect([summary!.file, summary!.member]).toEqual([path, "one!two"])
    })
  )

  it.effect("has an entry for a path that is not there, and goes on with the others", () =>
    Effect.gen(function* () {
      const path = yield* Effect.promise(() => folder.write("there", recorded(2)))
      const summaries = yield* summariseAll([`${folder.path}/nowhere`, path])
      expect(summaries.map(({ marketId }) => marketId)).toEqual(["1.100", null])
      expect(summaries[1]!.problems.map(({ kind }) => kind)).toEqual(["UNREADABLE"])
    })
  )

  it.effect("skips absurd numbers and names the line", () =>
    Effect.gen(function* () {
      const bad = recorded(1).replace(/"ltp":[\d.]+/, '"ltp":-4,"atb":[["2",1],[3,null],[2.5,7]]')
      const path = yield* Effect.promise(() => folder.write("absurd", recorded(2) + bad))
      const [summary] = yield* summariseAll([path])
      expect(summary!.problems.filter(({ kind }) => kind === "ABSURD_NUMBER")).toMatchObject([{ line: 3, count: 3 }])
    })
  )
})

describe("losesData", () => {
  plainIt("makes a failure of what was left out, not of what was never there", () => {
    expect(losesData("CUT_LINE")).toBe(true)
    expect(losesData("UNREADABLE")).toBe(true)
    expect(losesData("NOT_CLOSED")).toBe(false)
  })
})
