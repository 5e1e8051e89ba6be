/**
 * Many recordings as one feed: always the message published first, and of two at one time the one whose file was found
 * first. A recording that is not yet reached is put to rest after its first message was seen, so the memory needed is that of
 * the recordings whose times overlap.
 */
import { RecordedBatch } from "./RecordedBatch.ts"
import type { RecordingCursor } from "./RecordingCursor.ts"

/** Recordings not yet reached that are kept as they are, so that a few files are not opened twice. */
const maximumWaiting = 24
/** With more recordings than this under way, none reads ahead. */
const maximumReadingAhead = 4
/** So many of those that are reached next are unpacked ahead, where there are workers to do it. */
const maximumPrepared = 8

export class RecordingMerge {
  /** A binary heap: the recording whose message is next stands first. */
  private readonly heap: Array<RecordingCursor> = []
  private readonly order = new Map<RecordingCursor, number>()
  private readonly resting = new Set<RecordingCursor>()
  private readonly batch = new RecordedBatch()
  /** The one that the last message was of. */
  private last: RecordingCursor | null = null
  /** Those at rest in the order in which they are reached, once all are known. */
  private awaited: Array<RecordingCursor> | null = null
  private finishedBytes = 0

  /** Takes a recording in; false when it has no message at all. */
  async add(cursor: RecordingCursor): Promise<boolean> {
    if (!(await cursor.fill(false))) {
      this.finishedBytes += cursor.bytesRead
      return false
    }
    this.order.set(cursor, this.order.size)
    if (this.order.size > maximumWaiting) {
      await cursor.rest()
      this.resting.add(cursor)
    }
    this.heap.push(cursor)
    this.siftUp(this.heap.length - 1)
    return true
  }

  /** The next messages, good until it is asked again; null when all is read. */
  async next(): Promise<RecordedBatch | null> {
    const { batch, heap } = this
    batch.clear()
    if (this.awaited === null) this.prepareFirst()
    while (heap.length > 0 && !batch.isFull) {
      const cursor = heap[0]!
      if (this.resting.size > 0 && this.resting.delete(cursor)) {
        this.awaited?.pop()
        this.awaited?.at(-maximumPrepared)?.prepare()
        await cursor.wake()
      }
      if (cursor.isOnMessage) batch.add(cursor)
      // One that comes a second time mostly goes on for a while.
      if (cursor === this.last) batch.addBefore(cursor, this.secondTime())
      else cursor.advance()
      this.last = cursor
      if (!cursor.isOnMessage) {
        // What has been read of it is used up, or goes on with the next batch.
        if (batch.isFull) break
        if (!(await cursor.fill(heap.length <= maximumReadingAhead))) {
          this.removeFirst()
          continue
        }
      }
      this.siftDown()
    }
    return batch.length > 0 ? batch : null
  }

  get bytesRead(): number {
    return this.heap.reduce((sum, cursor) => sum + cursor.bytesRead, this.finishedBytes)
  }

  async close(): Promise<void> {
    for (const cursor of this.heap) await cursor.close()
    this.heap.length = 0
  }

  private prepareFirst(): void {
    this.awaited = [...this.resting].toSorted((a, b) => (this.isBefore(a, b) ? 1 : -1))
    for (const cursor of this.awaited.slice(-maximumPrepared)) cursor.prepare()
  }

  private isBefore(a: RecordingCursor, b: RecordingCursor): boolean {
    if (a.publishTime !== b.publishTime) return a.publishTime < b.publishTime
    return this.order.get(a)! < this.order.get(b)!
  }

  /** When the recording is next that comes after the first. */
  private secondTime(): number {
    const { heap } = this
    const one = heap.length > 1 ? heap[1]!.publishTime : Infinity
    const other = heap.length > 2 ? heap[2]!.publishTime : Infinity
    return one < other ? one : other
  }

  private removeFirst(): void {
    const { heap } = this
    this.finishedBytes += heap[0]!.bytesRead
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    this.siftDown()
  }

  private siftDown(): void {
    const { heap } = this
    const cursor = heap[0]!
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!this.isBefore(heap[child]!, cursor)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = cursor
  }

  private siftUp(from: number): void {
    const { heap } = this
    const cursor = heap[from]!
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.isBefore(cursor, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = cursor
  }
}
