/**
 * A place in a message's bytes and the small things read there: keys, numbers, the way from one thing to the next. Numbers
 * are read digit by digit where that gives what `JSON.parse` and rounding would give, and by `Number` where it might not.
 *
 * Hot. Gotcha: constants of this module are folded into the machine code, imported ones are loaded each time; so the few
 * that matter are written down here once more.
 */
import { skipFalse, skipNull, skipNumber, skipString, skipTrue, skipValue } from "./JsonBytes.ts"

const space = 0x20
const quote = 0x22
const comma = 0x2c
const dot = 0x2e
const zero = 0x30
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const letterB = 0x62
const letterE = 0x65
const letterF = 0x66
const letterN = 0x6e
const letterT = 0x74
/** Makes a small letter of a capital. */
const lower = 0x20
/** Digits before the dot that, with two behind it, make a 32-bit integer. */
const shortDigits = 7
/** Any number of so many digits is a 32-bit integer. */
const integerDigits = 9
const powersOfTen = Float64Array.from({ length: integerDigits + 1 }, (_, exponent) => 10 ** exponent)

const definitionKey = "marketDefinition"

export class ByteReader {
  protected bytes: Buffer = Buffer.alloc(0)
  protected at = 0
  /** Where the last key began. */
  private keyAt = 0

  /** Into an object: 1 when something is in it, 0 behind an empty one, -1 when it is none. */
  protected enterObject(): number {
    return this.bytes[this.at] === openBrace ? this.enter(closeBrace) : -1
  }

  protected enterList(): number {
    return this.bytes[this.at] === openBracket ? this.enter(closeBracket) : -1
  }

  /** From a value to the next key: 1, 0 behind the object, -1 when neither a comma nor the end comes. */
  protected nextInObject(): number {
    return this.next(closeBrace)
  }

  protected nextInList(): number {
    return this.next(closeBracket)
  }

  /**
   * Past a key and its colon, to the value. A key of up to four letters is these as one number; -2, -3 and -4 are `bdatb`,
   * `bdatl` and `marketDefinition`; 0 is some other, -1 is no plain key. A number that nobody knows may stand for nonsense,
   * which `skipUnknown` tells.
   */
  protected key(): number {
    const { bytes } = this
    let { at } = this
    if (bytes[at] !== quote) return -1
    this.keyAt = at
    let code = (bytes[at + 1]! << 8) | bytes[at + 2]!
    if (bytes[at + 3] === quote) at += 4
    else {
      code = (code << 8) | bytes[at + 3]!
      if (bytes[at + 4] !== quote) return this.longKey()
      at += 5
    }
    if (bytes[at] !== colon) return this.longKey()
    at++
    if (bytes[at] === space) at = this.pastSpaces(at)
    this.at = at
    return code
  }

  /** Passes the value of the last key, if that was a plain one. */
  protected skipUnknown(): boolean {
    const { bytes } = this
    let at = this.keyAt + 1
    for (; bytes[at] !== quote; at++) if (bytes[at]! < space || bytes[at] === backslash) return false
    if (bytes[++at] === space) at = this.pastSpaces(at)
    if (bytes[at++] !== colon) return false
    if (bytes[at] === space) at = this.pastSpaces(at)
    // Elsewhere: a quote was among the letters.
    if (at !== this.at) return false
    return this.skip()
  }

  protected skip(): boolean {
    const end = skipValue(this.bytes, this.at)
    this.at = end
    return end >= 0
  }

  /** As `skip`, for what is mostly `true` or `false`. */
  protected skipFlag(): boolean {
    const { at, bytes } = this
    const end = bytes[at] === letterT ? skipTrue(bytes, at) : bytes[at] === letterF ? skipFalse(bytes, at) : -1
    if (end < 0) return this.skip()
    this.at = end
    return true
  }

  /** Passes a `null`, if that is what comes. */
  protected isNull(): boolean {
    if (this.bytes[this.at] !== letterN) return false
    const end = skipNull(this.bytes, this.at)
    if (end < 0) return false
    this.at = end
    return true
  }

  /** Passes a string, if it is this one. */
  protected isText(text: string): boolean {
    const { bytes } = this
    const start = this.at + 1
    if (bytes[this.at] !== quote || bytes[start + text.length] !== quote) return false
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
    this.at = start + text.length + 1
    return true
  }

  /** A whole number from 0 up to fifteen digits, -1 when it is none. */
  protected integer(): number {
    const { bytes } = this
    const start = this.at
    let at = start
    let value = 0
    // A digit's byte differs from the zero's in the bits of its value, every other byte in more.
    let digit = bytes[at]! ^ zero
    while (digit <= 9 && at - start < integerDigits) {
      value = (value * 10 + digit) | 0
      digit = bytes[++at]! ^ zero
    }
    const count = at - start
    if (count === 0 || (count > 1 && bytes[start] === zero)) return -1
    this.at = at
    return digit > 9 ? value : this.longInteger(value, at)
  }

