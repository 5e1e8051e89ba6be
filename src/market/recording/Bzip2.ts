/**
 * bzip2, block by block. The WebAssembly decoder at hand (libbzip2 itself) wants a whole stream at once; a bzip2 stream
 * however is a row of independent blocks, each behind a 48-bit mark that stands at any bit. So the marks are sought, each
 * block is shifted to a byte's edge and given a header and an end of its own, and the decoder sees many small streams. Never
 * more than one block (900 kB) is held, files of several streams are read through, and a damaged block costs only itself.
 *
 * Format: the block's mark is the first digits of pi, the end's those of its square root, each followed by a 32-bit
 * checksum; the end's checksum equals the block's when there is one block.
 */
import Bzip2 from "@foxglove/wasm-bz2"
import type { OnDamage } from "./RecordingProblem.ts"

const blockMark = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
const endMark = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
const markBits = 48
/** Level 9, the largest block; it fits smaller ones. */
const header = [0x42, 0x5a, 0x68, 0x39]
const blockBytes = 900_000
/** Runs of one byte are packed before the block is, 255 to 5: the most a block can unfold to. */
const maximumOutput = 51 * blockBytes
/** A block's compressed size never exceeds this; a longer stretch without a mark is no bzip2. */
const maximumInput = 2 * 1024 * 1024

/** For each value of a byte, the bits (as a mask) of the byte before it at which a mark could begin. */
const candidates = (() => {
  const table = new Uint8Array(256)
  for (const mark of [blockMark, endMark]) {
    for (let shift = 0; shift < 8; shift++) {
      const byte = shift === 0 ? mark[1]! : ((mark[0]! << (8 - shift)) | (mark[1]! >> shift)) & 0xff
      table[byte]! |= 1 << shift
    }
  }
  return table
})()

/** The byte whose first bit is bit `shift` of `bytes[index]`. */
const byteAt = (bytes: Uint8Array, index: number, shift: number): number =>
  shift === 0 ? bytes[index]! : ((bytes[index]! << shift) | (bytes[index + 1]! >> (8 - shift))) & 0xff

const isMark = (mark: ReadonlyArray<number>, bytes: Uint8Array, index: number, shift: number): boolean => {
  for (let i = 0; i < mark.length; i++) if (byteAt(bytes, index + i, shift) !== mark[i]) return false
  return true
}

interface Mark {
  /** Bit position. */
  readonly at: number
  readonly isEnd: boolean
}

/** The first mark at or behind bit `from`, or null when none stands whole in the `length` bytes. */
const findMark = (bytes: Uint8Array, length: number, from: number): Mark | null => {
  // A mark that begins inside a byte ends inside the seventh; the byte after the first gives it away.
  for (let index = from >> 3; index + 7 <= length; index++) {
    let shifts = candidates[bytes[index + 1]!]!
    if (shifts === 0) continue
    for (let shift = 0; shifts !== 0; shift++, shifts >>= 1) {
      if ((shifts & 1) === 0 || index * 8 + shift < from) continue
      if (isMark(blockMark, bytes, index, shift)) return { at: index * 8 + shift, isEnd: false }
      if (isMark(endMark, bytes, index, shift)) return { at: index * 8 + shift, isEnd: true }
    }
  }
  return null
}

/** A stream of its own around the block in bits [from, to). */
const frame = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
  const bits = to - from
  const framed = new Uint8Array(header.length + Math.ceil((bits + markBits + 32) / 8))
  framed.set(header)
  const whole = bits >> 3
  const rest = bits & 7
  const start = from >> 3
  const shift = from & 7
  if (shift === 0) framed.set(bytes.subarray(start, start + whole), header.length)
  else {
    let byte = bytes[start]!
    for (let i = 0; i < whole; i++) {
      const next = bytes[start + i + 1]!
      framed[header.length + i] = (byte << shift) | (next >> (8 - shift))
      byte = next
    }
  }
  let last = header.length + whole
  const end = [...endMark, framed[10]!, framed[11]!, framed[12]!, framed[13]!]
  if (rest === 0) framed.set(end, last)
  else {
    framed[last] = byteAt(bytes, start + whole, shift) & (0xff << (8 - rest))
    for (const byte of end) {
      framed[last]! |= byte >> rest
      framed[++last] = (byte << (8 - rest)) & 0xff
    }
  }
  return framed
}

let decoder: Promise<Bzip2> | null = null

const unfold = (bzip2: Bzip2, framed: Uint8Array): Uint8Array | null => {
  for (let size = blockBytes + 150_000; ; size = Math.min(size * 4, maximumOutput)) {
    try {
      return bzip2.decompress(framed, size)
    } catch (error) {
      const isFull = error instanceof Error && error.message.includes(": -8 ")
      if (!isFull || size === maximumOutput) return null
    }
  }
}

const newline = Uint8Array.of(10)

export async function* bunzip2(
  source: AsyncIterable<Uint8Array>,
  onDamage: OnDamage
): AsyncGenerator<Uint8Array, void> {
  decoder ??= Bzip2.init()
  const bzip2 = await decoder
  let held = new Uint8Array(64 * 1024)
  let length = 0
  /** Bit at which the block under way begins; -1 between blocks. */
  let block = -1
  /** Bit from which the next mark is sought. */
  let sought = 0
  let isEnded = false
  for await (const chunk of source) {
    if (length + chunk.length + 1 > held.length) {
      const grown = new Uint8Array(2 * (length + chunk.length))
      grown.set(held.subarray(0, length))
      held = grown
    }
    held.set(chunk, length)
    length += chunk.length
    for (let mark = findMark(held, length, sought); mark !== null; mark = findMark(held, length, sought)) {
      if (block >= 0) {
        const bytes = unfold(bzip2, frame(held, block, mark.at))
        if (bytes === null) {
          onDamage("CORRUPT", "a block of the bzip2 data does not decode: it is left out")
          yield newline
        } else yield bytes
      }
      block = mark.isEnd ? -1 : mark.at
      isEnded = mark.isEnd
      sought = mark.at + markBits
    }
    // A mark may stand across the edge of what is here.
    sought = Math.max(sought, (length - 7) * 8)
    if (block >= 0 && length - (block >> 3) > maximumInput) {
      onDamage("CORRUPT", "no end of a bzip2 block where one must be")
      yield newline
      block = -1
    }
    const keep = (block >= 0 ? block : sought) >> 3
    if (keep > 0) {
      held.copyWithin(0, keep, length)
      length -= keep
      sought -= keep * 8
      if (block >= 0) block -= keep * 8
    }
  }
  if (!isEnded) onDamage("TRUNCATED", "the bzip2 data ends before its last block does")
}
