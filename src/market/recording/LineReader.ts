/** Chunks of bytes to stretches of whole lines, as they are: nothing is decoded, and but for lines across an edge not copied. */

const newlineByte = 0x0a
/** The longest line of the recordings at hand has 60 kB. */
export const maximumLineBytes = 16 * 1024 * 1024

export interface Stretch {
  /** Lines, each ended by a newline. */
  readonly bytes: Buffer
  /** The source has no newline behind the last line, which may be cut: this one was added. */
  readonly isLast: boolean
}

const newline = Buffer.of(newlineByte)

/** `onTooLong` is told of a line that is left out; a blank one stands for it. The chunks must not be used again. */
export async function* readStretches(
  source: AsyncIterable<Uint8Array>,
  onTooLong: () => void
): AsyncGenerator<Stretch, void> {
  let carried: Array<Buffer> = []
  let carriedBytes = 0
  let isSkipping = false
  for await (const piece of source) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let start = 0
    const first = chunk.indexOf(newlineByte)
    if (carriedBytes > 0 || isSkipping || first < 0) {
      const end = first < 0 ? chunk.length : first + 1
      if (!isSkipping) {
        carried.push(chunk.subarray(0, end))
        carriedBytes += end
        if (carriedBytes > maximumLineBytes) {
          onTooLong()
          carried = []
          carriedBytes = 0
          isSkipping = true
        }
      }
      if (first < 0) continue
      yield { bytes: isSkipping ? newline : Buffer.concat(carried), isLast: false }
      carried = []
      carriedBytes = 0
      isSkipping = false
      start = end
    }
    const last = chunk.lastIndexOf(newlineByte) + 1
    if (start < last) yield { bytes: chunk.subarray(start, last), isLast: false }
    if (last < chunk.length) {
      carriedBytes = chunk.length - last
      // Copied, so that the rest of a line does not keep a chunk.
      carried.push(Buffer.from(chunk.subarray(last)))
    }
  }
  if (carriedBytes > 0) yield { bytes: Buffer.concat([...carried, newline]), isLast: true }
}
