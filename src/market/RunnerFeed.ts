/**
 * A runner as the feed keeps it: the book that everyone reads, and behind it the three ladders prices may come from
 * (full, best three, virtual) with what is needed to tell a rise of traded volume from an image that repeats it.
 *
 * Hot: plain code that allocates only when a ladder grows.
 */
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { OnBookProblem } from "./BookProblem.ts"
import type { RunnerBook } from "./MarketBook.ts"
import { PriceSizes } from "./PriceSizes.ts"
import { listFields } from "./scan/MessageTape.ts"

/** Hundredths. Lines and ranges use prices far above the odds' 1000, none comes near this. */
export const maximumPrice = 100_000_000
/** Pence: ten thousand million pounds at one price. */
export const maximumSize = 1e12
/** The exchange sends ten levels at most. */
export const maximumLevels = 10

const [atb, atl, trd, spb, spl, batb, batl, bdatb, bdatl] = listFields.keys()

/** Decimal odds in hundredths, 0 when it is no price. */
export const toPrice = (value: unknown): Price => {
  if (typeof value !== "number") return 0
  const price = Math.round(value * 100)
  return price > 0 && price <= maximumPrice ? price : 0
}

/** Pence, -1 when it is no size. */
export const toSize = (value: unknown): Pence => {
  if (typeof value !== "number") return -1
  const size = Math.round(value * 100)
  return size >= 0 && size <= maximumSize ? size : -1
}

/** Best prices by level, as `batb` and `bdatb` number them. */
class Levels {
  readonly prices = new Int32Array(maximumLevels)
  readonly sizes = new Float64Array(maximumLevels)
  readonly ladder: PriceSizes

  constructor(direction: 1 | -1) {
    this.ladder = new PriceSizes(direction)
  }

  clear(): void {
    this.sizes.fill(0)
    this.ladder.clear()
  }

  take(words: Float64Array, from: number, count: number): void {
    for (let at = from, end = from + 3 * count; at < end; at += 3) {
      const level = words[at]! | 0
      this.prices[level] = words[at + 1]! | 0
      this.sizes[level] = words[at + 2]!
    }
    this.rebuild()
  }

  rebuild(): void {
    this.ladder.clear()
    for (let level = 0; level < maximumLevels; level++) {
      if (this.sizes[level]! > 0) this.ladder.set(this.prices[level]!, this.sizes[level]!)
    }
  }
}

export class RunnerFeed {
  readonly book: RunnerBook
  /** The market's update in which the runner was first seen: its traded volume then is history, not a rise. */
  readonly firstUpdate: number
  private readonly fullBack: PriceSizes
  private readonly fullLay: PriceSizes
  private bestBack: Levels | null = null
  private bestLay: Levels | null = null
  private virtualBack: Levels | null = null
  private virtualLay: Levels | null = null
  /** Traded volume that the last image has not repeated (yet): the base from which its prices may rise. */
  private tradedBefore: PriceSizes | null = null
  private tradedTotal: Pence = 0
  private toldTotal: Pence = 0

  constructor(book: RunnerBook, firstUpdate: number) {
    this.book = book
    this.firstUpdate = firstUpdate
    this.fullBack = book.availableToBack
    this.fullLay = book.availableToLay
  }

  /** Starts update `update` of the market, in which this runner changes. */
  touch(update: number): void {
    const { book } = this
    if (book.updated === update) return
    book.updated = update
    book.riseCount = 0
  }

  /** An image begins: everything known is gone, but for the base of rises. */
  reset(): void {
    const { book } = this
    if (book.traded.length > 0) {
      this.tradedBefore ??= new PriceSizes(1)
      this.tradedBefore.copyFrom(book.traded)
    }
    book.traded.clear()
    book.startingPriceBack.clear()
    book.startingPriceLay.clear()
    this.fullBack.clear()
    this.fullLay.clear()
    this.bestBack?.clear()
    this.bestLay?.clear()
    this.virtualBack?.clear()
    this.virtualLay?.clear()
    book.availableToBack = this.fullBack
    book.availableToLay = this.fullLay
    book.lastPriceTraded = 0
    book.totalMatched = 0
    book.startingPriceNear = null
    book.startingPriceFar = null
    this.tradedTotal = 0
    this.toldTotal = 0
  }

  full(side: "atb" | "atl", entries: unknown, marketId: string, onProblem: OnBookProblem): void {
    setAll(side === "atb" ? this.fullBack : this.fullLay, entries, side, marketId, onProblem)
    if (side === "atb") this.chooseBack()
    else this.chooseLay()
  }

  best(side: "batb" | "batl", entries: unknown, marketId: string, onProblem: OnBookProblem): void {
    const levels = side === "batb" ? (this.bestBack ??= new Levels(1)) : (this.bestLay ??= new Levels(-1))
    setLevels(levels, entries, side, marketId, onProblem)
    if (side === "batb") this.chooseBack()
    else this.chooseLay()
  }

  virtual(side: "bdatb" | "bdatl", entries: unknown, marketId: string, onProblem: OnBookProblem): void {
    const levels = side === "bdatb" ? (this.virtualBack ??= new Levels(1)) : (this.virtualLay ??= new Levels(-1))
    setLevels(levels, entries, side, marketId, onProblem)
    if (side === "bdatb") this.chooseBack()
    else this.chooseLay()
  }

