/**
 * One recording, read from message to message. `advance` is synchronous and works on what has been read; only when that
 * is used up must `fill` be awaited, a few hundred lines apart. A cursor can be put to rest and takes up where it was, so
 * that a merge holds only the recordings it is reading from.
 */
import type { MarketMessage } from "../MarketMessage.ts"
import { type ByteRange, readRange } from "./ByteRange.ts"
import { decode, type Encoding } from "./Encoding.ts"
import { readStretches, type Stretch } from "./LineReader.ts"
import type { OnDamage, RecordingProblemKind, RecordingProblems } from "./RecordingProblem.ts"

/** Where a recording's bytes lie and how they are packed, outermost first. */
export interface RecordingSource {
  /** As problems name it: the file as given or found, a member of an archive behind a `!`. */
  readonly name: string
  readonly file: string
  /** Its path within the archive, with a `!` between archives; null for a file that is none. */
  readonly member: string | null
  readonly range: ByteRange
  readonly encodings: ReadonlyArray<Encoding>
}

/** A source's bytes, unpacked. */
export const openSource = (
  source: RecordingSource,
  onDamage: OnDamage,
  onRead: (bytes: number) => void
): AsyncGenerator<Uint8Array, void> =>
  source.encodings.reduce(
    (bytes, encoding) => decode(encoding, bytes, onDamage),
    readRange(source.range, onDamage, onRead)
  )

/** Publish times outside 2000 to 2100 are no times. */
const earliest = 946_684_800_000
const latest = 4_102_444_800_000
/** A single message that leaps further ahead is not believed; a second one is. */
const maximumLeapMs = 7 * 24 * 3_600_000

export class RecordingCursor {
  readonly source: RecordingSource
  /** The message the cursor stands on; null before the first and behind the last. */
  message: MarketMessage | null = null
  /** Its publish time: never before the previous message's. */
  publishTime = 0
  /** Its line, from 1. */
  line = 0
  bytesRead = 0
  private readonly problems: RecordingProblems
  private stretches: AsyncGenerator<Stretch, void> | null = null
  private ahead: Promise<IteratorResult<Stretch, void>> | null = null
  private text = ""
  private at = 0
  private isLastStretch = false
  private isAtEnd = false
  private leapedTo = 0
  /** What came before this line was reported when it was read the first time. */
  private reportedUpTo = 0
  private readonly damage = new Set<string>()

  constructor(source: RecordingSource, problems: RecordingProblems) {
    this.source = source
    this.problems = problems
  }

  /** Takes bytes that were already opened to see what they are. */
  adopt(bytes: AsyncIterable<Uint8Array>): void {
    this.stretches = readStretches(bytes, () => this.report("LINE_TOO_LONG", "a line of more than 16 MiB is left out"))
  }

  readonly onDamage: OnDamage = (kind, message) => {
    if (this.damage.has(kind)) return
    this.damage.add(kind)
    this.problems.add(this.source.name, kind, null, message)
  }

  readonly onRead = (bytes: number): void => {
    this.bytesRead += bytes
  }

  report(kind: RecordingProblemKind, message: string): void {
    if (this.line > this.reportedUpTo) this.problems.add(this.source.name, kind, this.line, message)
  }

  /** Moves to the next message; false when there is none in what has been read. */
  advance(): boolean {
    const { text } = this
    while (this.at < text.length) {
      const end = text.indexOf("\n", this.at)
      const isCut = end < 0
      const start = this.at
      this.at = isCut ? text.length : end + 1
      this.line++
      if (this.parse(text.slice(start, isCut ? text.length : end), isCut && this.isLastStretch)) return true
    }
    this.message = null
    return false
  }

  /**
   * Reads on, and stands on the next message; false at the end. With `readsAhead` the next stretch is fetched while this
   * one is being used: one stretch (64 kB; a bzip2 block of 900 kB) more is held.
   */
  async fill(readsAhead: boolean): Promise<boolean> {
    if (this.stretches === null && !this.isAtEnd) this.adopt(openSource(this.source, this.onDamage, this.onRead))
    while (!this.isAtEnd) {
      const { done, value } = await (this.ahead ?? this.stretches!.next())
      this.ahead = null
      if (done === true || value === undefined) {
        this.isAtEnd = true
        break
      }
      this.text = value.text
      this.at = 0
      this.isLastStretch = value.isLast
      if (readsAhead) this.ahead = this.stretches!.next()
      if (this.advance()) return true
    }
    await this.close()
    return false
  }

  /** Lets go of everything read; the message stood on stays. `wake` reads up to it again. */
  async rest(): Promise<void> {
    const { line } = this
    await this.close()
    this.reportedUpTo = line
    this.bytesRead = 0
  }

  async wake(): Promise<void> {
    const { line } = this
    this.isAtEnd = false
    this.line = 0
    this.publishTime = 0
    this.leapedTo = 0
    while (this.line < line && (this.advance() || (await this.fill(false))));
  }

  async close(): Promise<void> {
    const { ahead, stretches } = this
    this.stretches = null
    this.ahead = null
    this.text = ""
    this.at = 0
    this.isAtEnd = true
    await ahead
    await stretches?.return()
  }

  private parse(line: string, isCut: boolean): boolean {
    const text = this.line === 1 && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line
    // Blank, or the rest of a line ending.
    if (text.length < 2 && text.trim() === "") return false
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      if (text.trim() !== "") {
        if (isCut) this.report("CUT_LINE", "the last line ends in the middle")
        else this.report("NOT_JSON", "a line that is not JSON is left out")
      }
      return false
    }
    if (!isMarketMessage(value)) {
      this.report("NOT_MARKET_DATA", "a line that is no market-change message is left out")
      return false
    }
    const time = this.timeOf(value)
    if (time === 0) return false
    this.publishTime = time
    this.message = time === value.pt ? value : { ...value, pt: time }
    return true
  }

  /** The time at which the message takes effect, 0 when there is none to be had. */
  private timeOf(message: MarketMessage): number {
    const { pt } = message
    const previous = this.publishTime
    if (!(Number.isInteger(pt) && pt >= earliest && pt < latest)) {
      this.report("ABSURD_TIME", `publish time ${JSON.stringify(pt)} is none: the previous message's is taken`)
      return previous
    }
    if (pt < previous) {
      this.report("TIME_BACKWARDS", `published ${previous - pt} ms before its predecessor: takes its time`)
      return previous
    }
    if (previous > 0 && pt - previous > maximumLeapMs && Math.abs(pt - this.leapedTo) > maximumLeapMs) {
      this.leapedTo = pt
      this.report("ABSURD_TIME", `publish time ${pt} leaps far ahead: the previous message's is taken`)
      return previous
    }
    return pt
  }
}

const isMarketMessage = (value: unknown): value is MarketMessage => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const { mc, op } = value as { readonly op?: unknown; readonly mc?: unknown }
  return op === "mcm" || (op === undefined && Array.isArray(mc))
}
