/**
 * Messages in the order of their publish times, and where each came from. They are numbers on a tape, and become objects for
 * those who want them. A merge has one batch, which it fills again and again.
 */
import type { MarketBook } from "../MarketBook.ts"
import type { MarketMessage } from "../MarketMessage.ts"
import type { MessageBatch, MessageTarget } from "../MessageBatch.ts"
import { MessageTape } from "../scan/MessageTape.ts"
import { parseLine, type RecordingCursor } from "./RecordingCursor.ts"

const capacity = 1024
/** Of a message that is an object and stands on no tape. */
const notScanned = -1

export class RecordedBatch implements MessageBatch {
  length = 0
  private readonly tape = new MessageTape()
  private readonly entries = new Int32Array(capacity)
  private readonly times = new Float64Array(capacity)
  private readonly lines = new Int32Array(capacity)
  private readonly starts = new Int32Array(capacity)
  private readonly ends = new Int32Array(capacity)
  private readonly cursors: Array<RecordingCursor> = []
  private readonly bytes: Array<Buffer> = []
  private readonly parsed: Array<MarketMessage | null> = []
  private objects: ReadonlyArray<MarketMessage> | null = null

  get isFull(): boolean {
    return this.length === capacity
  }

  clear(): void {
    this.length = 0
    this.tape.clear()
    this.objects = null
  }

  /** Adds the message the cursor stands on, unless the batch is full. */
  add(cursor: RecordingCursor): void {
    const { length: index } = this
    if (index === capacity) return
    const { parsed } = cursor
    this.entries[index] = parsed === null ? this.tape.append(cursor.tape) : notScanned
    this.times[index] = cursor.publishTime
    this.lines[index] = cursor.line
    this.starts[index] = cursor.start
    this.ends[index] = cursor.end
    this.cursors[index] = cursor
    this.bytes[index] = cursor.bytes
    this.parsed[index] = parsed
    this.length = index + 1
  }

  /** Epoch milliseconds. */
  publishTime(index: number): number {
    return this.times[index]!
  }

  applyTo(target: MessageTarget, index: number): ReadonlyArray<MarketBook> {
    const entry = this.entries[index]!
    return entry === notScanned
      ? target.apply(this.parsed[index]!)
      : target.applyScanned(this.tape, entry, this.times[index]!)
  }

  /** All as objects, made when they are first asked for; they stay as they are. */
  get messages(): ReadonlyArray<MarketMessage> {
    this.objects ??= Array.from({ length: this.length }, (_, index) => this.message(index))
    return this.objects
  }

  fileOf(index: number): string {
    return this.cursors[index]!.source.name
  }

  /** From 1. */
  lineOf(index: number): number {
    return this.lines[index]!
  }

  private message(index: number): MarketMessage {
    return (
      this.parsed[index] ?? parseLine(this.bytes[index]!, this.starts[index]!, this.ends[index]!, this.times[index]!)
    )
  }
}
