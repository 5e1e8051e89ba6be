/**
 * Messages in the order of their publish times, and where each came from. They are numbers on a tape, which the next batch
 * uses again, and become objects for those who want them.
 */
import type { MarketBook } from "../MarketBook.ts"
import type { MarketMessage } from "../MarketMessage.ts"
import type { MessageBatch, MessageTarget } from "../MessageBatch.ts"
import { MessageTape } from "../scan/MessageTape.ts"
import { parseLine, type RecordingCursor } from "./RecordingCursor.ts"

/** Of a message that is an object and stands on no tape. */
const notScanned = -1

export class RecordedBatch implements MessageBatch {
  length = 0
  private readonly tape: MessageTape
  private readonly entries: Array<number> = []
  private readonly times: Array<number> = []
  private readonly parsed: Array<MarketMessage | null> = []
  private readonly cursors: Array<RecordingCursor> = []
  private readonly lines: Array<number> = []
  private readonly bytes: Array<Buffer> = []
  private readonly starts: Array<number> = []
  private readonly ends: Array<number> = []
  private objects: ReadonlyArray<MarketMessage> | null = null

  /** @param tape this batch's alone until the next is made */
  constructor(tape: MessageTape) {
    tape.clear()
    this.tape = tape
  }

  /** Adds the message the cursor stands on. */
  add(cursor: RecordingCursor): void {
    const { parsed } = cursor
    this.entries.push(parsed === null ? this.tape.append(cursor.tape) : notScanned)
    this.times.push(cursor.publishTime)
    this.parsed.push(parsed)
    this.cursors.push(cursor)
    this.lines.push(cursor.line)
    this.bytes.push(cursor.bytes)
    this.starts.push(cursor.start)
    this.ends.push(cursor.end)
    this.length++
  }

  /** Epoch milliseconds. */
  publishTime(index: number): number {
    return this.times[index]!
  }

  /** Must happen before the next batch is asked for. */
  applyTo(target: MessageTarget, index: number): ReadonlyArray<MarketBook> {
    const entry = this.entries[index]!
    return entry === notScanned
      ? target.apply(this.parsed[index]!)
      : target.applyScanned(this.tape, entry, this.times[index]!)
  }

  /** All as objects, made when they are first asked for. */
  get messages(): ReadonlyArray<MarketMessage> {
    this.objects ??= this.times.map(
      (time, index) => this.parsed[index] ?? parseLine(this.bytes[index]!, this.starts[index]!, this.ends[index]!, time)
    )
    return this.objects
  }

  fileOf(index: number): string {
    return this.cursors[index]!.source.name
  }

  /** From 1. */
  lineOf(index: number): number {
    return this.lines[index]!
  }
}
