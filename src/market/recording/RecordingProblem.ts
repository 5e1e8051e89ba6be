/**
 * What was wrong with a recording, as values: each kind once per file, with the first line it was seen on and how often. A
 * file of a million bad lines costs one entry.
 */
import * as Excerpt from "../../domain/Excerpt.ts"
import type { BookProblemKind } from "../BookProblem.ts"

export type RecordingProblemKind =
  | BookProblemKind
  /** The path does not exist or the system refuses to read it. */
  | "UNREADABLE"
  /** A compression or archive we have no decoder for (xz, 7z, encrypted or multi-part zip). */
  | "UNSUPPORTED"
  /** Compressed data that does not decode; what stands before it, and in bzip2 after it, is used. */
  | "CORRUPT"
  /** Compressed data or an archive that ends too early; what came before is used. */
  | "TRUNCATED"
  /** Archives in archives beyond the bound. */
  | "TOO_DEEP"
  /** A market catalogue, or an entry or field of one, that cannot be read. */
  | "CATALOGUE"
  /** Nothing in it is market data. */
  | "NO_MESSAGES"
  | "NOT_JSON"
  /** The last line ends in the middle. */
  | "CUT_LINE"
  | "LINE_TOO_LONG"
  /** JSON, but no market-change message: another stream's lines mixed in. */
  | "NOT_MARKET_DATA"
  /** A publish time that is no time, or leaps ahead alone; the previous message's is taken. */
  | "ABSURD_TIME"
  /** Published before its predecessor; it keeps its place and takes its predecessor's time. */
  | "TIME_BACKWARDS"
  /** Prices without a definition: the market's kind, time and result are unknown. */
  | "NO_DEFINITION"
  /** The recording ends before the market is closed. */
  | "NOT_CLOSED"

/** Kinds that leave all data usable: they are worth knowing and do not make a command fail. */
const harmless: ReadonlySet<RecordingProblemKind> = new Set([
  "NOT_MARKET_DATA",
  "ABSURD_TIME",
  "TIME_BACKWARDS",
  "NO_DEFINITION",
  "NOT_CLOSED"
])

export const losesData = (kind: RecordingProblemKind): boolean => !harmless.has(kind)

export interface RecordingProblem {
  /** The file as given or found, members of archives behind a `!`. */
  readonly file: string
  readonly kind: RecordingProblemKind
  /** The first line it was seen on, from 1; null where it is not a matter of lines. */
  readonly line: number | null
  readonly count: number
  readonly message: string
}

export class RecordingProblems {
  private readonly entries = new Map<string, { -readonly [K in keyof RecordingProblem]: RecordingProblem[K] }>()

  add(file: string, kind: RecordingProblemKind, line: number | null, message: string): void {
    const key = `${kind} ${file}`
    const entry = this.entries.get(key)
    if (entry === undefined) this.entries.set(key, { file, kind, line, count: 1, message })
    else entry.count++
  }

  /** In the order in which they were first met. */
  list(): ReadonlyArray<RecordingProblem> {
    return Array.from(this.entries.values(), (entry) => ({ ...entry }))
  }

  of(file: string): ReadonlyArray<RecordingProblem> {
    return this.list().filter((problem) => problem.file === file)
  }

  /** Whether anything was lost: the exit status of whoever read the files. */
  get lostData(): boolean {
    return this.entries.values().some((entry) => losesData(entry.kind))
  }
}

/** How a reader of bytes tells of damage; it then ends early, or goes on where it can. */
export type OnDamage = (kind: "UNREADABLE" | "UNSUPPORTED" | "CORRUPT" | "TRUNCATED", message: string) => void

/** One line for a thing a book has skipped. */
export const describeBookProblem = (field: string, marketId: string | null, value: unknown): string =>
  `${field}${marketId === null ? "" : ` of ${marketId}`} is ${Excerpt.of(value, 80)}: skipped`
