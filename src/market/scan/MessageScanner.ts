/**
 * Reads the exchange's market-change messages straight from bytes, without an object for anything but definitions. A message
 * is written to the tape whole or not at all: whatever the scanner does not know, or knows to be worth a problem report, it
 * leaves to `JSON.parse` and `BookStore.apply`. What it does understand means exactly what it would mean to them, down to
 * the rounding.
 *
 * Hot: every byte of every recording goes through here. The bytes must go on behind a message with a newline, which ends
 * every loop without a look at where the bytes end.
 */
import { maximumSize } from "../RunnerFeed.ts"
import { skipLoosely } from "./JsonBytes.ts"
import { MarketIds, type ScannedMarket } from "./MarketIds.ts"
import { changeWords, hasDefinition, isImage, messageWords, type MessageTape, none } from "./MessageTape.ts"
import { RunnerReader } from "./RunnerReader.ts"
import { UsualHead } from "./UsualHead.ts"

const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const openBrace = 0x7b
const letterT = 0x74

// Keys as `ByteReader.key` has them: their letters in ASCII.
const op = 0x6f70
const pt = 0x7074
const clk = 0x63_6c6b
const con = 0x63_6f6e
const mc = 0x6d63
const id = 0x6964
const rc = 0x7263
const img = 0x69_6d67
const tv = 0x7476
const marketDefinition = -4

export class MessageScanner extends RunnerReader {
  /** Publish time of the message scanned last: epoch milliseconds, as told. */
  publishTime = 0
  private readonly own = this.tape
  private readonly markets = new MarketIds()
  private readonly head = new UsualHead()
  private view = new DataView(this.bytes.buffer)
  /** Where the parts of the message's head stand, to learn it: 0 while not met. */
  private clockStart = 0
  private clockEnd = 0
  private timeStart = 0
  private timeEnd = 0
  private idStart = 0
  private firstMarket: ScannedMarket | null = null
  /** Where the first change is written. */
  private firstChange = 0

  /** As `scanOnto` the scanner's own tape, which then has this message alone. */
  scan(bytes: Buffer, start: number): number {
    this.own.clear()
    return this.scanOnto(this.own, bytes, start)
  }

  /**
   * Reads the line that begins at `start` onto the tape, behind what stands there. The place of the newline behind it when it
   * is a message; -1 when it is not, or not one that can be understood here, and then the tape is as it was.
   */
  scanOnto(tape: MessageTape, bytes: Buffer, start: number): number {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.tape = tape
    const { definitionCount, length, marketCount } = tape
    const market = this.usual(start)
    if (market === null ? this.unusual(start) : this.message(market)) {
      let { at } = this
      while (bytes[at] === space || bytes[at] === carriageReturn) at++
      if (bytes[at] === newline) return at
    }
    tape.length = length
    tape.marketCount = marketCount
    tape.definitionCount = definitionCount
    return -1
  }

  /** Past the head to behind the first market's id, if it is as usual; else null. */
  private usual(start: number): ScannedMarket | null {
    const { bytes, head, view } = this
    const timeAt = head.findTime(bytes, view, start)
    if (timeAt < 0) return null
    this.at = timeAt
    this.publishTime = this.integer()
    if (this.publishTime < 0) return null
    const market = head.findMarket(view, this.at)
    if (market !== null) {
      this.at = head.idEnd(this.at)
      return market
    }
    const idAt = head.findId(view, this.at)
    if (idAt < 0) return null
    let at = idAt
    while (bytes[at] !== quote && bytes[at] !== newline) at++
    this.at = at + 1
    return this.markets.find(bytes, idAt, at)
  }

  /** Reads key by key, and learns how it begins. */
  private unusual(start: number): boolean {
    this.at = start
    this.clockStart = 0
    this.timeStart = 0
    this.idStart = 0
    if (!this.message(null)) return false
    const { clockEnd, clockStart, firstMarket, idStart, timeEnd, timeStart } = this
    if (firstMarket !== null && idStart > timeStart && timeStart > 0) {
      const hasClock = clockStart > 0 && clockEnd < timeStart
      this.head.learn(this.view, start, hasClock ? clockStart : 0, clockEnd, timeStart, timeEnd, idStart, firstMarket)
    }
    return true
  }

