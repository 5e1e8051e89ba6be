/** The lists of a runner's change, onto a tape: most of what the exchange sends is pairs of a price and a size. */
import { maximumLevels, maximumPrice, maximumSize } from "../RunnerFeed.ts"
import { ByteReader } from "./ByteReader.ts"
import { listWords, MessageTape } from "./MessageTape.ts"

const highestPrice = maximumPrice
const largestSize = maximumSize

export class ListReader extends ByteReader {
  /** The message read last, if it was understood. */
  readonly tape = new MessageTape()

  /** A list of prices and sizes, as the given one of `listFields`. */
  protected pairs(field: number): boolean {
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
