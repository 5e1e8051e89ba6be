/** Where a recording's bytes are, and how they are got at. */
import { type ByteRange, readRange } from "./ByteRange.ts"
import { decode, type Encoding } from "./Encoding.ts"
import type { OnDamage } from "./RecordingProblem.ts"

/** Bytes on disk and how they are packed, outermost first. */
export interface PackedBytes {
  readonly range: ByteRange
  readonly encodings: ReadonlyArray<Encoding>
}

export interface RecordingSource extends PackedBytes {
  /** As problems name it: the file as given or found, a member of an archive behind a `!`. */
  readonly name: string
  readonly file: string
  /** Its path within the archive, with a `!` between archives; null for a file that is none. */
  readonly member: string | null
}

/** A source's bytes, unpacked. */
export const openSource = (
  source: PackedBytes,
  onDamage: OnDamage,
  onRead: (bytes: number) => void
): AsyncGenerator<Uint8Array, void> =>
  source.encodings.reduce(
    (bytes, encoding) => decode(encoding, bytes, onDamage),
    readRange(source.range, onDamage, onRead)
  )

/** A file as it lies there. */
export const fileSource = (path: string, size: number): RecordingSource => ({
  name: path,
  file: path,
  member: null,
  range: { path, start: 0, end: size },
  encodings: []
})
