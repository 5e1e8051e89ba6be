/**
 * The part of the book that only grows, settled orders and statements, in files of its own: a snapshot appends what is new,
 * so that it costs what has happened since the last one, however long the exchange has run. A line is a settled order, or
 * `[accountId, line]` of a statement. A full file is followed by another, and goes when all in it is forgotten.
 *
 * The snapshot says how much of each file belongs to it; what stands behind that was written for one that never came to be.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import type { StatementLine } from "../exchange/Account.ts"
import type { ClearedOrder } from "../exchange/ClearedOrder.ts"
import type { Snapshot } from "../exchange/Snapshot.ts"

/** What a snapshot remembers of a file. */
export interface HistoryFile {
  /** Its number: `history-N.log`. */
  readonly file: number
  readonly bytes: number
  /** How many settled orders there had ever been before the file's first one. */
  readonly clearedFrom: number
  /** The same of statements' lines, by account; none where there is nothing. */
  readonly linesFrom?: Readonly<Record<string, number>>
}

/** Oldest first. */
export type HistoryMark = ReadonlyArray<HistoryFile>

/** So many lines are put together before they are written. */
const linesPerWrite = 10_000
const fullAfterBytes = 8 * 1024 * 1024

const newline = 0x0a

export class BookHistory {
  private readonly directory: string
  private readonly fullAfterBytes: number
  private mark: HistoryMark = []
  private handle = -1
  /** The number of the next settled order to be written, counted from the first there ever was. */
  private clearedTo = 0
  /** The same of statements' lines, by account. */
  private linesTo: ReadonlyMap<number, number> = new Map()

  constructor(directory: string, fullAfter = fullAfterBytes) {
    this.directory = directory
    this.fullAfterBytes = fullAfter
  }

  /** The snapshot with the history that was taken out of it. Throws where a line is none of ours. */
  read(snapshot: Snapshot, mark: HistoryMark): Snapshot {
    const cleared: Array<ClearedOrder> = []
    const statements = new Map<number, Array<StatementLine>>()
    // Of books from before statements were forgotten.
    const before = new Map(snapshot.accounts.map((account) => [account.accountId, account.statementBefore ?? 0]))
    const linesTo = new Map<number, number>()
    for (const part of mark) {
      this.clearedTo = part.clearedFrom
      for (const [accountId, from] of Object.entries(part.linesFrom ?? {})) linesTo.set(Number(accountId), from)
      for (const value of this.linesOf(part)) {
        if (!isStatementLine(value)) {
          if (this.clearedTo >= snapshot.clearedBefore) cleared.push(value)
          this.clearedTo += 1
          continue
        }
        const [accountId, line] = value
        const number = linesTo.get(accountId) ?? 0
        const kept = statements.get(accountId) ?? []
        if (number >= (before.get(accountId) ?? 0)) kept.push(line)
        statements.set(accountId, kept)
        linesTo.set(accountId, number + 1)
      }
    }
    this.mark = mark
    this.linesTo = linesTo
    const accounts = snapshot.accounts.map((account) => ({
      ...account,
      statement: statements.get(account.accountId) ?? []
    }))
    return { ...snapshot, accounts, cleared }
  }

  private *linesOf({ bytes: length, file }: HistoryFile): Iterable<ClearedOrder | readonly [number, StatementLine]> {
    const bytes = fs.readFileSync(this.pathOf(file))
    if (bytes.length < length) throw new Error(`history-${file}.log ends after ${bytes.length} of ${length} bytes`)
    for (let at = 0; at < length;) {
      const end = bytes.indexOf(newline, at)
      yield JSON.parse(bytes.toString("utf8", at, end))
      at = end + 1
    }
  }

  /** Writes down what is new; on the disk when it returns. What is left of the snapshot, and what it must remember. */
  append(snapshot: Snapshot): { readonly rest: Snapshot; readonly mark: HistoryMark } {
    const { accounts, cleared, clearedBefore } = snapshot
    const clearedFrom = Math.max(this.clearedTo, clearedBefore)
    const linesFrom = new Map(
      accounts.map(({ accountId, statementBefore }) => [
        accountId,
        Math.max(this.linesTo.get(accountId) ?? 0, statementBefore)
      ])
    )
    const last = this.fileFrom(clearedFrom, linesFrom)
    let bytes = last.bytes
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
    for (let i = clearedFrom - clearedBefore; i < cleared.length; i++) put(cleared[i])
    for (const { accountId, statement, statementBefore } of accounts) {
      for (let i = linesFrom.get(accountId)! - statementBefore; i < statement.length; i++) {
        put([accountId, statement[i]])
      }
    }
    flush()
    fs.fdatasyncSync(this.handle)
    const files = [...this.mark.filter(({ file }) => file !== last.file), { ...last, bytes }]
    this.mark = files.filter((_, i) => i === files.length - 1 || !isForgotten(files[i + 1]!, snapshot))
    this.clearedTo = clearedBefore + cleared.length
    this.linesTo = new Map(
      accounts.map(({ accountId, statement, statementBefore }) => [accountId, statementBefore + statement.length])
    )
    const rest = { ...snapshot, cleared: [], accounts: accounts.map((account) => ({ ...account, statement: [] })) }
    return { rest, mark: this.mark }
  }

  /** The file to go on with, open at its end: the last, if it is not full and goes up to what is new. */
  private fileFrom(clearedFrom: number, linesFrom: ReadonlyMap<number, number>): HistoryFile {
    const last = this.mark.at(-1)
    // Forgotten before they were written, orders would leave a gap.
    const isGap =
      clearedFrom > this.clearedTo ||
      [...linesFrom].some(([accountId, from]) => from > (this.linesTo.get(accountId) ?? 0))
    const goesOn = last !== undefined && last.bytes < this.fullAfterBytes && !isGap
    const file = goesOn
      ? last
      : { file: (last?.file ?? 0) + 1, bytes: 0, clearedFrom, linesFrom: Object.fromEntries(linesFrom) }
    if (!goesOn) this.close()
    if (this.handle < 0) this.handle = fs.openSync(this.pathOf(file.file), "a", 0o600)
    // Of an attempt that failed.
    fs.ftruncateSync(this.handle, file.bytes)
    return file
  }

  /** Removes the files of which all is forgotten, once no snapshot names them. */
  forgetOlder(): void {
    const oldest = this.mark[0]?.file ?? 0
    for (const name of fs.readdirSync(this.directory)) {
      const [, number] = /^history-(\d+)\.log$/.exec(name) ?? []
      if (number !== undefined && Number(number) < oldest) fs.rmSync(join(this.directory, name), { force: true })
    }
  }

  close(): void {
    if (this.handle >= 0) fs.closeSync(this.handle)
    this.handle = -1
  }

  private pathOf(file: number): string {
    return join(this.directory, `history-${file}.log`)
  }
}

/** Whether all is forgotten that came before the file. */
const isForgotten = ({ clearedFrom, linesFrom }: HistoryFile, { accounts, clearedBefore }: Snapshot): boolean =>
  clearedFrom <= clearedBefore &&
  accounts.every(({ accountId, statementBefore }) => (linesFrom?.[accountId] ?? 0) <= statementBefore)

const isStatementLine = (
  value: ClearedOrder | readonly [number, StatementLine]
): value is readonly [number, StatementLine] => Array.isArray(value)
