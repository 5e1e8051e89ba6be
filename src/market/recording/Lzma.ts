/**
 * LZMA as zip files hold it (method 14): a range decoder over adaptive bits, fed and drained in pieces. The decoders that
 * npm offers take and give whole files, so this is our own, after the specification; it stops before a symbol whose bytes
 * may not all be there yet and goes on when more arrive.
 *
 * Source: LZMA specification (7-Zip, `lzma-specification.7z`), zip APPNOTE 5.8.8 for the header before the data.
 */
import type { OnDamage } from "./RecordingProblem.ts"

/** No symbol takes more input than this. */
const symbolBytes = 32
const maximumDictionary = 128 * 1024 * 1024
const pieceBytes = 64 * 1024
const halfProbability = 1024

const probabilities = (count: number) => new Uint16Array(count).fill(halfProbability)

/** Lengths of matches, 2 to 273. */
class LengthModel {
  readonly choice = probabilities(2)
  readonly low = Array.from({ length: 16 }, () => probabilities(8))
  readonly middle = Array.from({ length: 16 }, () => probabilities(8))
  readonly high = probabilities(256)
}

class LzmaDecoder {
  /** The end marker was met, or the known size is reached. */
  isOver = false
  isCorrupt = false
  private input: Uint8Array = new Uint8Array(0)
  private next = 0
  private range = 0xffffffff
  private code = 0
  private window: Uint8Array
  private readonly dictionary: number
  /** Ends of the ring that were filled but not yet handed over. */
  private readonly full: Array<Uint8Array> = []
  private position = 0
  private flushed = 0
  private produced = 0
  private readonly size: number
  private state = 0
  private readonly reps = [0, 0, 0, 0]
  private readonly literalContext: number
  private readonly literalPositionMask: number
  private readonly positionMask: number
  private readonly literal: Uint16Array
  private readonly isMatch = probabilities(12 * 16)
  private readonly isRep = probabilities(12)
  private readonly isRep0 = probabilities(12)
  private readonly isRep0Long = probabilities(12 * 16)
  private readonly isRep1 = probabilities(12)
  private readonly isRep2 = probabilities(12)
  private readonly slots = Array.from({ length: 4 }, () => probabilities(64))
  private readonly special = probabilities(128)
  private readonly align = probabilities(16)
  private readonly lengths = new LengthModel()
  private readonly repLengths = new LengthModel()

  /** `size` is the unpacked size, Infinity when only the end marker tells. */
  constructor(properties: number, dictionary: number, size: number) {
    this.literalContext = properties % 9
    const rest = Math.floor(properties / 9)
    this.literalPositionMask = (1 << (rest % 5)) - 1
    this.positionMask = (1 << Math.floor(rest / 5)) - 1
    this.literal = probabilities(0x300 << (this.literalContext + (rest % 5)))
    this.dictionary = Math.max(dictionary, 4096)
    this.window = new Uint8Array(Math.min(this.dictionary, pieceBytes))
    this.size = size
  }

  /** The first five bytes: a zero and the first code. */
  start(bytes: Uint8Array): void {
    this.code = ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0
    this.isCorrupt = bytes[0] !== 0 || this.code === 0xffffffff
  }

  /** Decodes what `input` certainly suffices for, or at the end all of it; returns how many bytes it took. */
  *decode(input: Uint8Array, isLast: boolean): Generator<Uint8Array, number> {
    this.input = input
    this.next = 0
    const limit = isLast ? input.length : input.length - symbolBytes
    while (!this.isOver && !this.isCorrupt && this.next <= limit) {
      if (this.produced >= this.size) this.isOver = true
      else this.symbol()
      if (this.next > input.length) return this.next
      if (this.position - this.flushed >= pieceBytes || this.full.length > 0) yield* this.flush()
    }
    yield* this.flush()
    return this.next
  }

  private *flush(): Generator<Uint8Array, void> {
    yield* this.full
    this.full.length = 0
    if (this.position > this.flushed) yield this.window.slice(this.flushed, this.position)
    this.flushed = this.position
  }

  private put(byte: number): void {
    if (this.position === this.window.length) this.makeRoom()
    this.window[this.position++] = byte
    this.produced++
  }

  /** The window grows with the data up to the dictionary's size and is a ring from then on. */
  private makeRoom(): void {
    if (this.window.length === this.dictionary) {
      this.full.push(this.window.slice(this.flushed, this.position))
      this.position = 0
      this.flushed = 0
    } else {
      const grown = new Uint8Array(Math.min(this.dictionary, this.window.length * 2))
      grown.set(this.window)
      this.window = grown
    }
  }

  private bit(model: Uint16Array, index: number): number {
    const probability = model[index]!
    const bound = (this.range >>> 11) * probability
    let bit = 0
    if (this.code < bound) {
      this.range = bound
      model[index] = probability + ((2048 - probability) >> 5)
    } else {
      this.range -= bound
      this.code -= bound
      model[index] = probability - (probability >> 5)
      bit = 1
    }
    if (this.range < 0x1000000) this.refill()
    return bit
  }

  private refill(): void {
    this.range = (this.range << 8) >>> 0
    this.code = ((this.code << 8) | (this.input[this.next++] ?? 0)) >>> 0
  }

