/** The lists of a runner's change, onto a tape: most of what the exchange sends is pairs of a price and a size. */
import { maximumLevels, maximumPrice, maximumSize } from "../RunnerFeed.ts"
import { ByteReader } from "./ByteReader.ts"
import { listWords, MessageTape } from "./MessageTape.ts"

const highestPrice = maximumPrice
const largestSize = maximumSize
const space = 0x20
const comma = 0x2c
const zero = 0x30
/** What a dot differs from the zero in, as a digit does in its value. */
const dot = 0x2e ^ zero
const openBracket = 0x5b
const closeBracket = 0x5d
/** Digits before the dot that, with two behind it, make a 32-bit integer. */
const shortDigits = 7

export class ListReader extends ByteReader {
  /** What is read is written here, behind what stands on it. */
  tape = new MessageTape()

  /** A list of prices and sizes, as the given one of `listFields`. */
  protected pairs(field: number): boolean {
    return this.plainPairs(field) || this.anyPairs(field)
  }

  /**
   * Pairs as the exchange writes them: digits with up to two behind a dot, and at most one space behind a comma. Nearly all
   * bytes of a recording are read here, so all is in one piece and the place in a local variable. False, and nothing has
   * happened, when there is anything else.
   */
  private plainPairs(field: number): boolean {
    const { bytes, tape } = this
    const head = tape.length
    let { words } = tape
    let to = head + listWords
    let { at } = this
    if (bytes[at] !== openBracket || bytes[at + 1] !== openBracket) return false
    at += 2
    for (;;) {
      let start = at
      let price = bytes[at]! ^ zero
      let digit = bytes[++at]! ^ zero
      if (price > 9 || (price === 0 && digit <= 9)) return false
      for (; digit <= 9; digit = bytes[++at]! ^ zero) price = (price * 10 + digit) | 0
      if (at - start > shortDigits) return false
      price = (price * 100) | 0
      if (digit === dot) {
        const tenths = bytes[at + 1]! ^ zero
        if (tenths > 9) return false
        at += 2
        price = (price + tenths * 10) | 0
        digit = bytes[at]! ^ zero
        if (digit <= 9) {
          at++
          price = (price + digit) | 0
        }
      }
      if (bytes[at] !== comma || price === 0 || price > highestPrice) return false
      if (bytes[++at] === space) at++
      start = at
      let size = bytes[at]! ^ zero
      digit = bytes[++at]! ^ zero
      if (size > 9 || (size === 0 && digit <= 9)) return false
      for (; digit <= 9; digit = bytes[++at]! ^ zero) size = (size * 10 + digit) | 0
      if (at - start > shortDigits) return false
      size = (size * 100) | 0
      if (digit === dot) {
        const tenths = bytes[at + 1]! ^ zero
        if (tenths > 9) return false
        at += 2
        size = (size + tenths * 10) | 0
        digit = bytes[at]! ^ zero
        if (digit <= 9) {
          at++
          size = (size + digit) | 0
        }
      }
      if (bytes[at] !== closeBracket) return false
      if (to + 2 > words.length) words = tape.reserve(to, 2)
      words[to] = price
      words[to + 1] = size
      to += 2
      const next = bytes[at + 1]
      at += 2
      if (next === closeBracket) break
      if (next !== comma) return false
      if (bytes[at] === space) at++
      if (bytes[at++] !== openBracket) return false
    }
    this.at = at
    this.close(field, to, (to - head - listWords) >> 1)
    return true
  }

  private anyPairs(field: number): boolean {
    const { tape } = this
    const head = tape.length
    let { words } = tape
    let to = head + listWords
    for (let more = this.enterList(); more !== 0; more = this.nextInList()) {
      if (more < 0 || this.enterList() <= 0) return false
      const price = this.hundredths()
      if (!(price > 0 && price <= highestPrice) || this.nextInList() <= 0) return false
      const size = this.hundredths()
      if (!(size >= 0 && size <= largestSize) || this.nextInList() !== 0) return false
      if (to + 2 > words.length) words = tape.reserve(to, 2)
      words[to] = price
      words[to + 1] = size
      to += 2
    }
    this.close(field, to, (to - head - listWords) >> 1)
    return true
  }

  /** A list of levels, prices and sizes. */
  protected levels(field: number): boolean {
    const { tape } = this
    const head = tape.length
    let { words } = tape
    let to = head + listWords
    let count = 0
    for (let more = this.enterList(); more !== 0; more = this.nextInList()) {
      if (more < 0 || this.enterList() <= 0) return false
      const level = this.integer()
      if (!(level >= 0 && level < maximumLevels) || this.nextInList() <= 0) return false
      const price = this.hundredths()
      if (!(price >= 0 && price <= highestPrice) || this.nextInList() <= 0) return false
      const size = this.hundredths()
      if (!(size >= 0 && size <= largestSize) || this.nextInList() !== 0) return false
      // No price is one only where a level is gone.
      if (price === 0 && size > 0) return false
      if (to + 3 > words.length) words = tape.reserve(to, 3)
      words[to] = level
      words[to + 1] = price
      words[to + 2] = size
      to += 3
      count++
    }
    this.close(field, to, count)
    return true
  }

  private close(field: number, length: number, count: number): void {
    const { tape } = this
    const head = tape.length
    const words = tape.reserve(head, listWords)
    words[head] = field
    words[head + 1] = count
    tape.length = length
  }
}
