/**
 * Workers that read and unpack recordings before they are needed. Everything else, from lines to bets, stays in one thread
 * and takes the same bytes in the same chunks, so that results are the same with any number of workers. Nothing is unpacked
 * unless it is asked for here: what is needed now first, then what is needed soonest, up to a bound for all together.
 */
import type { Worker } from "node:worker_threads"
import * as CompiledWorker from "./CompiledWorker.ts"
import type { OnDamage } from "./RecordingProblem.ts"
import { openSource, type PackedBytes } from "./RecordingSource.ts"
import type { UnpackedPart, UnpackRequest } from "./UnpackWorker.ts"

/** Unpacked and not yet taken, of all recordings together. */
export const maximumAheadBytes = 12 * 1024 * 1024
/** What a part that is being unpacked is reckoned at: a block of bzip2 is one. */
const usualPartBytes = 1024 * 1024
/** Of one recording, so that those that follow get their share. */
const maximumParts = 6
/** Enough that a worker need not wait for the next request. */
const maximumAsked = 2
/** Where less is packed, the main thread is through before a worker has started. */
const startBytes = 512 * 1024
/** The least that is worth a message, as packed: bzip2 and LZMA take ten times as long as the others. */
const leastSlowBytes = 2 * 1024
const leastQuickBytes = 64 * 1024
/** What is needed before a worker has come to it and is not larger, as packed, the main thread unpacks in place of waiting. */
const leastAwaitedBytes = 128 * 1024

interface Unpacker {
  readonly thread: Worker
  /** Parts it was asked for and has not handed over. */
  asked: number
  isGone: boolean
}

const bytesOf = (part: UnpackedPart): number =>
  part.steps.reduce((sum, step) => (step._tag === "bytes" ? sum + step.bytes.length : sum), 0)

/** A recording that is unpacked by a worker. */
export class Unpacked {
  readonly id: number
  readonly source: PackedBytes
  /** The publish time at which its next bytes are needed: of two recordings, the earlier is unpacked first. */
  position: () => number
  unpacker: Unpacker | null = null
  asked = 0
  isRead = false
  isOver = false
  /** No worker unpacks it any more: what was not handed over is unpacked by whoever reads it. */
  isLost = false
  readonly ready: Array<UnpackedPart> = []
  onReady: (() => void) | null = null
  private readonly pool: Unpackers

  constructor(id: number, source: PackedBytes, pool: Unpackers) {
    this.id = id
    // Of those that nobody reads yet the last one first: the main thread comes from the other side and helps.
    this.position = () => -1 - id
    this.source = { range: source.range, encodings: [...source.encodings] }
    this.pool = pool
  }

  /** As `openSource`. */
  async *read(onDamage: OnDamage, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array, void> {
    this.isRead = true
    let given = 0
    let read = 0
    try {
      for (;;) {
        const part = await this.pool.take(this)
        if (part === null) return yield* readBehind(this.source, given, read, onDamage, onRead)
        for (const step of part.steps) {
          if (step._tag === "bytes") {
            given += step.bytes.length
            yield step.bytes
          } else if (step._tag === "read") {
            read += step.bytes
            onRead(step.bytes)
          } else onDamage(step.kind, step.message)
        }
        if (part.isOver) return
      }
    } finally {
      this.close()
    }
  }

  close(): void {
    this.pool.forget(this)
  }
}

/** A source without what was already given and read of it. Its damage is told again. */
async function* readBehind(
  source: PackedBytes,
  given: number,
  read: number,
  onDamage: OnDamage,
  onRead: (bytes: number) => void
): AsyncGenerator<Uint8Array, void> {
  let toSkip = given
  let counted = 0
  const count = (bytes: number): void => {
    const before = Math.max(counted, read)
    counted += bytes
    if (counted > before) onRead(counted - before)
  }
  for await (const chunk of openSource(source, onDamage, count)) {
    const skipped = Math.min(toSkip, chunk.length)
    toSkip -= skipped
    if (skipped < chunk.length) yield chunk.subarray(skipped)
  }
}

export class Unpackers {
  /** The most that was unpacked and not yet taken at any time, in bytes. */
  mostAheadBytes = 0
  private workers: Array<Unpacker> = []
  private readonly unpacked = new Map<number, Unpacked>()
  private maximumWorkers: number
  private readonly script: URL
  private opened = 0
  private offeredBytes = 0
  private readyBytes = 0
  private isReadingAhead = false
  private isClosed = false

  /** @param script what the workers run */
  constructor(maximumWorkers: number, script = new URL("./UnpackWorker.ts", import.meta.url)) {
    this.maximumWorkers = maximumWorkers
    this.script = script
  }

  /** Has a source unpacked, its first part at once; null when it is not worth it, or nothing is packed in it. */
  open(source: PackedBytes): Unpacked | null {
    if (!this.isWorth(source)) return null
    const unpacked = new Unpacked(this.opened++, source, this)
    this.unpacked.set(unpacked.id, unpacked)
    this.ask()
    return unpacked
  }

  /** All recordings are found: from now on those that are open are unpacked ahead of what is asked for. */
  readAhead(): void {
    this.isReadingAhead = true
    this.ask()
  }

