import { describe, expect, it } from "vitest"
import { RecordingFinder } from "../../../src/market/recording/RecordingFinder.ts"
import { RecordingMerge } from "../../../src/market/recording/RecordingMerge.ts"
import { RecordingProblems } from "../../../src/market/recording/RecordingProblem.ts"
import { BookStore } from "../../../src/market/BookStore.ts"
import { storeState } from "../scan/BookState.ts"
import { WireText } from "../scan/WireText.ts"
import { recorded, temporaryFolder } from "./Archives.ts"

const folder = temporaryFolder()
const start = 1_600_000_000_000

const merged = async (path: string) => {
  const finder = new RecordingFinder(new RecordingProblems())
  const merge = new RecordingMerge()
  for await (const cursor of finder.find(path)) await merge.add(cursor)
  const all: Array<{ readonly pt: number; readonly market: string; readonly file: string; readonly line: number }> = []
  for (let batch = await merge.next(); batch !== null; batch = await merge.next()) {
    batch.messages.forEach(({ mc, pt }, i) =>
      all.push({ pt, market: mc![0]!.id, file: batch.fileOf(i), line: batch.lineOf(i) })
    )
  }
  return { all, bytesRead: merge.bytesRead, totalBytes: finder.totalBytes }
}

describe("RecordingMerge.next", () => {
  it("merges by publish time, and by file where times are equal", async () => {
    await folder.write("three/1", recorded(3, "1.101", start + 1000, 2000))
    await folder.write("three/2", recorded(3, "1.102", start, 1000))
    await folder.write("three/3", recorded(2, "1.103", start + 1000, 1))
    const { all } = await merged(`${folder.path}/three`)
    expect(all.map(({ market, pt }) => [market, pt - start])).toEqual([
      ["1.102", 0],
      ["1.101", 1000],
      ["1.102", 1000],
      ["1.103", 1000],
      ["1.103", 1001],
      ["1.102", 2000],
      ["1.101", 3000],
      ["1.101", 5000]
    ])
    expect(all[1]).toMatchObject({ file: `${folder.path}/three/1`, line: 1 })
  })

  it("gives every message of more files than may wait, in order, and counts their bytes", async () => {
    const files = 60
    for (let i = 0; i < files; i++) {
      // Some overlap, some begin after others have ended.
      await folder.write(`many/${i}`, recorded(700, `1.${100 + i}`, start + ((i * 37) % files) * 100_000, 1000 + i))
    }
    const { all, bytesRead, totalBytes } = await merged(`${folder.path}/many`)
    expect(all.length).toBe(files * 700)
    expect(all.every(({ pt }, i) => i === 0 || pt >= all[i - 1]!.pt)).toBe(true)
    const perMarket = Map.groupBy(all, ({ market }) => market)
    for (const messages of perMarket.values())
      expect(messages.map(({ line }) => line)).toEqual(messages.map((_, i) => i + 1))
    expect(bytesRead).toBe(totalBytes)
  })

  it("gives the messages of their times, in runs and in turn, scanned and parsed", async () => {
    const { next } = new WireText(7)
    for (const file of [1, 2, 3]) {
      let pt = start
      const lines = Array.from({ length: 2500 }, (_, i) => {
        // Long runs, then in turn with the others, often at the same time as they.
        pt += i % 500 < 300 ? 1 : 100 * next(30)
        const definition = next(50) === 0 ? `"marketDefinition":{"status":"OPEN","version":${next(9)}},` : ""
        const op = next(20) === 0 ? '"\\u006dcm"' : '"mcm"'
        const runner = `{"id":${1 + next(5)},"atb":[[${2 + next(9)},${next(50)}]],"trd":[[3,${i}.5]]}`
        return `{"op":${op},"pt":${pt},"mc":[{"id":"1.${file}",${definition}"rc":[${runner}]}]}\n`
      })
      await folder.write(`runs/${file}`, Buffer.from(lines.join("")))
    }
    const finder = new RecordingFinder(new RecordingProblems())
    const merge = new RecordingMerge()
    for await (const cursor of finder.find(`${folder.path}/runs`)) await merge.add(cursor)
    const [applied, fromObjects] = [new BookStore(), new BookStore()]
    const at: Array<{ readonly pt: number; readonly file: string; readonly line: number }> = []
    for (let batch = await merge.next(); batch !== null; batch = await merge.next()) {
      for (let i = 0; i < batch.length; i++) {
        batch.applyTo(applied, i)
        at.push({ pt: batch.publishTime(i), file: batch.fileOf(i), line: batch.lineOf(i) })
      }
      for (const message of batch.messages) fromObjects.apply(message)
      expect(storeState(applied)).toEqual(storeState(fromObjects))
    }
    expect(at.length).toBe(7500)
    expect(at).toEqual(
      at.toSorted((a, b) => a.pt - b.pt || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
    )
  })
})
