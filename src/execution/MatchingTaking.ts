/**
 * The aggressive side of matching: an order takes what is displayed against it, level by level, down to its limit (or,
 * for FILL_OR_KILL, down to an average that is its limit), less what our own orders have taken before.
 */
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import type { PriceSizes } from "../market/PriceSizes.ts"
import type { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { averagesAt } from "./MatchingRounding.ts"

/** What the order can take. */
export const oppositeOf = (order: MatchingOrder, runner: RunnerBook): PriceSizes =>
  order.isBack ? runner.availableToBack : runner.availableToLay

/** Where the order queues when it rests. */
export const ownOf = (order: MatchingOrder, runner: RunnerBook): PriceSizes =>
  order.isBack ? runner.availableToLay : runner.availableToBack

/** True when a displayed price is the order's limit or better. */
export const isWithin = (order: MatchingOrder, price: Price): boolean =>
  order.isBack ? price >= order.price : price <= order.price

/** What is displayed at a level and not taken by us. */
const availableAt = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook, level: number): Pence => {
  const ladder = oppositeOf(order, runner)
  const size = ladder.size(level)
  if (!market.profile.removesTakenLiquidity) return size
  return Math.max(0, size - market.taken.at(runner, order.isBack, ladder.price(level)))
}

/** The best price at which something can be taken, 0 when there is none. */
export const bestFor = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook): Price => {
  const ladder = oppositeOf(order, runner)
  for (let level = 0; level < ladder.length; level++) {
    if (availableAt(market, order, runner, level) > 0) return ladder.price(level)
  }
  return 0
}

const take = (
  market: MatchingMarket,
  order: MatchingOrder,
  runner: RunnerBook,
  at: number,
  displayed: Price,
  price: Price,
  size: Pence
): void => {
  market.fill(order, at, price, size)
  if (market.profile.removesTakenLiquidity) market.taken.add(runner, order.isBack, displayed, size)
}

/** Takes each level within the limit: at the level's own price or, for an order that was there first, at the order's. */
export const takeWithinLimit = (
  market: MatchingMarket,
  order: MatchingOrder,
  runner: RunnerBook,
  at: number,
  pricedBy: "level" | "order"
): void => {
  const ladder = oppositeOf(order, runner)
  for (let level = 0; level < ladder.length && order.remaining > 0; level++) {
    const price = ladder.price(level)
    if (!isWithin(order, price)) return
    const size = Math.min(order.remaining, availableAt(market, order, runner, level))
    if (size > 0) take(market, order, runner, at, price, pricedBy === "level" ? price : order.price, size)
  }
}

/**
 * Takes whole levels while the average stays at the limit or better, if that reaches the least size wanted; the rest is
 * cancelled. A level that would spoil the average is not taken in part.
 */
export const fillOrKill = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook, at: number): void => {
  const ladder = oppositeOf(order, runner)
  const best = bestFor(market, order, runner)
  const deepest = best === order.price ? best : 0
  const levels = best !== 0 && isWithin(order, best) ? countLevels(market, order, runner, deepest) : 0
  for (let level = 0; level < levels && order.remaining > 0; level++) {
    const size = Math.min(order.remaining, availableAt(market, order, runner, level))
    if (size > 0) take(market, order, runner, at, ladder.price(level), ladder.price(level), size)
  }
  order.sizeCancelled += order.remaining
}

/** How many levels are taken; none when they hold less than the least size. `deepest` 0: as far as the average allows. */
const countLevels = (market: MatchingMarket, order: MatchingOrder, runner: RunnerBook, deepest: Price): number => {
  const ladder = oppositeOf(order, runner)
  const { rounding } = market.profile
  const wanted = order.remaining
  let size = 0
  let value = 0
  let level = 0
  for (; level < ladder.length && size < wanted; level++) {
    const price = ladder.price(level)
    if (deepest !== 0 && !(order.isBack ? price >= deepest : price <= deepest)) break
    const more = Math.min(wanted - size, availableAt(market, order, runner, level))
    if (!averagesAt(order.isBack, value + price * more, size + more, order.price, rounding)) break
    size += more
    value += price * more
  }
  return size >= order.minFillSize ? level : 0
}
