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

/** What messages in a row have in common. */
interface Origin {
  readonly cursor: RecordingCursor
  /** Where their lines stand. */
  readonly bytes: Buffer
}

export class RecordedBatch implements MessageBatch {
  length = 0
  private readonly tape = new MessageTape()
  private readonly entries = new Int32Array(capacity)
  private readonly times = new Float64Array(capacity)
  private readonly lines = new Int32Array(capacity)
  private readonly starts = new Int32Array(capacity)
  private readonly ends = new Int32Array(capacity)
  private readonly origins: Array<Origin> = []
  /** For each message the index of its origin. */
  private readonly originOf = new Int32Array(capacity)
  private readonly parsed: Array<MarketMessage | null> = []
  private objects: ReadonlyArray<MarketMessage> | null = null

  get isFull(): boolean {
    return this.length === capacity
  }

  clear(): void {
    this.length = 0
    this.origins.length = 0
    this.tape.clear()
    this.objects = null
  }

  /** Adds the message the cursor stands on, unless the batch is full. */
  add(cursor: RecordingCursor): void {
    if (this.length === capacity) return
    this.put(cursor, cursor.parsed === null ? this.tape.append(cursor.tape) : notScanned)
  }

  /**
   * Adds what the cursor comes to before a publish time, as far as it has been read and there is room: without a tape in
   * between. The cursor then stands on the message that does not come before, if it has met one.
   */
  addBefore(cursor: RecordingCursor, time: number): void {
    const { tape } = this
    while (this.length < capacity) {
      const entry = tape.length
      if (!cursor.advanceOnto(tape)) return
      if (cursor.publishTime >= time) {
        if (cursor.parsed === null) tape.moveLast(entry, cursor.tape)
        return
      }
      this.put(cursor, cursor.parsed === null ? entry : notScanned)
    }
    cursor.isOnMessage = false
  }

  private put(cursor: RecordingCursor, entry: number): void {
    const { length: index, origins } = this
    const { bytes } = cursor
    const last = origins.length - 1
    if (last >= 0 && origins[last]!.bytes === bytes && origins[last]!.cursor === cursor) this.originOf[index] = last
    else this.originOf[index] = origins.push({ cursor, bytes }) - 1
    this.entries[index] = entry
    this.times[index] = cursor.publishTime
    this.lines[index] = cursor.line
    this.starts[index] = cursor.start
    this.ends[index] = cursor.end
    this.parsed[index] = cursor.parsed
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
    return this.originAt(index).cursor.source.name
  }

  /** From 1. */
  lineOf(index: number): number {
    return this.lines[index]!
  }

  private originAt(index: number): Origin {
    return this.origins[this.originOf[index]!]!
  }

  private message(index: number): MarketMessage {
    const { bytes } = this.originAt(index)
    return this.parsed[index] ?? parseLine(bytes, this.starts[index]!, this.ends[index]!, this.times[index]!)
  }
}
