/**
 * Chunks of bytes to stretches of whole lines, decoded at once: a stretch of a few hundred lines is one string, from which
 * each line is a slice. Stretches are short, whatever the chunks are, so that many recordings can be under way together.
 */

const newlineByte = 0x0a
const stretchBytes = 64 * 1024
/** The longest line of the recordings at hand has 60 kB. */
export const maximumLineBytes = 16 * 1024 * 1024

export interface Stretch {
  /** Lines, each ended by a newline but for the last of the source. */
  readonly text: string
  /** No newline comes after it: the last line may be cut. */
  readonly isLast: boolean
}

/** `onTooLong` is told of a line that is left out; a blank one stands for it. */
export async function* readStretches(
  source: AsyncIterable<Uint8Array>,
  onTooLong: () => void
): AsyncGenerator<Stretch, void> {
  let carried: Array<Uint8Array> = []
  let carriedBytes = 0
  let isSkipping = false
  for await (const chunk of source) {
    let start = 0
    const first = chunk.indexOf(newlineByte)
    if (carriedBytes > 0 || isSkipping || first < 0) {
      const end = first < 0 ? chunk.length : first + 1
      if (!isSkipping) {
        carried.push(chunk.slice(0, end))
        carriedBytes += end
        if (carriedBytes > maximumLineBytes) {
          onTooLong()
          carried = []
          carriedBytes = 0
          isSkipping = true
        }
      }
      if (first < 0) continue
      yield { text: isSkipping ? "\n" : decode(Buffer.concat(carried)), isLast: false }
      carried = []
      carriedBytes = 0
      isSkipping = false
      start = end
    }
    const last = chunk.lastIndexOf(newlineByte) + 1
    while (start < last) {
      const within = chunk.lastIndexOf(newlineByte, Math.min(start + stretchBytes, last) - 1) + 1
      const end = within > start ? within : chunk.indexOf(newlineByte, start) + 1
      yield { text: decode(chunk.subarray(start, end)), isLast: false }
      start = end
    }
    if (last < chunk.length) {
      carriedBytes = chunk.length - last
      carried.push(chunk.slice(last))
    }
  }
  if (carriedBytes > 0) yield { text: decode(Buffer.concat(carried)), isLast: true }
}

const decode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
