import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
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

/**
 * What there is after so many orders were settled, the oldest of them forgotten, and accounts have had so many lines, the
 * oldest of them forgotten as well.
 */
const contentsOf = (
  settled: number,
  forgotten: number,
  lines: ReadonlyArray<number>,
  linesForgotten: ReadonlyArray<number> = lines.map(() => 0)
): Contents => ({
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
        kind: "bet" as const,
        marketId: null,
        amount: 1,
        balance: at
      })).slice(linesForgotten[i]),
      statementBefore: linesForgotten[i]!,
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

const histories = (directory: string) => readdirSync(directory).filter((name) => name.startsWith("history"))

describe("a book's history", () => {
  it.prop(
    "is read as it was at the last snapshot, however it grew, was forgotten and was left",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })) },
    ({ seed }) => {
      const random = new SeededRandom(seed)
      const directory = folder()
      let [settled, forgotten] = [0, 0]
      const lines = [0, 0]
      const linesForgotten = [0, 0]
      // Full after a few lines.
      const fileBytes = 1 + random.below(400)
      let { book } = Book.open(directory, fileBytes)
      for (let i = 0; i < 12; i++) {
        settled += random.below(6)
        if (random.chance(0.4)) forgotten += random.below(settled - forgotten + 1)
        const account = random.below(2)
        lines[account]! += random.below(4)
        if (random.chance(0.4)) linesForgotten[account]! += random.below(lines[account]! - linesForgotten[account]! + 1)
        const contents = contentsOf(settled, forgotten, lines, linesForgotten)
        book.begin(contents)
        expect(keptIn(directory)).toEqual(contents)
        if (random.chance(0.3)) {
          book.close()
          // The next snapshot was being written when the machine stopped.
          const file = random.pick(histories(directory))
          if (random.chance(0.5)) appendFileSync(join(directory, file), '{"marketId":"1.9')
          book = Book.open(directory, fileBytes).book
        }
      }
      book.close()
    },
    { arbitrary: { runs: 8 } }
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

  it("goes, a file at a time, when all in the file is forgotten", () => {
    const directory = folder()
    const { book } = Book.open(directory, 1)
    book.begin(contentsOf(3, 0, [2]))
    book.begin(contentsOf(5, 0, [3]))
    book.begin(contentsOf(6, 3, [3], [1]))
    expect(histories(directory)).toEqual(["history-1.log", "history-2.log", "history-3.log"])
    book.begin(contentsOf(6, 3, [3], [2]))
    expect(histories(directory)).not.toContain("history-1.log")
    book.begin(contentsOf(9, 9, [5], [5]))
    book.close()
    expect(histories(directory)).toHaveLength(1)
    expect(keptIn(directory)).toEqual(contentsOf(9, 9, [5], [5]))
  })

  it("is read as it was written when it was one file", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsOf(5, 2, [3]))
    book.close()
    const file = join(directory, "book.json")
    const kept = JSON.parse(readFileSync(file, "utf8"))
    const { linesFrom, ...one } = kept.history[0]
    expect(linesFrom).toEqual({ 1: 0 })
    const [{ statementBefore, ...account }] = kept.contents.snapshot.accounts
    expect(statementBefore).toBe(0)
    const contents = { ...kept.contents, snapshot: { ...kept.contents.snapshot, accounts: [account] } }
    writeFileSync(file, JSON.stringify({ ...kept, history: one, contents }))
    expect(keptIn(directory)?.snapshot.cleared).toEqual(contentsOf(5, 2, [3]).snapshot.cleared)
    expect(keptIn(directory)?.snapshot.accounts[0]?.statement).toHaveLength(3)
  })

  it("is refused when some of it is missing", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsOf(5, 0, [1]))
    book.close()
    truncateSync(join(directory, "history-1.log"), 20)
    expect(() => Book.open(directory)).toThrow("cannot be read (Error: history-1.log ends after 20 of")
  })
})
