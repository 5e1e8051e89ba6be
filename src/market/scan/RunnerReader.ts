/**
 * The changes of a market's runners, onto a tape. Their keys come in any order, the id often last: what is not a list waits
 * until the end of the change.
 */
import { largestSelectionId, type RunnerKey, runnerKey } from "../../domain/Identifiers.ts"
import { readRunnerKey } from "../DefinitionDecoder.ts"
import { maximumPrice, maximumSize } from "../RunnerFeed.ts"
import { ListReader } from "./ListReader.ts"
import { firstLevels, none, runnerWords } from "./MessageTape.ts"

// Keys as `ByteReader.key` has them: their letters in ASCII.
const id = 0x6964
const tv = 0x7476
const hc = 0x6863
const ltp = 0x6c_7470
const spn = 0x73_706e
const spf = 0x73_7066
const atb = 0x61_7462
const atl = 0x61_746c
const trd = 0x74_7264
const spb = 0x73_7062
const spl = 0x73_706c
const batb = 0x6261_7462
const batl = 0x6261_746c
const bdatb = -2
const bdatl = -3

/** The fields of a runner that are no lists, as bits behind those of the lists. */
const idBit = 1 << 9
const hcBit = 1 << 10
const ltpBit = 1 << 11
const tvBit = 1 << 12
const spnBit = 1 << 13
const spfBit = 1 << 14

export class RunnerReader extends ListReader {
  /** How many there are; -1 when they are not understood. */
  protected runners(): number {
    let count = 0
    for (let more = this.enterList(); more !== 0; more = this.nextInList()) {
      if (more < 0 || !this.runner()) return -1
      count++
    }
    return count
  }

  private runner(): boolean {
    const { tape } = this
    const head = tape.length
    tape.length = head + runnerWords
    let seen = 0
    let lists = 0
    let selectionId = 0
    let handicap = 0
    let lastPriceTraded = none
    let total = none
    let near = none
    let far = none
    for (let more = this.enterObject(); more !== 0; more = this.nextInObject()) {
      if (more < 0) return false
      let field = none
      let bit = 0
      switch (this.key()) {
        case id:
          bit = idBit
          selectionId = this.integer()
          if (selectionId <= 0 || selectionId > largestSelectionId) return false
          break
        case atb:
          field = 0
          break
        case atl:
          field = 1
          break
        case trd:
          field = 2
          break
        case spb:
          field = 3
          break
        case spl:
          field = 4
          break
        case batb:
          field = 5
          break
        case batl:
          field = 6
          break
        case bdatb:
          field = 7
          break
        case bdatl:
          field = 8
          break
        case ltp:
          bit = ltpBit
          if (this.isNull()) break
          lastPriceTraded = this.hundredths()
          if (lastPriceTraded < 0 || lastPriceTraded > maximumPrice) return false
          break
        case tv:
          bit = tvBit
          if (this.isNull()) break
          total = this.hundredths()
          if (total < 0 || total > maximumSize) return false
          break
        case spn:
          bit = spnBit
          near = this.startingPrice()
          if (near < 0) return false
          break
        case spf:
          bit = spfBit
          far = this.startingPrice()
          if (far < 0) return false
          break
        case hc:
          bit = hcBit
          if (this.isNull()) break
          handicap = this.decimal()
          // Minus nothing would be kept as such.
          if (Object.is(handicap, -0)) return false
          break
        case -1:
          return false
        default:
          if (!this.skipUnknown()) return false
      }
      if (field >= 0) {
        bit = 1 << field
        if (!this.isNull()) {
          if (!(field < firstLevels ? this.pairs(field) : this.levels(field))) return false
          lists++
        }
      }
      if ((seen & bit) !== 0) return false
      seen |= bit
    }
    if (selectionId === 0) return false
    const key: RunnerKey | null = handicap === 0 ? runnerKey(selectionId) : readRunnerKey(selectionId, handicap)
    if (key === null) return false
    const words = tape.reserve(head, runnerWords)
    words[head] = key
    words[head + 1] = lastPriceTraded
    words[head + 2] = total
    words[head + 3] = near
    words[head + 4] = far
    words[head + 5] = lists
    return true
  }
}