  startingPrice(side: "spb" | "spl", entries: unknown, marketId: string, onProblem: OnBookProblem): void {
    const { book } = this
    setAll(side === "spb" ? book.startingPriceBack : book.startingPriceLay, entries, side, marketId, onProblem)
  }

  traded(entries: unknown, marketId: string, onProblem: OnBookProblem): void {
    if (!Array.isArray(entries)) return onProblem("MALFORMED", "trd", marketId, entries)
    const isHistory = this.book.updated === this.firstUpdate
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]
      const price = entry ? toPrice(entry[0]) : 0
      const size = entry ? toSize(entry[1]) : -1
      if (price === 0 || size < 0) {
        onProblem("ABSURD_NUMBER", "trd", marketId, entry)
        continue
      }
      this.trade(price, size, isHistory)
    }
    this.sumUp()
  }

  /** A list as it stands on a tape, from its first entry on: its numbers are known to be good. */
  scanned(field: number, words: Float64Array, at: number, count: number): void {
    switch (field) {
      case atb:
        setPairs(this.fullBack, words, at, count)
        return this.chooseBack()
      case atl:
        setPairs(this.fullLay, words, at, count)
        return this.chooseLay()
      case trd:
        return this.tradedPairs(words, at, count)
      case spb:
        return setPairs(this.book.startingPriceBack, words, at, count)
      case spl:
        return setPairs(this.book.startingPriceLay, words, at, count)
      case batb:
        this.bestBack ??= new Levels(1)
        this.bestBack.take(words, at, count)
        return this.chooseBack()
      case batl:
        this.bestLay ??= new Levels(-1)
        this.bestLay.take(words, at, count)
        return this.chooseLay()
      case bdatb:
        this.virtualBack ??= new Levels(1)
        this.virtualBack.take(words, at, count)
        return this.chooseBack()
      case bdatl:
        this.virtualLay ??= new Levels(-1)
        this.virtualLay.take(words, at, count)
        return this.chooseLay()
    }
  }

  private tradedPairs(words: Float64Array, from: number, count: number): void {
    const isHistory = this.book.updated === this.firstUpdate
    for (let at = from, end = from + 2 * count; at < end; at += 2) this.trade(words[at]! | 0, words[at + 1]!, isHistory)
    this.sumUp()
  }

  private trade(price: Price, size: Pence, isHistory: boolean): void {
    const { book } = this
    const stood = book.traded.set(price, size)
    this.tradedTotal += size - stood
    const before = stood === 0 && this.tradedBefore !== null ? this.tradedBefore.set(price, 0) : stood
    if (size <= before || isHistory) return
    book.risePrices[book.riseCount] = price
    book.riseSizes[book.riseCount] = size - before
    book.riseCount++
  }

  told(total: Pence): void {
    this.toldTotal = total
    this.sumUp()
  }

  private sumUp(): void {
    this.book.totalMatched = this.toldTotal > this.tradedTotal ? this.toldTotal : this.tradedTotal
  }

  private chooseBack(): void {
    const { bestBack, fullBack, virtualBack } = this
    this.book.availableToBack =
      fullBack.length > 0
        ? fullBack
        : bestBack !== null && bestBack.ladder.length > 0
          ? bestBack.ladder
          : virtualBack !== null && virtualBack.ladder.length > 0
            ? virtualBack.ladder
            : fullBack
  }

  private chooseLay(): void {
    const { bestLay, fullLay, virtualLay } = this
    this.book.availableToLay =
      fullLay.length > 0
        ? fullLay
        : bestLay !== null && bestLay.ladder.length > 0
          ? bestLay.ladder
          : virtualLay !== null && virtualLay.ladder.length > 0
            ? virtualLay.ladder
            : fullLay
  }
}

const setPairs = (ladder: PriceSizes, words: Float64Array, from: number, count: number): void => {
  for (let at = from, end = from + 2 * count; at < end; at += 2) ladder.set(words[at]! | 0, words[at + 1]!)
}

const setAll = (
  ladder: PriceSizes,
  entries: unknown,
  field: string,
  marketId: string,
  onProblem: OnBookProblem
): void => {
  if (!Array.isArray(entries)) return onProblem("MALFORMED", field, marketId, entries)
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]
    const price = entry ? toPrice(entry[0]) : 0
    const size = entry ? toSize(entry[1]) : -1
    if (price === 0 || size < 0) onProblem("ABSURD_NUMBER", field, marketId, entry)
    else ladder.set(price, size)
  }
}

const setLevels = (
  levels: Levels,
  entries: unknown,
  field: string,
  marketId: string,
  onProblem: OnBookProblem
): void => {
  if (!Array.isArray(entries)) return onProblem("MALFORMED", field, marketId, entries)
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]
    const level: unknown = entry ? entry[0] : -1
    const size = entry ? toSize(entry[2]) : -1
    const price = entry ? toPrice(entry[1]) : 0
    // A level that is gone has size 0, and price 0 with it.
    const isUsable = size === 0 || (size > 0 && price > 0)
    if (isUsable && typeof level === "number" && level >= 0 && level < maximumLevels && Number.isInteger(level)) {
      levels.prices[level] = price
      levels.sizes[level] = size
    } else onProblem("ABSURD_NUMBER", field, marketId, entry)
  }
  levels.rebuild()
}
