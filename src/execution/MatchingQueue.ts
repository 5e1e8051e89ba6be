/**
 * The passive side of matching: how an order that rests in the queue is reached by traded volume, by money ahead of it
 * that goes away, and by displayed prices that cross it.
 */
import * as BinaryDecimal from "../domain/BinaryDecimal.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import type { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { reaches, setQueue } from "./MatchingPlacement.ts"
import { halves } from "./MatchingRounding.ts"
import { isWithin, oppositeOf, ownOf, takeWithinLimit } from "./MatchingTaking.ts"

/** The rises of one runner's traded volume in one update, as far as they are not used up. Prices ascend. */
class Rises {
  count = 0
  readonly prices: Array<Price> = []
  /** As the exchange counts: pence of both sides of a match, so half-pence of what one side was matched. */
  readonly sizes: Array<number> = []
  readonly left: Array<number> = []
  /** The same in pounds, for the reference's arithmetic. */
  readonly pounds: Array<number> = []

  load(market: MatchingMarket, runner: RunnerBook, update: number): void {
    this.count = runner.riseCount
    for (let i = 0; i < this.count; i++) {
      const price = runner.risePrices[i]!
      const lost = market.taken.isEmpty ? 0 : market.taken.lostAt(runner, price, update)
      let slot = i
      for (; slot > 0 && this.prices[slot - 1]! > price; slot--) {
        this.prices[slot] = this.prices[slot - 1]!
        this.sizes[slot] = this.sizes[slot - 1]!
        this.left[slot] = this.left[slot - 1]!
      }
      this.prices[slot] = price
      this.sizes[slot] = runner.riseSizes[i]!
      this.left[slot] = Math.max(0, runner.riseSizes[i]! - 2 * lost)
    }
    for (let i = 0; i < this.count; i++) this.pounds[i] = this.left[i]! / 100
  }

  tradedAt(price: Price): number {
    for (let i = 0; i < this.count; i++) if (this.prices[i] === price) return this.sizes[i]!
    return 0
  }
}

const rises = new Rises()

/** Matches the live orders with what an update brought. `live` stands in the order in which orders share volume. */
export const matchResting = (market: MatchingMarket, book: MarketBook): void => {
  const { live, profile } = market
  let runner: RunnerBook | undefined
  let owner = ""
  for (const order of live) {
    if (order.type !== "LIMIT" || order.phase !== "LIVE") continue
    if (runner?.key !== order.runner || (profile.volumeSharing === "strategy" && owner !== order.owner)) {
      runner = book.runnersByKey.get(order.runner)
      owner = order.owner
      if (runner !== undefined && runner.updated === book.updates) rises.load(market, runner, book.updates)
    }
    if (runner === undefined) continue
    // Where the starting price is settled, an order that takes it no longer matches otherwise.
    if (order.takesStartingPrice && book.definition!.bspReconciled) continue
    if (runner.updated === book.updates) {
      if (rises.count > 0) {
        if (profile.rounding === "exact") matchTraded(market, order, book.publishTime)
        else matchTradedInPounds(market, order, book.publishTime)
      }
      if (profile.cancellationsAhead !== null && order.remaining > 0) {
        advance(order, runner, book, profile.cancellationsAhead)
      }
      if (profile.crossingFills === "remaining" && book.isOpen) matchCrossing(market, order, runner, book.publishTime)
    }
    if (profile.crossingFills === "displayed") matchCrossing(market, order, runner, book.publishTime)
    if (order.remaining <= 0) market.end(order, book.publishTime)
  }
}

const matchTraded = (market: MatchingMarket, order: MatchingOrder, at: number): void => {
  const { queueUsesVolume } = market.profile
  for (let i = 0; i < rises.count; i++) {
    const volume = rises.left[i]!
    if (volume === 0 || !isWithin(order, rises.prices[i]!)) continue
    const ahead = Math.min(order.queue, volume)
    const size = Math.max(0, Math.min(order.remaining, halves(volume - ahead)))
    if (size > 0) market.fill(order, at, order.price, size)
    order.queue -= ahead
    rises.left[i] = Math.max(0, volume - 2 * size - (queueUsesVolume ? ahead : 0))
  }
}

/**
 * The same in floating-point pounds, operation by operation as the reference computes: the noise of its subtractions
 * decides whether half a penny becomes a fill.
 */
const matchTradedInPounds = (market: MatchingMarket, order: MatchingOrder, at: number): void => {
  const { queueUsesVolume } = market.profile
  let queue = order.queuePounds
  for (let i = 0; i < rises.count; i++) {
    const traded = rises.pounds[i]!
    if (traded === 0 || !isWithin(order, rises.prices[i]!)) continue
    const half = traded / 2
    if (queue - half < 0) {
      const size = Math.max(0, BinaryDecimal.hundredths(Math.min(order.remaining / 100, half - queue)))
      if (size > 0) market.fill(order, at, order.price, size)
      rises.pounds[i] = Math.max(0, traded - ((queueUsesVolume ? queue : 0) + size / 100) * 2)
      queue = 0
    } else {
      queue -= half
      if (queueUsesVolume) rises.pounds[i] = 0
    }
  }
  order.queuePounds = queue
}

/** Lets the queue shrink by `share` of what was evidently cancelled ahead, and never stand beyond what is displayed. */
const advance = (order: MatchingOrder, runner: RunnerBook, book: MarketBook, share: number): void => {
  const own = ownOf(order, runner)
  const shown = own.at(order.price)
  const stood = 2 * order.shown - rises.tradedAt(order.price)
  order.shown = shown
  if (!reaches(own, order, book)) return
  if (order.queue === Infinity) {
    setQueue(order, 2 * shown)
    return
  }
  const cancelled = stood - 2 * shown
  const gone = cancelled > 0 ? Math.floor(share * cancelled * Math.min(1, order.queue / stood)) : 0
  if (gone > 0 || order.queue > 2 * shown) setQueue(order, Math.min(order.queue - gone, 2 * shown))
}

const matchCrossing = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook, at: number): void => {
  const best = oppositeOf(order, runner).price(0)
  if (best === 0 || !isWithin(order, best)) return
  setQueue(order, 0)
  takeWithinLimit(market, order, runner, at, "order")
}
