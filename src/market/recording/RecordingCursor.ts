/**
 * One recording, read from message to message. `advance` is synchronous and works on what has been read; only when that
 * is used up must `fill` be awaited, a few hundred lines apart. A message is scanned from its bytes, and becomes an object
 * only when someone wants one or the scanner does not understand it. A cursor can be put to rest and takes up where it
 * was, so that a merge holds only the recordings it is reading from.
 */
import type { MarketMessage } from "../MarketMessage.ts"
import { MessageScanner } from "../scan/MessageScanner.ts"
import { MessageTape } from "../scan/MessageTape.ts"
import { readStretches, type Stretch } from "./LineReader.ts"
import type { OnDamage, RecordingProblemKind, RecordingProblems } from "./RecordingProblem.ts"
import { openSource, type RecordingSource } from "./RecordingSource.ts"
import type { Unpacked, Unpackers } from "./Unpackers.ts"

/** Publish times outside 2000 to 2100 are no times. */
const earliest = 946_684_800_000
const latest = 4_102_444_800_000
/** A single message that leaps further ahead is not believed; a second one is. */
const maximumLeapMs = 7 * 24 * 3_600_000

const newline = 0x0a
const nothing = Buffer.alloc(0)

export class RecordingCursor {
  readonly source: RecordingSource
  /** Publish time of the message the cursor stands on: never before the previous message's. */
  publishTime = 0
  /** Its line, from 1. */
  line = 0
  /** False before the first message, behind the last, and at rest. */
  isOnMessage = false
  /** The message if it had to be parsed, in place of what the tape holds otherwise. */
  parsed: MarketMessage | null = null
  /** The message as it was scanned by `advance`, unless it is `parsed`; valid until the cursor moves. */
  readonly tape = new MessageTape()
  /** Where its line stands: the bytes stay as they are. */
  bytes: Buffer = nothing
  start = 0
  end = 0
  bytesRead = 0
  private readonly scanner = new MessageScanner()
  private readonly problems: RecordingProblems
  private readonly unpackers: Unpackers | null
  private prepared: Unpacked | null = null
  private stretches: AsyncGenerator<Stretch, void> | null = null
  private ahead: Promise<IteratorResult<Stretch, void>> | null = null
  private at = 0
  private isLastStretch = false
  private isAtEnd = false
  private leapedTo = 0
  /** What came before this line was reported when it was read the first time. */
  private reportedUpTo = 0
  private readonly damage = new Set<string>()
  private isReadingAhead = false
  /** What was met while reading ahead: told when what was read is used, so that nobody's pace shows in the problems. */
  private untold: Array<() => void> = []

  /** With `unpackers`, what is packed is unpacked by them. */
  constructor(source: RecordingSource, problems: RecordingProblems, unpackers: Unpackers | null = null) {
    this.source = source
    this.problems = problems
    this.unpackers = unpackers
  }

  /** Takes bytes that were already opened to see what they are. */
  adopt(bytes: AsyncIterable<Uint8Array>): void {
    this.stretches = readStretches(bytes, () =>
      this.tell(() => this.report("LINE_TOO_LONG", "a line of more than 16 MiB is left out"))
    )
  }

  /** Its bytes from the beginning. */
  open(): AsyncGenerator<Uint8Array, void> {
    const unpacked = this.prepared ?? this.unpackers?.open(this.source) ?? null
    this.prepared = null
    return unpacked === null ? openSource(this.source, this.onDamage, this.onRead) : this.openUnpacked(unpacked)
  }

  /** Its bytes as a worker unpacks them. */
  openUnpacked(unpacked: Unpacked): AsyncGenerator<Uint8Array, void> {
    unpacked.position = () => this.publishTime
    return unpacked.read(this.onDamage, this.onRead)
  }

  /** It is reached soon: what `wake` reads first is unpacked until then, if there are workers for it. */
  prepare(): void {
    this.prepared ??= this.unpackers?.open(this.source) ?? null
  }

  readonly onDamage: OnDamage = (kind, message) =>
    this.tell(() => {
      if (this.damage.has(kind)) return
      this.damage.add(kind)
      this.problems.add(this.source.name, kind, null, message)
    })

