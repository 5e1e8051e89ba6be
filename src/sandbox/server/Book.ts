/**
 * The exchange's book on disk: a snapshot, and a journal of the requests carried out since. A request is written down
 * before it is carried out, and flushed before it is answered, so whatever a client has been told is still so after the
 * process was killed or the machine lost its power.
 *
 * Files: `book.json` names the number of its journal, `book-N.log`, and what of the history (`BookHistory`) is its own; a
 * new snapshot begins a new journal, and the switch is the renaming of `book.json`.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { Schema } from "effect"
import type { AccountOptions } from "../exchange/ExchangeContract.ts"
import type { Snapshot } from "../exchange/Snapshot.ts"
import { BookHistory, type HistoryFile, type HistoryMark } from "./BookHistory.ts"

export class BookDamaged extends Schema.TaggedError<BookDamaged>()("BookDamaged", { message: Schema.String }) {}

/** A request that changed, or may have changed, the exchange; `at` in epoch milliseconds. */
export interface Entry {
  readonly at: number
  readonly accountId: number
  readonly operation: string
  readonly params: unknown
}

/** An account by its user name; passwords are not kept. */
export interface KnownAccount {
  readonly username: string
  readonly options: AccountOptions
}

export interface Contents {
  readonly accounts: ReadonlyArray<KnownAccount>
  readonly snapshot: Snapshot
}

const fdatasync = promisify(fs.fdatasync)

export class Book {
  private readonly directory: string
  private readonly history: BookHistory
  private journal = -1
  private number = 0
  /** Half an entry may be at the journal's end, and nothing may follow it. */
  private isTorn = false
  private flushing: Promise<void> = Promise.resolve()
  /** The flush that will begin when the present one is done, and serves all who ask until then. */
  private next: Promise<void> | undefined

  private constructor(directory: string, historyFileBytes?: number) {
    this.directory = directory
    this.history = new BookHistory(directory, historyFileBytes)
  }

  /**
   * What was kept in the directory, oldest entry first; nothing in a new one. Throws `BookDamaged`.
   *
   * @param historyFileBytes after which a file of the history is full, if not after 8 MiB
   */
  static open(
    directory: string,
    historyFileBytes?: number
  ): {
    readonly book: Book
    readonly contents: Contents | undefined
    readonly entries: ReadonlyArray<Entry>
  } {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
    const book = new Book(directory, historyFileBytes)
    const kept = readKept(book.snapshotFile)
    if (kept === undefined) return { book, contents: undefined, entries: [] }
    book.number = kept.journal
    return { book, contents: book.completed(kept), entries: readJournal(book.journalFile(kept.journal)) }
  }

  /** Begins a new journal upon the snapshot. The old state stays whole until the new one is. */
  begin(contents: Contents): void {
    const { mark: history, rest: snapshot } = this.history.append(contents.snapshot)
    const old = { journal: this.journal, number: this.number }
    const number = old.number + 1
    const journal = fs.openSync(this.journalFile(number), "w", 0o600)
    const draft = `${this.snapshotFile}.new`
    const file = fs.openSync(draft, "w", 0o600)
    fs.writeFileSync(file, JSON.stringify({ journal: number, history, contents: { ...contents, snapshot } }))
    fs.fdatasyncSync(file)
    fs.closeSync(file)
    fs.renameSync(draft, this.snapshotFile)
    syncDirectory(this.directory)
    this.number = number
    this.journal = journal
    this.isTorn = false
    if (old.journal >= 0) fs.closeSync(old.journal)
    fs.rmSync(this.journalFile(old.number), { force: true })
    this.history.forgetOlder()
  }

  /** Writes the entry down. It survives this process from now on, and the machine from the next `flushed` on. */
  append(entry: Entry): void {
    if (this.isTorn) throw new Error("the journal could not be written to; the next snapshot begins another")
    this.isTorn = true
    // Unlike `writeSync` this writes all of it, or throws.
    fs.writeFileSync(this.journal, `${JSON.stringify(entry)}\n`)
    this.isTorn = false
  }

  /** Done when everything appended before is on the disk; many waiters share one flush. */
  flushed(): Promise<void> {
    this.next ??= this.flushing.then(() => {
      this.next = undefined
      this.flushing = flush(this.journal)
      return this.flushing
    })
    return this.next
  }

  close(): void {
    if (this.journal >= 0) fs.closeSync(this.journal)
    this.journal = -1
    this.history.close()
  }

  private completed({ contents, history }: KeptBook): Contents {
    try {
      return { ...contents, snapshot: this.history.read(contents.snapshot, [history].flat()) }
    } catch (cause) {
      throw new BookDamaged({
        message: `the history of ${this.snapshotFile} cannot be read (${String(cause)}); move the book away`
      })
    }
  }

  private get snapshotFile(): string {
    return join(this.directory, "book.json")
  }

  private journalFile(number: number): string {
    return join(this.directory, `book-${number}.log`)
  }
}

/** A journal that was closed meanwhile has been replaced by a snapshot, which is flushed when it is written. */
const flush = async (journal: number): Promise<void> => {
  try {
    if (journal >= 0) await fdatasync(journal)
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EBADF")) throw cause
  }
}

/** So that the renaming itself survives a power cut. */
const syncDirectory = (directory: string) => {
  const handle = fs.openSync(directory, "r")
  fs.fsyncSync(handle)
  fs.closeSync(handle)
}

const HistoryPart = Schema.Struct({ file: Schema.Int, bytes: Schema.Int, clearedFrom: Schema.Int })

const Kept = Schema.fromJsonString(
  Schema.Struct({
    journal: Schema.Int,
    // Earlier there was one file.
    history: Schema.Union([HistoryPart, Schema.Array(HistoryPart)]),
    contents: Schema.Struct({
      accounts: Schema.Array(
        Schema.Struct({ username: Schema.String, options: Schema.Struct({ accountId: Schema.Int }) })
      ),
      snapshot: Schema.Struct({ version: Schema.Literals([1]), now: Schema.Finite })
    })
  })
)

interface KeptBook {
  readonly journal: number
  readonly history: HistoryFile | HistoryMark
  /** Without what is history. */
  readonly contents: Contents
}

const readKept = (file: string): KeptBook | undefined => {
  const text = readText(file)
  if (text === undefined) return undefined
  if (Schema.decodeResult(Kept)(text)._tag === "Failure") {
    throw new BookDamaged({ message: `${file} is not a book of the sandbox; move it away to begin a new one` })
  }
  return JSON.parse(text) as KeptBook
}

const Line = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      at: Schema.Finite,
      accountId: Schema.Int,
      operation: Schema.String,
      params: Schema.optionalKey(Schema.Unknown)
    })
  )
)

const readJournal = (file: string): ReadonlyArray<Entry> => {
  const lines = (readText(file) ?? "").split("\n")
  // What follows the last line's end was being written when the machine stopped: it was never carried out.
  lines.pop()
  return lines.map((line, index) => {
    const entry = Line(line)
    if (entry._tag === "None") {
      throw new BookDamaged({ message: `${file}, line ${index + 1} is no entry of a journal; move the book away` })
    }
    return { params: undefined, ...entry.value }
  })
}

const readText = (file: string): string | undefined => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}
