import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { maximumLineBytes } from "../../../src/market/recording/LineReader.ts"
import { RecordingFinder } from "../../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../../src/market/recording/RecordingProblem.ts"
import { readAll, recorded, temporaryFolder, walk } from "./Archives.ts"

const folder = temporaryFolder()
const start = 1_600_000_000_000
const line = (pt: unknown) => `{"op":"mcm","pt":${JSON.stringify(pt)},"mc":[]}\n`
const read = async (content: string | Uint8Array) => readAll(await folder.write("recording", content))
const timesOf = async (times: ReadonlyArray<unknown>) => {
  const { messages, problems } = await read(times.map(line).join(""))
  return {
    times: messages.map(({ pt }) => pt),
    problems: problems.list().map(({ count, kind, line }) => [kind, line, count])
  }
}

describe("RecordingCursor", () => {
  it.each([
    ["CRLF", recorded(20).replaceAll("\n", "\r\n")],
    ["a byte order mark", `\u{feff}${recorded(20)}`],
    ["blank lines", recorded(20).replaceAll("\n", "\n\n  \n")],
    ["no newline at the end", recorded(20).trimEnd()],
    ["spaces in the JSON", recorded(20).replaceAll(":", ": ").replaceAll(",", ", ")]
  ])("reads on through %s", async (_, content) => {
    const { kinds, messages } = await read(content)
    expect([messages.length, kinds]).toEqual([20, []])
  })

  it("says once per kind what it left out, with the first line and a count", async () => {
    const [first, ...others] = recorded(5).trimEnd().split("\n")
    const { messages, problems } = await read(
      [
        first,
        "not json",
        "{}",
        '{"op":"connection"}',
        "null",
        "[1]",
        ...others,
        "{ half",
        others[0]!.slice(0, 30)
      ].join("\n")
    )
    expect(messages.length).toBe(5)
    expect(problems.list().map(({ count, kind, line }) => [kind, line, count])).toEqual([
      ["NOT_JSON", 2, 2],
      ["NOT_MARKET_DATA", 3, 4],
      ["CUT_LINE", 12, 1]
    ])
  })

  it("leaves out a line beyond the bound and counts it", async () => {
    const { messages, problems } = await read(
      `${recorded(1)}${"x".repeat(maximumLineBytes + 10)}\nnot json\n${recorded(1)}`
    )
    expect(messages.length).toBe(2)
    expect(problems.list().map(({ kind, line }) => [kind, line])).toContainEqual(["NOT_JSON", 3])
    expect(problems.list().map(({ kind }) => kind)).toContain("LINE_TOO_LONG")
  })

  it("never lets time run backwards", async () => {
    expect(await timesOf([start, start + 50, start + 20, start + 60])).toEqual({
      times: [start, start + 50, start + 50, start + 60],
      problems: [["TIME_BACKWARDS", 3, 1]]
    })
  })

  it("takes the previous time for one that is none, and drops what comes before any", async () => {
    expect(await timesOf(["soon", start, null, -5, 1.5, start + 1])).toEqual({
      times: [start, start, start, start, start + 1],
      problems: [["ABSURD_TIME", 1, 4]]
    })
  })

  it("does not believe one message that leaps ahead, but a second", async () => {
    const leap = start + 400 * 24 * 3_600_000
    expect((await timesOf([start, leap, start + 1])).times).toEqual([start, start, start + 1])
    expect((await timesOf([start, leap, leap + 1])).times).toEqual([start, start, leap + 1])
  })

  it("stands where it stood after a rest, and reports nothing twice", async () => {
    const problems = new RecordingProblems()
    const finder = new RecordingFinder(problems)
    const path = await folder.write("rest", `bad\n${recorded(2000)}bad\n`)
    for await (const cursor of finder.find(path)) {
      await cursor.fill(true)
      for (let i = 0; i < 1500; i++) if (!cursor.advance()) await cursor.fill(true)
      const { line, message } = cursor
      await cursor.rest()
      await cursor.wake()
      expect([cursor.line, cursor.message]).toEqual([line, message])
      let rest = 1
      while (cursor.advance() || (await cursor.fill(false))) rest++
      expect(rest).toBe(500)
    }
    expect(problems.list().map(({ count, kind }) => [kind, count])).toEqual([["NOT_JSON", 2]])
  })

  const recordings = new URL("../../../../shared/recordings", import.meta.url).pathname
  it.skipIf(!existsSync(recordings))("reads every recording beside the project to its end", async () => {
    let messages = 0
    const { names, problems } = await walk(recordings, () => void messages++)
    const index = readFileSync(`${recordings}/INDEX.tsv`, "utf8").trimEnd().split("\n").slice(1)
    expect(names.length).toBe(index.length + 2)
    expect(messages).toBe(index.reduce((sum, row) => sum + Number(row.split("\t")[6]), 0))
    expect(problems.list().filter(({ file }) => !file.endsWith(".tsv"))).toEqual([])
  })
})