  /** A non-negative number in hundredths, rounded as `toPrice` and `toSize` do; -1 when it is none. */
  protected hundredths(): number {
    const { bytes } = this
    const start = this.at
    let at = start
    let value = 0
    let digit = bytes[at]! ^ zero
    while (digit <= 9 && at - start <= shortDigits) {
      value = (value * 10 + digit) | 0
      digit = bytes[++at]! ^ zero
    }
    const count = at - start
    if (count === 0 || count > shortDigits || (count > 1 && bytes[start] === zero)) return this.rounded(start)
    value = (value * 100) | 0
    if (bytes[at] === dot) {
      const tenths = bytes[at + 1]! ^ zero
      if (tenths > 9) return -1
      value = (value + tenths * 10) | 0
      at += 2
      const last = bytes[at]! ^ zero
      if (last <= 9) {
        value = (value + last) | 0
        at++
        if ((bytes[at]! ^ zero) <= 9) return this.rounded(start)
      }
    }
    if ((bytes[at]! | lower) === letterE) return this.rounded(start)
    this.at = at
    return value
  }

  /** A number just as `JSON.parse` reads it; NaN when it is none. */
  protected decimal(): number {
    const { bytes } = this
    const start = this.at
    const end = skipNumber(bytes, start)
    if (end < 0) return Number.NaN
    this.at = end
    if (end - start > integerDigits) return Number(bytes.toString("latin1", start, end))
    let value = 0
    let point = end
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! ^ zero
      if (digit <= 9) value = (value * 10 + digit) | 0
      else if (bytes[i] === dot) point = i + 1
      else return Number(bytes.toString("latin1", start, end))
    }
    // A quotient of two such integers is the double nearest to it, as is what a decimal is parsed to.
    return value / powersOfTen[end - point]!
  }

  /** A projected starting price, 0 when there is none to give, -1 when it is not understood. */
  protected startingPrice(): number {
    const { at, bytes } = this
    const byte = bytes[at]
    if (byte === letterN) return this.isNull() ? 0 : -1
    if (byte === quote) return this.isText("NaN") || this.isText("Infinity") ? 0 : -1
    const price = this.decimal()
    return price >= 0 && Number.isFinite(price) ? price : -1
  }

  private enter(close: number): number {
    const { bytes } = this
    let at = this.at + 1
    if (bytes[at] === space) at = this.pastSpaces(at)
    if (bytes[at] !== close) {
      this.at = at
      return 1
    }
    this.at = at + 1
    return 0
  }

  private next(close: number): number {
    const { bytes } = this
    let { at } = this
    if (bytes[at] === space) at = this.pastSpaces(at)
    const byte = bytes[at++]
    if (byte === comma) {
      if (bytes[at] === space) at = this.pastSpaces(at)
      this.at = at
      return 1
    }
    this.at = at
    return byte === close ? 0 : -1
  }

  private pastSpaces(from: number): number {
    const { bytes } = this
    let at = from + 1
    while (bytes[at] === space) at++
    return at
  }

  private longKey(): number {
    const { bytes } = this
    const start = this.at + 1
    const end = skipString(bytes, this.at) - 1
    if (end < 0) return -1
    let code = 0
    for (let i = start; i < end; i++) {
      if (bytes[i] === backslash) return -1
      code = (code << 8) | bytes[i]!
    }
    const isDefinition = end - start === definitionKey.length && this.isText(definitionKey)
    let at = end + 1
    if (bytes[at] === space) at = this.pastSpaces(at)
    if (bytes[at++] !== colon) return -1
    if (bytes[at] === space) at = this.pastSpaces(at)
    this.at = at
    if (isDefinition) return -4
    const isVirtual = end - start === 5 && bytes[start] === letterB
    if (isVirtual && code === 0x6461_7462) return -2
    if (isVirtual && code === 0x6461_746c) return -3
    return end - start <= 4 && code > 0 ? code : 0
  }

  private longInteger(first: number, from: number): number {
    const { bytes } = this
    let at = from
    let rest = 0
    for (let digit = bytes[at]! ^ zero; digit <= 9; digit = bytes[++at]! ^ zero) {
      if (at - from >= 6) return -1
      rest = (rest * 10 + digit) | 0
    }
    this.at = at
    return first * powersOfTen[at - from]! + rest
  }

  /** By way of `Number`; -1 also for what rounds to nothing and is something. */
  private rounded(start: number): number {
    this.at = start
    const value = this.decimal()
    const hundredths = Math.round(value * 100)
    return hundredths > 0 || Object.is(value, 0) ? hundredths : -1
  }
}
