/**
 * What happens when an order reaches the venue: it is refused with the exchange's code, or takes what it can and rests
 * with the rest behind the money that is displayed at its price.
 */
import type { MarketDefinition, RunnerDefinition } from "../domain/Market.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import type { PriceSizes } from "../market/PriceSizes.ts"
import type { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { minimums } from "./MatchingProfile.ts"
import { bestFor, fillOrKill, isWithin, oppositeOf, ownOf, takeWithinLimit } from "./MatchingTaking.ts"

/** Not a code of the exchange: the data has no ladder, so nobody can say whether a limit order would have matched. */
export const dataWithoutLadder = "DATA_WITHOUT_LADDER"

export interface PlacementTimes {
  /** When the venue looks at the order. */
  readonly at: number
  /** What its fills are stamped with. */
  readonly stamp: number
}

export const isRemoved = (runner: RunnerDefinition): boolean =>
  runner.status === "REMOVED" || runner.status === "REMOVED_VACANT"

/** Places an order against the book as it stands. `marketVersion` is the version it was meant for. */
export const place = (
  market: MatchingMarket,
  order: MatchingOrder,
  book: MarketBook,
  definition: MarketDefinition,
  marketVersion: number | null,
  { at, stamp }: PlacementTimes
): void => {
  order.version = definition.version
  order.inPlay = definition.inPlay
  const runner = book.runnersByKey.get(order.runner)
  const code = refusalOf(market, order, book, definition, runner, marketVersion)
  order.placedAt = at
  if (code !== null) {
    bookRefusal(order, code)
    market.refuse(order, code, at)
    return
  }
  market.enter(order)
  if (order.type !== "LIMIT" || runner === undefined) return
  if (order.fillOrKill) {
    fillOrKill(market, order, runner, stamp)
    market.end(order, at)
    return
  }
  const crosses = crossesAt(market, order, runner)
  if (crosses) takeWithinLimit(market, order, runner, stamp, "level")
  if (order.remaining === 0) market.end(order, at)
  else joinQueue(market, order, runner, book, !crosses)
  if (order.cancelled) {
    order.sizeCancelled += order.remaining
    market.end(order, at)
  }
}

/** True when the order would take something; the reference thinks so of a BACK at 1.01 and a LAY at 1000 in any case. */
export const crossesAt = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook): boolean => {
  const displayed = oppositeOf(order, runner).price(0)
  if (displayed !== 0) return isWithin(order, displayed)
  const limit = order.isBack ? PriceLadder.minimum : PriceLadder.maximum
  return market.profile.bookkeeping === "reference" && order.price === limit
}

/** Puts the order behind what is displayed at its price; a remainder of an order that crossed has nobody before it. */
export const joinQueue = (
  market: MatchingMarket,
  order: MatchingOrder,
  runner: RunnerBook,
  book: MarketBook,
  isBehind: boolean
): void => {
  const own = ownOf(order, runner)
  order.shown = own.at(order.price)
  if (!isBehind) setQueue(order, 0)
  else if (market.profile.hiddenQueue === "unknown" && !reaches(own, order, book)) setQueue(order, Infinity)
  else setQueue(order, 2 * order.shown)
}

/** In half-pence. */
export const setQueue = (order: MatchingOrder, halfPence: number): void => {
  order.queue = halfPence
  order.queuePounds = halfPence / 200
}

/** False when the data (the best three levels) would not show what stands at the order's price. */
export const reaches = (own: PriceSizes, order: MatchingOrder, book: MarketBook): boolean =>
  book.depth === "FULL_LADDER" ||
  own.length < 3 ||
  (order.isBack ? order.price <= own.price(own.length - 1) : order.price >= own.price(own.length - 1))

/** On refusal the reference voids an order or lets it lapse; nobody hears of these amounts but its own results. */
const bookRefusal = (order: MatchingOrder, code: string): void => {
  if (order.type !== "LIMIT") return
  if (code === "BET_TAKEN_OR_LAPSED" || code === "BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE") {
    order.sizeLapsed += order.remaining
  } else if (code === "INVALID_MIN_FILL_SIZE") order.sizeCancelled += order.remaining
  else order.sizeVoided += order.remaining
}

const refusalOf = (
  market: MatchingMarket,
  order: MatchingOrder,
  book: MarketBook,
  definition: MarketDefinition,
  runner: RunnerBook | undefined,
  marketVersion: number | null
): string | null => {
  if (definition.status !== "OPEN") {
    if (market.profile.bookkeeping === "reference") return "ERROR_IN_ORDER"
    return definition.status === "SUSPENDED" ? "MARKET_SUSPENDED" : "MARKET_NOT_OPEN_FOR_BETTING"
  }
  if (marketVersion !== null && marketVersion !== definition.version) return "BET_TAKEN_OR_LAPSED"
  if (runner === undefined) return "INVALID_RUNNER"
  if (runner.definition !== null && isRemoved(runner.definition)) return "RUNNER_REMOVED"
  if (order.type !== "MARKET_ON_CLOSE" && !PriceLadder.isOnLadder(order.price, definition.ladder)) return "INVALID_ODDS"
  if (!Number.isInteger(order.size) || order.size <= 0) return "INVALID_BET_SIZE"
  if (market.profile.refusesSmallStakes && isTooSmall(market, order)) return "INVALID_BET_SIZE"
  const startingPriceGone = !definition.bspMarket || definition.bspReconciled || definition.inPlay
  if (order.takesStartingPrice && startingPriceGone) {
    return order.type === "LIMIT" ? "BET_ACTION_ERROR" : "MARKET_NOT_OPEN_FOR_BSP_BETTING"
  }
  return order.type === "LIMIT" ? limitRefusalOf(market, order, book, runner) : null
}

const limitRefusalOf = (
  market: MatchingMarket,
  order: MatchingOrder,
  book: MarketBook,
  runner: RunnerBook
): string | null => {
  if (market.profile.refusesWithoutLadder && (book.depth === "NONE" || book.depth === "LAST_PRICE")) {
    return dataWithoutLadder
  }
  if (order.fillOrKill && order.minFillSize > order.size) return "INVALID_MIN_FILL_SIZE"
  if (!market.profile.bestPriceExecution) {
    const best = bestFor(market, order, runner)
    if (best !== 0 && best !== order.price && isWithin(order, best)) return "BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE"
  }
  return null
}

/** The exchange's minima; a smaller stake passes if it could pay out enough, or joins a bet of ours at that price. */
const isTooSmall = (market: MatchingMarket, order: MatchingOrder): boolean => {
  if (order.type !== "LIMIT") return order.size < (order.isBack ? minimums.size : minimums.startingPriceLiability)
  if (order.size >= minimums.size || order.price * order.size >= minimums.payout * 100) return false
  for (const other of market.live) {
    if (other.runner === order.runner && other.isBack === order.isBack && other.price === order.price) return false
  }
  return true
}
