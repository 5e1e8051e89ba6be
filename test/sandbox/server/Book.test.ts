import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { Book, type Contents } from "../../../src/sandbox/server/Book.ts"
import { History } from "../../../src/sandbox/server/History.ts"

const folders: Array<string> = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "book-"))
  folders.push(path)
  return path
}
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })))

const contentsAt = (now: number): Contents => ({
  accounts: [],
  snapshot: {
    version: 1,
    day: { seed: 1, intervalMs: 60_000 },
    now,
    nextBetId: 1,
    accounts: [],
    acts: {},
    cleared: [],
    clearedBefore: 0
  }
})

const entry = (at: number) => ({
  at,
  accountId: 1,
  operation: "placeOrders",
  params: { marketId: "1.1", text: "\n\u2028é" }
})

describe("Book", () => {
  it("gives back the snapshot and what was appended since, without being closed", async () => {
    const directory = folder()
    const { book, contents } = Book.open(directory)
    expect(contents).toBeUndefined()
    book.begin(contentsAt(5))
    book.append(entry(6))
    book.append(entry(7))
    await Promise.all([book.flushed(), book.flushed()])
    const again = Book.open(directory)
    expect(again.contents).toEqual(contentsAt(5))
    expect(again.entries).toEqual([entry(6), entry(7)])
    again.book.begin(contentsAt(8))
    expect(Book.open(directory)).toMatchObject({ contents: contentsAt(8), entries: [] })
    expect(readdirSync(directory).toSorted()).toEqual(["book-2.log", "book.json", "history-1.log"])
    book.close()
    again.book.close()
  })

  it("leaves out an entry that was being written when the machine stopped", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsAt(5))
    book.append(entry(6))
    appendFileSync(join(directory, "book-1.log"), JSON.stringify(entry(7)).slice(0, 40))
    expect(Book.open(directory).entries).toEqual([entry(6)])
    book.close()
  })

  it("writes nothing behind an entry that could not be written, until the next snapshot", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsAt(5))
    book.append(entry(6))
    const unwritable = {
      ...entry(7),
      params: {
        toJSON: () => {
          throw new Error("no JSON")
        }
      }
    }
    expect(() => book.append(unwritable)).toThrow("no JSON")
    expect(() => book.append(entry(8))).toThrow("could not be written")
    expect(Book.open(directory).entries).toEqual([entry(6)])
    book.begin(contentsAt(9))
    book.append(entry(10))
    expect(Book.open(directory).entries).toEqual([entry(10)])
    book.close()
  })

  it("keeps the old state until the new snapshot is whole", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsAt(5))
    book.append(entry(6))
    writeFileSync(join(directory, "book.json.new"), '{"journal":2,')
    writeFileSync(join(directory, "book-2.log"), "")
    expect(Book.open(directory)).toMatchObject({ contents: contentsAt(5), entries: [entry(6)] })
    book.close()
  })

  it("refuses what it did not write, and says where", () => {
    const directory = folder()
    const { book } = Book.open(directory)
    book.begin(contentsAt(5))
    book.append(entry(6))
    book.close()
    const journal = join(directory, "book-1.log")
    writeFileSync(journal, `${readFileSync(journal, "utf8")}{"at":"x"}\n`)
    expect(() => Book.open(directory)).toThrow(`${journal}, line 2`)
    writeFileSync(join(directory, "book.json"), "{}")
    expect(() => Book.open(directory)).toThrow("book.json is not a book")
  })
})

describe("History", () => {
  it("tells the rest from any position it still has", () => {
    const history = new History<number>(3)
    expect(history.since(0)).toEqual([])
    for (const item of [1, 2, 3, 4]) history.push(item)
    expect([4, 3, 1, 0, 5, -1].map((after) => history.since(after))).toEqual([
      [],
      [4],
      [2, 3, 4],
      undefined,
      undefined,
      undefined
    ])
    const before = history.last
    history.skip()
    expect(history.since(before)).toBeUndefined()
    expect(history.last).toBeGreaterThan(before)
    history.push(5)
    expect(history.since(history.last - 1)).toEqual([5])
  })
})
