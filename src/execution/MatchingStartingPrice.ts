/**
 * The starting price: when the market is reconciled, orders that take it are matched at it in full, whatever it is or if
 * it is within their limit. A lay keeps its liability, so its stake follows from the price.
 */
import type { MarketDefinition } from "../domain/Market.ts"
import { findRunner } from "../domain/Market.ts"
import type { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { minimums } from "./MatchingProfile.ts"
import { stakeAt, startingPriceOf } from "./MatchingRounding.ts"

/** Matches what takes the starting price. A runner without one (withdrawn, or not determined) leaves its orders waiting. */
export const matchAtStartingPrice = (market: MatchingMarket, definition: MarketDefinition, at: number): void => {
  for (const order of market.live) {
    if (order.phase !== "LIVE" || !order.takesStartingPrice) continue
    const startingPrice = findRunner(definition, order.runner)?.bsp ?? null
    if (startingPrice === null) continue
    if (order.type === "LIMIT") matchRemainder(market, order, startingPrice, at)
    else matchOnClose(market, order, startingPrice, at)
  }
}

const fillAt = (market: MatchingMarket, order: MatchingOrder, startingPrice: number, size: number, at: number) => {
  if (size > 0) market.fill(order, at, startingPriceOf(startingPrice, market.profile.rounding), size)
}

const matchRemainder = (market: MatchingMarket, order: MatchingOrder, startingPrice: number, at: number): void => {
  const { bookkeeping, rounding } = market.profile
  const { remaining } = order
  if (order.isBack) fillAt(market, order, startingPrice, remaining, at)
  else {
    const risk = ((order.price - 100) * remaining) / 100
    if (risk < minimums.startingPriceLiability) return market.lapse(order, at)
    const size = stakeAt(risk, startingPrice, rounding)
    order.sizeCancelled += bookkeeping === "exact" ? Math.max(0, remaining - size) : remaining - size
    fillAt(market, order, startingPrice, size, at)
  }
  market.end(order, at)
}

const matchOnClose = (market: MatchingMarket, order: MatchingOrder, startingPrice: number, at: number): void => {
  const limit = order.price / 100
  if (order.type === "LIMIT_ON_CLOSE" && (order.isBack ? startingPrice < limit : startingPrice > limit)) {
    return market.lapse(order, at)
  }
  const { liability } = order
  const size = order.isBack ? liability : stakeAt(liability, startingPrice, market.profile.rounding)
  fillAt(market, order, startingPrice, size, at)
  market.end(order, at)
}