  readonly onRead = (bytes: number): void => {
    this.bytesRead += bytes
  }

  report(kind: RecordingProblemKind, message: string): void {
    if (this.line > this.reportedUpTo) this.problems.add(this.source.name, kind, this.line, message)
  }

  /** The message as an object, made anew each time; null where there is none. */
  get message(): MarketMessage | null {
    if (!this.isOnMessage) return null
    return this.parsed ?? parseLine(this.bytes, this.start, this.end, this.publishTime)
  }

  /** Moves to the next message; false when there is none in what has been read. */
  advance(): boolean {
    this.tape.clear()
    return this.advanceOnto(this.tape)
  }

  /** The same with another tape, behind what stands there. */
  advanceOnto(tape: MessageTape): boolean {
    const { bytes, scanner } = this
    while (this.at < bytes.length) {
      const start = this.at
      const entry = tape.length
      const scannedTo = scanner.scanOnto(tape, bytes, start)
      const end = scannedTo >= 0 ? scannedTo : bytes.indexOf(newline, start)
      this.at = end + 1
      this.line++
      if (scannedTo >= 0 ? this.takeScanned() : this.parse(bytes.toString("utf8", start, end))) {
        this.start = start
        this.end = end
        return (this.isOnMessage = true)
      }
      if (scannedTo >= 0) tape.drop(entry)
    }
    return (this.isOnMessage = false)
  }

  /**
   * Reads on, and stands on the next message; false at the end. With `readsAhead` the next stretch is fetched while this
   * one is being used: one stretch (up to a chunk; a bzip2 block of 900 kB) more is held.
   */
  async fill(readsAhead: boolean): Promise<boolean> {
    if (this.stretches === null && !this.isAtEnd) this.adopt(this.open())
    while (!this.isAtEnd) {
      const { done, value } = await (this.ahead ?? this.stretches!.next())
      this.ahead = null
      this.tellAll()
      if (done === true || value === undefined) {
        this.isAtEnd = true
        break
      }
      this.bytes = value.bytes
      this.at = 0
      this.isLastStretch = value.isLast
      if (readsAhead) {
        this.isReadingAhead = true
        this.ahead = this.stretches!.next()
      }
      if (this.advance()) return true
    }
    await this.close()
    return false
  }

  /** Lets go of everything read; its publish time and line stay. `wake` reads up to the message again. */
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
    this.prepared?.close()
    this.prepared = null
    this.stretches = null
    this.ahead = null
    this.bytes = nothing
    this.at = 0
    this.isOnMessage = false
    this.isAtEnd = true
    await ahead
    await stretches?.return()
  }

  private tell(report: () => void): void {
    if (this.isReadingAhead) this.untold.push(report)
    else report()
  }

  private tellAll(): void {
    this.isReadingAhead = false
    for (const report of this.untold) report()
    this.untold = []
  }

  private takeScanned(): boolean {
    const time = this.timeOf(this.scanner.publishTime)
    if (time === 0) return false
    this.publishTime = time
    this.parsed = null
    return true
  }

  private parse(line: string): boolean {
    const text = this.line === 1 && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line
    // Blank, or the rest of a line ending.
    if (text.length < 2 && text.trim() === "") return false
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      if (text.trim() !== "") {
        if (this.isLastStretch) this.report("CUT_LINE", "the last line ends in the middle")
        else this.report("NOT_JSON", "a line that is not JSON is left out")
      }
      return false
    }
    if (!isMarketMessage(value)) {
      this.report("NOT_MARKET_DATA", "a line that is no market-change message is left out")
      return false
    }
    const time = this.timeOf(value.pt)
    if (time === 0) return false
    this.publishTime = time
    this.parsed = at(value, time)
    return true
  }

  /** The time at which the message takes effect, 0 when there is none to be had. */
  private timeOf(pt: number): number {
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

const at = (message: MarketMessage, publishTime: number): MarketMessage =>
  message.pt === publishTime ? message : { ...message, pt: publishTime }

/** A line that is known to be a message, as an object that takes effect at the given time. */
export const parseLine = (bytes: Buffer, start: number, end: number, publishTime: number): MarketMessage =>
  at(JSON.parse(bytes.toString("utf8", start, end)) as MarketMessage, publishTime)
