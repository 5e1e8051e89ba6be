/**
 * A stretch of a file. A recording on disk is one, and so is a member of a tar or zip, so that members are read in any
 * order without unpacking. The file is open only while a chunk is being read: thousands of recordings may be under way
 * at once and no descriptor is held.
 *
 * Chunks are read synchronously: most of the time it takes to have one read elsewhere goes into asking for it.
 */
import { closeSync, openSync, readSync } from "node:fs"
import type { OnDamage } from "./RecordingProblem.ts"

export interface ByteRange {
  readonly path: string
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
}

const chunkBytes = 64 * 1024

/** Up to `length` bytes from `offset` on within the range; fewer at its end. */
export const readAt = (range: ByteRange, offset: number, length: number): Buffer => {
  const start = range.start + offset
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, range.end - start)))
  const file = openSync(range.path, "r")
  try {
    let filled = 0
    while (filled < buffer.length) {
      const bytesRead = readSync(file, buffer, filled, buffer.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  } finally {
    closeSync(file)
  }
}

/** The bytes in chunks of their own. `onRead` is told how many came from disk. */
export async function* readRange(
  range: ByteRange,
  onDamage: OnDamage,
  onRead: (bytes: number) => void
): AsyncGenerator<Uint8Array, void> {
  const length = range.end - range.start
  for (let offset = 0; offset < length;) {
    let chunk: Buffer
    try {
      chunk = readAt(range, offset, chunkBytes)
    } catch (error) {
      return onDamage("UNREADABLE", error instanceof Error ? error.message : String(error))
    }
    if (chunk.length === 0) return onDamage("TRUNCATED", "the file is shorter than it was")
    offset += chunk.length
    onRead(chunk.length)
    yield chunk
  }
}
