/**
 * The part of the book that only grows, settled orders and statements, in a file of its own: a snapshot appends what is new,
 * so that it costs what has happened since the last one, however long the exchange has run. A line is a settled order, or
 * `[accountId, line]` of a statement.
 *
 * The snapshot says how much of the file belongs to it; what stands behind that was written for one that never came to be.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import type { StatementLine } from "../exchange/Account.ts"
import type { ClearedOrder } from "../exchange/ClearedOrder.ts"
import type { Snapshot } from "../exchange/Snapshot.ts"

/** What a snapshot remembers of the file. */
export interface HistoryMark {
  /** Number of the file, `history-N.log`. */
  readonly file: number
  readonly bytes: number
  /** How many settled orders the exchange had forgotten before the file's first one. */
  readonly clearedFrom: number
}

/** So many lines are put together before they are written. */
const linesPerWrite = 10_000
/** A file with more forgotten orders than this, and than others, is written anew at the next start. */
const mostForgotten = 100_000

const newline = 0x0a

export class BookHistory {
  private readonly directory: string
  private mark: HistoryMark = { file: 0, bytes: 0, clearedFrom: 0 }
  private handle = -1
  /** The number of the next settled order to be written, counted from the first there ever was; negative: begin a file. */
  private clearedTo = -1
  private readonly statementLines = new Map<number, number>()

  constructor(directory: string) {
    this.directory = directory
  }

  /** The snapshot with the history that was taken out of it. Throws where a line is none of ours. */
  read(snapshot: Snapshot, mark: HistoryMark): Snapshot {
    const cleared: Array<ClearedOrder> = []
    const statements = new Map<number, Array<StatementLine>>()
    const bytes = fs.readFileSync(this.pathOf(mark.file))
    if (bytes.length < mark.bytes) throw new Error(`it ends after ${bytes.length} of ${mark.bytes} bytes`)
    for (let at = 0; at < mark.bytes;) {
      const end = bytes.indexOf(newline, at)
      const value = JSON.parse(bytes.toString("utf8", at, end)) as ClearedOrder | readonly [number, StatementLine]
      at = end + 1
      if (!isStatementLine(value)) cleared.push(value)
      else if (statements.has(value[0])) statements.get(value[0])!.push(value[1])
      else statements.set(value[0], [value[1]])
    }
    const forgotten = snapshot.clearedBefore - mark.clearedFrom
    const kept = cleared.slice(forgotten)
    this.mark = mark
    if (forgotten <= Math.max(mostForgotten, kept.length)) {
      this.clearedTo = mark.clearedFrom + cleared.length
      for (const [accountId, lines] of statements) this.statementLines.set(accountId, lines.length)
    }
    const accounts = snapshot.accounts.map((account) => ({
      ...account,
      statement: statements.get(account.accountId) ?? []
    }))
    return { ...snapshot, accounts, cleared: kept }
  }

  /** Writes down what is new; on the disk when it returns. What is left of the snapshot, and what it must remember. */
  append(snapshot: Snapshot): { readonly rest: Snapshot; readonly mark: HistoryMark } {
    const { accounts, cleared, clearedBefore } = snapshot
    // Forgotten before they were written, orders would leave a gap.
    if (this.clearedTo < clearedBefore) this.begin(clearedBefore)
    else this.handle = this.handle < 0 ? fs.openSync(this.pathOf(this.mark.file), "a", 0o600) : this.handle
    // Of an attempt that failed.
    fs.ftruncateSync(this.handle, this.mark.bytes)
    let bytes = this.mark.bytes
    let lines: Array<string> = []
    const flush = () => {
      const text = lines.join("")
      fs.writeFileSync(this.handle, text)
      bytes += Buffer.byteLength(text)
      lines = []
    }
    const put = (value: unknown) => {
      if (lines.push(`${JSON.stringify(value)}\n`) === linesPerWrite) flush()
    }
    for (let i = this.clearedTo - clearedBefore; i < cleared.length; i++) put(cleared[i])
    for (const { accountId, statement } of accounts) {
      for (let i = this.statementLines.get(accountId) ?? 0; i < statement.length; i++) put([accountId, statement[i]])
    }
    flush()
    fs.fdatasyncSync(this.handle)
    this.mark = { ...this.mark, bytes }
    this.clearedTo = clearedBefore + cleared.length
    for (const { accountId, statement } of accounts) this.statementLines.set(accountId, statement.length)
    const rest = { ...snapshot, cleared: [], accounts: accounts.map((account) => ({ ...account, statement: [] })) }
    return { rest, mark: this.mark }
  }

  /** Removes the file before this one, once no snapshot names it. */
  forgetOlder(): void {
    fs.rmSync(this.pathOf(this.mark.file - 1), { force: true })
  }

  close(): void {
    if (this.handle >= 0) fs.closeSync(this.handle)
    this.handle = -1
  }

  pathOf(file: number): string {
    return join(this.directory, `history-${file}.log`)
  }

  private begin(clearedFrom: number): void {
    this.close()
    this.mark = { file: this.mark.file + 1, bytes: 0, clearedFrom }
    this.handle = fs.openSync(this.pathOf(this.mark.file), "a", 0o600)
    this.clearedTo = clearedFrom
    this.statementLines.clear()
  }
}

const isStatementLine = (
  value: ClearedOrder | readonly [number, StatementLine]
): value is readonly [number, StatementLine] => Array.isArray(value)
