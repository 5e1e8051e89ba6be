/**
 * What a `RecordingFinder` comes to soon, given to workers to unpack in the meantime. Whatever goes wrong here is found
 * again, and told, when it is its turn.
 */
import { statSync } from "node:fs"
import { readAt } from "./ByteRange.ts"
import { detect, type Encoding, headBytes } from "./Encoding.ts"
import { fileSource, type RecordingSource } from "./RecordingSource.ts"
import type { Unpacked, Unpackers } from "./Unpackers.ts"

/** How many files or members ahead. */
export const foreseenCount = 8

interface Foreseen {
  /** Under those that were known. */
  readonly found: ReadonlyArray<Encoding>
  readonly unpacked: Unpacked
}

export class Foresight {
  private readonly foreseen = new Map<string, Foreseen>()
  private readonly unpackers: Unpackers

  constructor(unpackers: Unpackers) {
    this.unpackers = unpackers
  }

  path(path: string): void {
    try {
      const found = statSync(path)
      if (found.isFile()) this.source(fileSource(path, found.size))
    } catch {
      return
    }
  }

  source(source: RecordingSource): void {
    const key = keyOf(source)
    if (this.foreseen.has(key)) return
    const found = source.encodings.length > 0 ? [] : encodingsOf(source)
    const unpacked = this.unpackers.open({ range: source.range, encodings: [...source.encodings, ...found] })
    if (unpacked !== null) this.foreseen.set(key, { found, unpacked })
  }

  take(source: RecordingSource): Foreseen | undefined {
    const key = keyOf(source)
    const foreseen = this.foreseen.get(key)
    this.foreseen.delete(key)
    return foreseen
  }
}

/** By place: an archive may have two members of one name. */
const keyOf = ({ range }: RecordingSource): string => `${range.start} ${range.path}`

const encodingsOf = (source: RecordingSource): ReadonlyArray<Encoding> => {
  try {
    const format = detect(readAt(source.range, 0, headBytes))
    return format === "gzip" || format === "bzip2" || format === "zstd" ? [{ _tag: format }] : []
  } catch {
    return []
  }
}