  /** The next part; null when its worker is no more. For `Unpacked` only. */
  async take(unpacked: Unpacked): Promise<UnpackedPart | null> {
    if (unpacked.unpacker === null) unpacked.isLost = isSmall(unpacked.source)
    while (unpacked.ready.length === 0 && !unpacked.isLost) {
      await new Promise<void>((resolve) => {
        unpacked.onReady = resolve
        this.ask()
      })
    }
    const part = unpacked.ready.shift() ?? null
    if (part !== null) this.readyBytes -= bytesOf(part)
    this.ask()
    return part
  }

  /** For `Unpacked` only. */
  forget(unpacked: Unpacked): void {
    if (!this.unpacked.delete(unpacked.id)) return
    for (const part of unpacked.ready) this.readyBytes -= bytesOf(part)
    unpacked.ready.length = 0
    if (!unpacked.isOver) this.send(unpacked, { _tag: "close", id: unpacked.id })
    this.ask()
  }

  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(this.workers.map(({ thread }) => thread.terminate()))
    this.workers = []
  }

  private isWorth(source: PackedBytes): boolean {
    const { encodings } = source
    if (encodings.length === 0 || this.maximumWorkers === 0 || this.isClosed) return false
    const size = sizeOf(source)
    const isSlow = encodings.some(({ _tag }) => _tag === "bzip2" || _tag === "lzma")
    if (size < (isSlow ? leastSlowBytes : leastQuickBytes)) return false
    this.offeredBytes += size
    return this.offeredBytes >= startBytes
  }

  /** Gives the workers what is most urgent, and starts another one when all have enough to do. */
  private ask(): void {
    if (this.isClosed) return
    for (const worker of this.workers) this.askOf(worker)
    while (this.workers.length < this.maximumWorkers && this.mostUrgent(null) !== null) this.askOf(this.start())
  }

  private askOf(worker: Unpacker): void {
    while (worker.asked < maximumAsked) {
      const next = this.mostUrgent(worker)
      if (next === null) return
      const isFirst = next.unpacker === null
      next.unpacker = worker
      next.asked++
      // A process need not stay for a worker that has nothing to do.
      if (worker.asked++ === 0) worker.thread.ref()
      this.send(next, { _tag: "next", id: next.id, source: isFirst ? next.source : null })
    }
  }

  /** What this worker is to unpack next; without a worker, what any could begin. */
  private mostUrgent(worker: Unpacker | null): Unpacked | null {
    let first: Unpacked | null = null
    let firstPosition = Infinity
    const asked = this.workers.reduce((sum, { asked }) => sum + asked, 0)
    const isFull = this.readyBytes + (asked + 1) * usualPartBytes > maximumAheadBytes
    for (const unpacked of this.unpacked.values()) {
      if (unpacked.isOver || unpacked.isLost || (unpacked.unpacker !== worker && unpacked.unpacker !== null)) continue
      const parts = unpacked.asked + unpacked.ready.length
      const isNeeded = parts === 0 && unpacked.onReady !== null
      if (!isNeeded && (isFull || parts >= this.partsAheadOf(unpacked))) continue
      const position = isNeeded ? -Infinity : unpacked.position()
      if (first === null || position < firstPosition) {
        first = unpacked
        firstPosition = position
      }
    }
    return first
  }

  private partsAheadOf(unpacked: Unpacked): number {
    if (!unpacked.isRead) return 1
    return this.isReadingAhead ? maximumParts : 0
  }

  private send(unpacked: Unpacked, request: UnpackRequest): void {
    if (unpacked.unpacker?.isGone === false) unpacked.unpacker.thread.postMessage(request, [])
  }

  private start(): Unpacker {
    const thread = CompiledWorker.start(this.script)
    const worker: Unpacker = { thread, asked: 0, isGone: false }
    thread.unref()
    thread.on("message", (part: UnpackedPart) => this.receive(worker, part))
    // What there is to do about it, is done when it exits.
    thread.on("error", () => undefined)
    thread.on("exit", () => this.lose(worker))
    this.workers.push(worker)
    return worker
  }

  private receive(worker: Unpacker, part: UnpackedPart): void {
    // Gotcha: a worker that is let go of while it is terminated never tells its end to an otherwise idle process.
    if (this.isClosed) return
    if (--worker.asked === 0) worker.thread.unref()
    const unpacked = this.unpacked.get(part.id)
    if (unpacked !== undefined && !unpacked.isOver) {
      unpacked.asked--
      unpacked.isOver = part.isOver
      unpacked.ready.push(part)
      this.readyBytes += bytesOf(part)
      this.mostAheadBytes = Math.max(this.mostAheadBytes, this.readyBytes)
      tell(unpacked)
    }
    this.ask()
  }

  /** A worker that died is not replaced: whatever killed it would again. */
  private lose(worker: Unpacker): void {
    worker.isGone = true
    if (this.isClosed) return
    this.workers = this.workers.filter((other) => other !== worker)
    this.maximumWorkers--
    for (const unpacked of this.unpacked.values()) {
      const hasNone = unpacked.unpacker === null && this.maximumWorkers === 0
      if (unpacked.isOver || (unpacked.unpacker !== worker && !hasNone)) continue
      unpacked.isLost = true
      tell(unpacked)
    }
    this.ask()
  }
}

const sizeOf = ({ range }: PackedBytes): number => range.end - range.start

const isSmall = (source: PackedBytes): boolean => sizeOf(source) < leastAwaitedBytes

const tell = (unpacked: Unpacked): void => {
  unpacked.onReady?.()
  unpacked.onReady = null
}
