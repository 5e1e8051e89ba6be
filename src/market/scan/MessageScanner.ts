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
import { MarketIds } from "./MarketIds.ts"
import { changeWords, hasDefinition, isImage, messageWords, none } from "./MessageTape.ts"
import { RunnerReader } from "./RunnerReader.ts"

const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const openBrace = 0x7b
const letterT = 0x74

// Keys as `ByteReader.key` has them: their letters in ASCII.
const op = 0x6f70
const pt = 0x7074
const mc = 0x6d63
const id = 0x6964
const rc = 0x7263
const img = 0x69_6d67
const tv = 0x7476
const marketDefinition = -4

export class MessageScanner extends RunnerReader {
  /** Publish time of the message scanned last: epoch milliseconds, as told. */
  publishTime = 0
  private readonly markets = new MarketIds()

  /**
   * Reads the line that begins at `start`. The place of the newline behind it when it is a message, which is then on the
   * tape; -1 when it is not, or not one that can be understood here.
   */
  scan(bytes: Buffer, start: number): number {
    this.bytes = bytes
    this.at = start
    this.tape.clear()
    if (!this.message()) return -1
    let { at } = this
    while (bytes[at] === space || bytes[at] === carriageReturn) at++
    return bytes[at] === newline ? at : -1
  }

  private message(): boolean {
    const { tape } = this
    tape.length = messageWords
    let changes = 0
    let isMarketChange = false
    let isTimed = false
    let hasChanges = false
    for (let more = this.enterObject(); more !== 0; more = this.nextInObject()) {
      if (more < 0) return false
      switch (this.key()) {
        case op:
          if (isMarketChange || !this.isText("mcm")) return false
          isMarketChange = true
          break
        case pt:
          if (isTimed) return false
          this.publishTime = this.integer()
          if (this.publishTime < 0) return false
          isTimed = true
          break
        case mc:
          if (hasChanges) return false
          hasChanges = true
          if (this.isNull()) break
          changes = this.changes()
          if (changes < 0) return false
          break
        case -1:
          return false
        default:
          if (!this.skipUnknown()) return false
      }
    }
    const { words } = tape
    words[0] = 0
    words[1] = 0
    words[2] = changes
    return isMarketChange && isTimed
  }

  /** How many there are; -1 when they are not understood. */
  private changes(): number {
    let count = 0
    for (let more = this.enterList(); more !== 0; more = this.nextInList()) {
      if (more < 0 || !this.change()) return -1
      count++
    }
    return count
  }

  private change(): boolean {
    const { bytes, tape } = this
    const head = tape.length
    tape.length = head + changeWords
    let isTold = false
    let flags = 0
    let total = none
    let runners = none
    let hasImage = false
    let idStart = 0
    let idEnd = 0
    let definitionStart = 0
    let definitionEnd = 0
    for (let more = this.enterObject(); more !== 0; more = this.nextInObject()) {
      if (more < 0) return false
      switch (this.key()) {
        case id:
          idStart = this.at + 1
          if (idEnd > 0 || bytes[this.at] !== quote || !this.skip()) return false
          idEnd = this.at - 1
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
          if (!this.skip()) return false
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
        case -1:
          return false
        default:
          if (!this.skipUnknown()) return false
      }
    }
    const market = this.markets.find(bytes, idStart, idEnd)
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
}
