import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { ClearedOrder } from "../../../src/sandbox/exchange/ClearedOrder.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"
import { Book, type Contents } from "../../../src/sandbox/server/Book.ts"

const folders: Array<string> = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "history-"))
  folders.push(path)
  return path
}
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })))

/** What there is after so many orders were settled, the oldest of them forgotten, and accounts have so many lines. */
const contentsOf = (settled: number, forgotten: number, lines: ReadonlyArray<number>): Contents => ({
  accounts: [],
  snapshot: {
    version: 1,
    day: { seed: 1, intervalMs: 60_000 },
    now: settled,
    nextBetId: 1,
    accounts: lines.map((count, i) => ({
      accountId: i + 1,
      balance: count,
      statement: Array.from({ length: count }, (_, at) => ({
        at,
        refId: `é${at}`,
        kind: "bet",
        marketId: null,
        amount: 1,
        balance: at
      })),
      customerRefs: [],
      transactions: { hour: 0, count: 0 },
      instructions: { second: 0, count: 0 },
      charges: { day: 0, charge: 0, commission: 0, losses: 0 }
    })),
    acts: {},
    cleared: Array.from(
      { length: settled - forgotten },
      (_, i) => ({ marketId: `1.${forgotten + i}` }) as ClearedOrder
    ),
    clearedBefore: forgotten
  }
})

const keptIn = (directory: string) => {
  const { book, contents } = Book.open(directory)
  book.close()
  return contents
}

describe("a book's history", () => {
  it.prop(
    "is read as it was at the last snapshot, however it grew, was forgotten and was left",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })) },
    ({ seed }) => {
      const random = new SeededRandom(seed)
      const directory = folder()
      let [settled, forgotten] = [0, 0]
      const lines = [0, 0]
      let { book } = Book.open(directory)
      for (let i = 0; i < 12; i++) {
        settled += random.below(6)
        if (random.chance(0.4)) forgotten += random.below(settled - forgotten + 1)
        lines[random.below(2)]! += random.below(4)
        const contents = contentsOf(settled, forgotten, lines)
        book.begin(contents)
        expect(keptIn(directory)).toEqual(contents)
        if (random.chance(0.3)) {
          book.close()
          // The next snapshot was being written when the machine stopped.
          const file = readdirSync(directory).find((name) => name.startsWith("history"))!
          if (random.chance(0.5)) appendFileSync(join(directory, file), '{"marketId":"1.9')
          book = Book.open(directory).book
        }
      }
      book.close()
    },
    { arbitrary: { runs: 20 } }
  )

  it("is appended to, and not written again", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    const file = join(directory, "history-1.log")
    book.begin(contentsOf(100, 0, [50]))
    const before = readFileSync(file, "utf8")
    book.begin(contentsOf(101, 0, [51]))
    book.close()
    const after = readFileSync(file, "utf8")
    expect(after.startsWith(before)).toBe(true)
    expect(after.slice(before.length).trim().split("\n")).toHaveLength(2)
    expect(statSync(join(directory, "book.json")).size).toBeLessThan(1000)
  })

  it("is written anew when most of it is forgotten", () => {
    const directory = folder()
    const first = Book.open(directory).book
    first.begin(contentsOf(100_002, 0, []))
    first.begin(contentsOf(100_003, 100_001, []))
    first.close()
    const { book, contents } = Book.open(directory)
    expect(contents).toEqual(contentsOf(100_003, 100_001, []))
    book.begin(contents!)
    book.close()
    expect(readdirSync(directory).filter((name) => name.startsWith("history"))).toEqual(["history-2.log"])
    expect(keptIn(directory)).toEqual(contents)
  })

  it("is refused when some of it is missing", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsOf(5, 0, [1]))
    book.close()
    truncateSync(join(directory, "history-1.log"), 20)
    expect(() => Book.open(directory)).toThrow("history-1.log is no history of")
  })
})