  private directBits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      this.range >>>= 1
      let bit = 0
      if (this.code >= this.range) {
        this.code -= this.range
        bit = 1
      }
      value = value * 2 + bit
      if (this.range < 0x1000000) this.refill()
    }
    return value
  }

  private tree(model: Uint16Array, bits: number): number {
    let symbol = 1
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(model, symbol)
    return symbol - (1 << bits)
  }

  private reverseTree(model: Uint16Array, offset: number, bits: number): number {
    let node = 1
    let symbol = 0
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(model, offset + node)
      node = (node << 1) | bit
      symbol |= bit << i
    }
    return symbol
  }

  private length(model: LengthModel, positionState: number): number {
    if (this.bit(model.choice, 0) === 0) return 2 + this.tree(model.low[positionState]!, 3)
    if (this.bit(model.choice, 1) === 0) return 10 + this.tree(model.middle[positionState]!, 3)
    return 18 + this.tree(model.high, 8)
  }

  private byteBack(distance: number): number {
    const index = this.position - distance - 1
    return this.window[index >= 0 ? index : index + this.window.length]!
  }

  private symbol(): void {
    const positionState = this.produced & this.positionMask
    const { state } = this
    if (this.bit(this.isMatch, (state << 4) + positionState) === 0) return this.literalSymbol()
    let length: number
    if (this.bit(this.isRep, state) === 0) {
      length = this.length(this.lengths, positionState)
      this.state = state < 7 ? 7 : 10
      this.reps.copyWithin(1, 0, 3)
      this.reps[0] = this.distance(length)
      if (this.reps[0] === 0xffffffff) {
        this.isOver = true
        return
      }
    } else {
      if (this.bit(this.isRep0, state) === 0) {
        if (this.bit(this.isRep0Long, (state << 4) + positionState) === 0) {
          this.state = state < 7 ? 9 : 11
          return this.copy(1)
        }
      } else {
        const index = this.bit(this.isRep1, state) === 0 ? 1 : 2 + this.bit(this.isRep2, state)
        const distance = this.reps[index]!
        this.reps.copyWithin(1, 0, index)
        this.reps[0] = distance
      }
      length = this.length(this.repLengths, positionState)
      this.state = state < 7 ? 8 : 11
    }
    this.copy(length)
  }

  private literalSymbol(): void {
    const before = this.produced === 0 ? 0 : this.byteBack(0)
    const context =
      ((this.produced & this.literalPositionMask) << this.literalContext) + (before >> (8 - this.literalContext))
    const offset = 0x300 * context
    let symbol = 1
    if (this.state >= 7) {
      let matched = this.byteBack(this.reps[0]!)
      do {
        const matchedBit = (matched >> 7) & 1
        matched <<= 1
        const bit = this.bit(this.literal, offset + ((1 + matchedBit) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (matchedBit !== bit) break
      } while (symbol < 0x100)
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(this.literal, offset + symbol)
    this.put(symbol & 0xff)
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6
  }

  private distance(length: number): number {
    const slot = this.tree(this.slots[Math.min(length - 2, 3)]!, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return base + this.reverseTree(this.special, base - slot, bits)
    return base + this.directBits(bits - 4) * 16 + this.reverseTree(this.align, 0, 4)
  }

  private copy(length: number): void {
    const distance = this.reps[0]!
    if (distance >= this.produced || distance >= this.dictionary) {
      this.isCorrupt = true
      return
    }
    for (let i = 0; i < length && this.produced < this.size; i++) this.put(this.byteBack(distance))
  }
}

/** Version (2 bytes), size of the properties (2), properties (5), a zero and the first code (5). */
const headerBytes = 14

/** Unpacks a zip member's data. `size` is its unpacked size, Infinity when unknown. */
export async function* unlzma(
  source: AsyncIterable<Uint8Array>,
  size: number,
  onDamage: OnDamage
): AsyncGenerator<Uint8Array, void> {
  let decoder: LzmaDecoder | null = null
  let held: Uint8Array = new Uint8Array(0)
  for await (const chunk of source) {
    held = Buffer.concat([held, chunk])
    if (decoder === null) {
      if (held.length < headerBytes) continue
      const view = new DataView(held.buffer, held.byteOffset)
      const dictionary = view.getUint32(5, true)
      if (view.getUint16(2, true) !== 5 || held[4]! >= 225) {
        return onDamage("CORRUPT", "the LZMA header is none")
      }
      if (dictionary > maximumDictionary) {
        return onDamage("UNSUPPORTED", `an LZMA dictionary of ${dictionary} bytes, more than ${maximumDictionary}`)
      }
      decoder = new LzmaDecoder(held[4]!, dictionary, size)
      decoder.start(held.subarray(9))
      held = held.subarray(headerBytes)
    }
    held = held.subarray(yield* decoder.decode(held, false))
    if (decoder.isOver) return
    if (decoder.isCorrupt) return onDamage("CORRUPT", "the LZMA data does not decode")
  }
  if (decoder === null) return onDamage("TRUNCATED", "the LZMA data ends within its header")
  yield* decoder.decode(held, true)
  if (decoder.isCorrupt) onDamage("CORRUPT", "the LZMA data does not decode")
  else if (!decoder.isOver) onDamage("TRUNCATED", "the LZMA data ends before its end")
}
