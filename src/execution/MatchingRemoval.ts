/**
 * Withdrawn runners: their orders are void, and the prices of what is matched on the others fall by the withdrawn
 * runner's reduction factor (EXCHANGE.md "Settlement rules").
 */
import * as BinaryDecimal from "../domain/BinaryDecimal.ts"
import type { MarketDefinition, RunnerDefinition } from "../domain/Market.ts"
import { findRunner } from "../domain/Market.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import type { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { isRemoved, joinQueue } from "./MatchingPlacement.ts"
import { reducedPrice } from "./MatchingRounding.ts"

/** Percent from which a withdrawal counts. */
const thresholds = { win: 2.5, place: 0, unmatchedWin: 2.5, unmatchedPlace: 4 }

/** Applies the withdrawals that the definition tells of for the first time. */
export const applyRemovals = (market: MatchingMarket, book: MarketBook, definition: MarketDefinition): void => {
  for (const runner of definition.runners) {
    if (!isRemoved(runner)) continue
    const factor = runner.adjustmentFactor ?? 0
    const known = market.removed.get(runner.key)
    if (known === factor || (known !== undefined && market.profile.bookkeeping === "exact")) continue
    market.removed.set(runner.key, factor)
    for (const order of market.orders.values()) {
      if (order.runner === runner.key) voidOrder(market, order, book.publishTime)
      else {
        reduce(market, order, definition, factor)
        if (order.phase === "LIVE") reviseLay(market, order, book, definition, factor)
      }
    }
  }
}

/** Notes the withdrawals that came before our orders did. */
export const noteRemovals = (market: MatchingMarket, definition: MarketDefinition): void => {
  for (const runner of definition.runners) {
    if (isRemoved(runner)) market.removed.set(runner.key, runner.adjustmentFactor ?? 0)
  }
}

/** Applies to an order of an earlier process what was withdrawn while nobody was looking. */
export const applyMissedRemovals = (
  market: MatchingMarket,
  order: MatchingOrder,
  book: MarketBook,
  definition: MarketDefinition
): void => {
  for (const runner of definition.runners) {
    if (!isRemoved(runner)) continue
    if (runner.key === order.runner) return voidOrder(market, order, book.publishTime)
    const factor = runner.adjustmentFactor ?? 0
    const { removedAt } = runner
    if (removedAt === null) continue
    if (removedAt > order.restoredFrom) reduceMatched(market, order, definition, factor)
    if (removedAt > (order.placedAt ?? order.restoredFrom)) reduceLiability(order, definition, runner, factor)
  }
}

const isPlaceMarket = (definition: MarketDefinition): boolean =>
  definition.marketType === "PLACE" || definition.marketType === "OTHER_PLACE" || definition.numberOfWinners > 1

const voidOrder = (market: MatchingMarket, order: MatchingOrder, at: number): void => {
  const { bookkeeping } = market.profile
  const wasMatched = order.sizeMatched
  order.fills = []
  order.sizeMatched = 0
  if (bookkeeping === "reference") order.sizeVoided = order.type === "LIMIT" ? order.size : order.liability
  if (order.phase === "PENDING") return
  if (bookkeeping === "exact") {
    const open = order.phase === "COMPLETE" ? wasMatched : order.type === "LIMIT" ? order.remaining : order.size
    order.sizeVoided += open
  } else if (order.type !== "LIMIT") return market.note(order)
  market.note(order)
  market.end(order, at)
}

const reduce = (market: MatchingMarket, order: MatchingOrder, definition: MarketDefinition, factor: number): void => {
  const isUncapped = order.type === "MARKET_ON_CLOSE" && !order.isBack
  if (isUncapped) reduceLiability(order, definition, findRunner(definition, order.runner), factor)
  if (!isUncapped || market.profile.bookkeeping === "exact") reduceMatched(market, order, definition, factor)
  else if (order.sizeMatched > 0) restake(order)
}

/** The liability of a lay at any starting price, before it is matched, shrinks with the field. */
const reduceLiability = (
  order: MatchingOrder,
  definition: MarketDefinition,
  own: RunnerDefinition | undefined,
  factor: number
): void => {
  if (order.type !== "MARKET_ON_CLOSE" || order.isBack) return
  if (definition.marketType === "WIN") order.liability *= 1 - factor / (100 - (own?.adjustmentFactor ?? 0))
  else if (definition.marketType === "PLACE" || definition.marketType === "OTHER_PLACE") {
    order.liability *= (100 - factor) * 0.01
  }
}

/** The reference changes the stake instead of the price where the lay is already matched. */
const restake = (order: MatchingOrder): void => {
  const [fill] = order.fills
  if (fill === undefined) return
  const size = BinaryDecimal.hundredths(order.liability / 100 / (BinaryDecimal.hundredths(fill.price / 100) / 100 - 1))
  order.fills = [{ ...fill, size }]
  order.sizeMatched = size
}

const reduceMatched = (
  market: MatchingMarket,
  order: MatchingOrder,
  definition: MarketDefinition,
  factor: number
): void => {
  const { reductionThreshold, rounding } = market.profile
  const isPlace = reductionThreshold === "exchange" && isPlaceMarket(definition)
  if (order.fills.length === 0 || factor === 0 || factor < (isPlace ? thresholds.place : thresholds.win)) return
  order.fills = order.fills.map((fill) => ({ ...fill, price: reducedPrice(fill.price, factor, rounding) }))
  market.note(order)
}

/** The exchange takes unmatched lays off the others, or lowers the limits of those that persist. */
const reviseLay = (
  market: MatchingMarket,
  order: MatchingOrder,
  book: MarketBook,
  definition: MarketDefinition,
  factor: number
): void => {
  if (!market.profile.cancelsLaysOnRemoval || order.isBack || order.type !== "LIMIT") return
  if (factor < (isPlaceMarket(definition) ? thresholds.unmatchedPlace : thresholds.unmatchedWin)) return
  if (order.persistence !== "PERSIST") return market.lapse(order, book.publishTime)
  order.price = PriceLadder.floor(reducedPrice(order.price, factor, "exact"))
  const runner = book.runnersByKey.get(order.runner)
  if (runner !== undefined) joinQueue(market, order, runner, book, true)
  market.moved(order)
}
