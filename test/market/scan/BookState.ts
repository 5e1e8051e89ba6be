/** Two ways of building books, side by side, and whether they have come to the same. */
import { BookStore } from "../../../src/market/BookStore.ts"
import type { MarketBook, RunnerBook } from "../../../src/market/MarketBook.ts"
import type { MarketMessage } from "../../../src/market/MarketMessage.ts"
import type { PriceSizes } from "../../../src/market/PriceSizes.ts"
import { MessageScanner } from "../../../src/market/scan/MessageScanner.ts"

const ladder = (sizes: PriceSizes) => sizes.toArray().map(({ price, size }) => [price, size])

const runnerState = (runner: RunnerBook) => ({
  ...runner,
  availableToBack: ladder(runner.availableToBack),
  availableToLay: ladder(runner.availableToLay),
  traded: ladder(runner.traded),
  startingPriceBack: ladder(runner.startingPriceBack),
  startingPriceLay: ladder(runner.startingPriceLay),
  risePrices: runner.risePrices.slice(0, runner.riseCount),
  riseSizes: runner.riseSizes.slice(0, runner.riseCount)
})

/** Everything a reader of the book can see. */
export const bookState = (book: MarketBook) => ({
  ...book,
  runners: book.runners.map(runnerState),
  runnersByKey: Array.from(book.runnersByKey, ([key, runner]) => [key, book.runners.indexOf(runner)])
})

export const storeState = (store: BookStore) => Array.from(store.all(), bookState)

const sameLadder = (a: PriceSizes, b: PriceSizes): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a.prices[i] !== b.prices[i] || a.sizes[i] !== b.sizes[i]) return false
  return true
}

const sameRunner = (a: RunnerBook, b: RunnerBook): boolean => {
  if (a.riseCount !== b.riseCount) return false
  for (let i = 0; i < a.riseCount; i++) {
    if (a.risePrices[i] !== b.risePrices[i] || a.riseSizes[i] !== b.riseSizes[i]) return false
  }
  return (
    a.key === b.key &&
    a.updated === b.updated &&
    a.lastPriceTraded === b.lastPriceTraded &&
    a.totalMatched === b.totalMatched &&
    a.startingPriceNear === b.startingPriceNear &&
    a.startingPriceFar === b.startingPriceFar &&
    sameLadder(a.availableToBack, b.availableToBack) &&
    sameLadder(a.availableToLay, b.availableToLay) &&
    sameLadder(a.traded, b.traded) &&
    sameLadder(a.startingPriceBack, b.startingPriceBack) &&
    sameLadder(a.startingPriceLay, b.startingPriceLay)
  )
}

/** Cheap: what the last update can have changed. Definitions are left to `bookState`. */
export const sameUpdate = (a: MarketBook, b: MarketBook): boolean => {
  if (
    a.marketId !== b.marketId ||
    a.updates !== b.updates ||
    a.publishTime !== b.publishTime ||
    a.totalMatched !== b.totalMatched ||
    a.depth !== b.depth ||
    a.runners.length !== b.runners.length
  ) {
    return false
  }
  return a.runners.every((runner, i) => runner.updated !== a.updates || sameRunner(runner, b.runners[i]!))
}

type Problem = readonly unknown[]

/** The same lines through `JSON.parse`, and through the scanner with `JSON.parse` for what it does not understand. */
export class BothWays {
  readonly parsedProblems: Array<Problem> = []
  readonly scannedProblems: Array<Problem> = []
  readonly parsed = new BookStore((...problem) => this.parsedProblems.push(problem))
  readonly scanned = new BookStore((...problem) => this.scannedProblems.push(problem))
  readonly scanner = new MessageScanner()
  /** Lines that the scanner left to `JSON.parse`. */
  left = 0

  /** The books each way has changed; null when the line is no JSON. `bytes[end]` is a newline. */
  apply(bytes: Buffer, start: number, end: number) {
    const isScanned = this.scanner.scan(bytes, start) === end
    let message: MarketMessage
    try {
      message = JSON.parse(bytes.toString("utf8", start, end)) as MarketMessage
    } catch (error) {
      // What is no JSON must not be taken for a message.
      if (isScanned) throw error
      return null
    }
    if (!isScanned) this.left++
    if (message === null) return null
    return {
      isScanned,
      message,
      parsed: this.parsed.apply(message),
      scanned: isScanned
        ? this.scanned.applyScanned(this.scanner.tape, 0, this.scanner.publishTime)
        : this.scanned.apply(message)
    }
  }
}
