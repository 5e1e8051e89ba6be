/**
 * Chunks of bytes to stretches of whole lines, decoded at once: a stretch of a few hundred lines is one string, from which
 * each line is a slice.
 */

const newlineByte = 0x0a
/** The longest line of the recordings at hand has 60 kB. */
export const maximumLineBytes = 16 * 1024 * 1024

export interface Stretch {
  /** Lines, each ended by a newline but for the last of the source. */
  readonly text: string
  /** No newline comes after it: the last line may be cut. */
  readonly isLast: boolean
}

/** `onTooLong` is told of a line that is left out. */
export async function* readStretches(
  source: AsyncIterable<Uint8Array>,
  onTooLong: () => void
): AsyncGenerator<Stretch, void> {
  let carried: Array<Uint8Array> = []
  let carriedBytes = 0
  let isSkipping = false
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(newlineByte)
    if (end < 0) {
      if (isSkipping) continue
      carried.push(chunk)
      carriedBytes += chunk.length
      if (carriedBytes <= maximumLineBytes) continue
      carried = []
      carriedBytes = 0
      isSkipping = true
      onTooLong()
      continue
    }
    // A line that is skipped counts as a blank one, so that the numbers of those after it are right.
    const start = isSkipping ? chunk.indexOf(newlineByte) : 0
    isSkipping = false
    const whole = chunk.subarray(start, end + 1)
    yield { text: decode(carriedBytes === 0 ? whole : Buffer.concat([...carried, whole])), isLast: false }
    carriedBytes = chunk.length - end - 1
    carried = carriedBytes > 0 ? [chunk.slice(end + 1)] : []
  }
  if (carriedBytes > 0) yield { text: decode(Buffer.concat(carried)), isLast: true }
}

const decode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
