import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { RecordingFinder } from "../../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../../src/market/recording/RecordingProblem.ts"
import { openSource, type RecordingSource } from "../../../src/market/recording/RecordingSource.ts"
import { readStretches } from "../../../src/market/recording/LineReader.ts"
import { BothWays, sameUpdate, storeState } from "./BookState.ts"

const recordings = new URL("../../../../shared/recordings", import.meta.url).pathname
const newline = 0x0a
/** Whole books are compared once in so many lines, what an update changed at each. */
const wholeEvery = 2000
/** Some files beside the recordings are none. */
const isMessage = (line: Buffer) => line.includes('"mcm"')

/** Every line both ways; how many there were. */
const compareAll = async (both: BothWays, source: RecordingSource) => {
  const chunks = openSource(
    source,
    () => undefined,
    () => undefined
  )
  let lines = 0
  for await (const { bytes } of readStretches(chunks, () => undefined)) {
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(newline, start)
      if (isMessage(bytes.subarray(start, end))) {
        lines++
        const changed = both.apply(bytes, start, end)!
        const isSame =
          changed.parsed.length === changed.scanned.length &&
          changed.parsed.every((book, i) => sameUpdate(book, changed.scanned[i]!))
        if (!isSame || lines % wholeEvery === 0) {
          expect(storeState(both.scanned), `line ${lines}`).toEqual(storeState(both.parsed))
        }
        expect(isSame, `line ${lines}`).toBe(true)
      }
      start = end + 1
    }
  }
  return lines
}

describe("MessageScanner.scan", () => {
  it.skipIf(!existsSync(recordings))(
    "leads to the same books over every recording beside the project",
    { timeout: 400_000 },
    async () => {
      const finder = new RecordingFinder(new RecordingProblems())
      const left: Record<string, number> = {}
      let lines = 0
      for await (const cursor of finder.find(recordings)) {
        await cursor.close()
        const both = new BothWays()
        lines += await compareAll(both, cursor.source)
        expect(storeState(both.scanned), cursor.source.name).toEqual(storeState(both.parsed))
        expect(both.scannedProblems).toEqual(both.parsedProblems)
        if (both.left > 0) left[cursor.source.name] = both.left
      }
      await finder.close()
      expect(lines).toBeGreaterThan(350_000)
      // Nothing the exchange sends is left to JSON.parse.
      expect(left).toEqual({})
    }
  )
})
