/**
 * Lines out of bytes, however they were cut in chunks. A line ends with LF, so a CRLF may be cut in two, and a character of
 * several bytes too: nothing is decoded here. The exchange ends lines with CRLF, and JSON has no newline inside.
 */

/** The largest image known (an unsegmented one of a big event) has half a megabyte. */
export const maximumLineBytes = 16 * 1024 * 1024

const newline = 0x0a
const carriageReturn = 0x0d

export class Lines {
  /** Longest line in bytes. */
  readonly maximum: number
  /** The beginning of a line whose end has not come. */
  private carried: Array<Buffer> = []
  private carriedBytes = 0

  constructor(maximum = maximumLineBytes) {
    this.maximum = maximum
  }

  /**
   * Adds a chunk, which must not be written to any more; the lines that have come to their end, each with its LF. Blank ones
   * are left out. Null: a line is too long, and what follows cannot be used.
   */
  push(chunk: Buffer): ReadonlyArray<Buffer> | null {
    const lines: Array<Buffer> = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.complete(chunk.subarray(start, end + 1))
      if (line.length > this.maximum) return null
      if (!isBlank(line)) lines.push(line)
      start = end + 1
    }
    if (start < chunk.length) {
      this.carried.push(chunk.subarray(start))
      this.carriedBytes += chunk.length - start
    }
    return this.carriedBytes > this.maximum ? null : lines
  }

  private complete(end: Buffer): Buffer {
    if (this.carriedBytes === 0) return end
    const line = Buffer.concat([...this.carried, end])
    this.carried = []
    this.carriedBytes = 0
    return line
  }
}

const isBlank = (line: Buffer): boolean => line.length === 1 || (line.length === 2 && line[0] === carriageReturn)