  /** @param market whose id was read as the first thing of the first change, when the head is as usual */
  private message(market: ScannedMarket | null): boolean {
    const { bytes, tape } = this
    const entry = tape.length
    const { definitionCount, marketCount } = tape
    this.firstChange = entry + messageWords
    tape.length = this.firstChange
    const isUsual = market !== null
    let changes = 0
    let isMarketChange = isUsual
    let isTimed = isUsual
    let hasChanges = isUsual
    if (isUsual) {
      changes = this.changes(market)
      if (changes < 0) return false
    }
    for (let more = isUsual ? this.nextInObject() : this.enterObject(); more !== 0; more = this.nextInObject()) {
      if (more < 0) return false
      switch (this.key()) {
        case op:
          if (isMarketChange || !this.isText("mcm")) return false
          isMarketChange = true
          break
        case pt:
          if (isTimed) return false
          this.timeStart = this.at
          this.publishTime = this.integer()
          if (this.publishTime < 0) return false
          this.timeEnd = this.at
          isTimed = true
          break
        case clk:
          if (bytes[this.at] === quote) this.clockStart = this.at + 1
          if (!this.skip()) return false
          this.clockEnd = this.at - 1
          break
        case mc:
          if (hasChanges) return false
          hasChanges = true
          if (this.isNull()) break
          changes = this.changes(null)
          if (changes < 0) return false
          break
        case -1:
          return false
        default:
          if (!this.skipUnknown()) return false
      }
    }
    const words = tape.reserve(entry, messageWords)
    words[entry] = marketCount
    words[entry + 1] = definitionCount
    words[entry + 2] = changes
    return isMarketChange && isTimed
  }

  /** How many there are; -1 when they are not understood. */
  private changes(market: ScannedMarket | null): number {
    let count = 0
    if (market !== null) {
      if (!this.change(market)) return -1
      count = 1
    }
    for (let more = count > 0 ? this.nextInList() : this.enterList(); more !== 0; more = this.nextInList()) {
      if (more < 0 || !this.change(null)) return -1
      count++
    }
    return count
  }

  /** @param known its market, when the id was read already */
  private change(known: ScannedMarket | null): boolean {
    const { bytes, tape } = this
    const head = tape.length
    tape.length = head + changeWords
    let isTold = false
    let flags = 0
    let total = none
    let runners = none
    let hasImage = false
    let market = known
    let definitionStart = 0
    let definitionEnd = 0
    for (let more = known === null ? this.enterObject() : this.nextInObject(); more !== 0; more = this.nextInObject()) {
      if (more < 0) return false
      switch (this.key()) {
        case id:
          if (market !== null || bytes[this.at] !== quote) return false
          if (
            head === this.firstChange &&
            flags === 0 &&
            !hasImage &&
            !isTold &&
            runners === none &&
            definitionEnd === 0
          ) {
            // The message tells nothing before it but its time.
            this.idStart = this.at + 1
          }
          market = this.marketId()
          if (market === null) return false
          if (head === this.firstChange) this.firstMarket = market
          break
        case rc:
          if (runners !== none) return false
          runners = this.isNull() ? 0 : this.runners()
          if (runners < 0) return false
          break
        case img:
          if (hasImage) return false
          hasImage = true
          if (bytes[this.at] === letterT) flags |= isImage
          if (!this.skipFlag()) return false
          break
        case tv:
          if (isTold) return false
          isTold = true
          if (this.isNull()) break
          total = this.hundredths()
          if (total < 0 || total > maximumSize) return false
          break
        case marketDefinition:
          if (definitionEnd > 0 || bytes[this.at] !== openBrace) return false
          definitionStart = this.at
          definitionEnd = skipLoosely(bytes, this.at)
          if (definitionEnd < 0) return false
          this.at = definitionEnd
          break
        case con:
          if (!this.skipFlag()) return false
          break
        case -1:
          return false
        default:
          if (!this.skipUnknown()) return false
      }
    }
    if (market === null) return false
    tape.marketIds[tape.marketCount++] = market.marketId
    if (definitionEnd > 0) {
      const definition = market.define(bytes, definitionStart, definitionEnd)
      if (definition === null) return false
      tape.definitions[tape.definitionCount++] = definition
      flags |= hasDefinition
    }
    const words = tape.reserve(head, changeWords)
    words[head] = flags
    words[head + 1] = total
    words[head + 2] = runners === none ? 0 : runners
    return true
  }

  /** Past a market's id; null when it is none. */
  private marketId(): ScannedMarket | null {
    const start = this.at + 1
    return this.skip() ? this.markets.find(this.bytes, start, this.at - 1) : null
  }
}
