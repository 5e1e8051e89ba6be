/** Rules about the market, the runner and the price of an order. */
import { deny } from "../domain/Decision.ts"
import { findRunner, type MarketDefinition, timeToStartMs } from "../domain/Market.ts"
import type { OrderSpec } from "../domain/Order.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"
import * as Exposure from "./Exposure.ts"
import type { RiskLimits } from "./RiskLimits.ts"
import type { RiskRequest } from "./RiskRequest.ts"
import { above, type Quote, rule } from "./Rule.ts"

/** In line, range, handicap and each-way markets a bet loses by other rules than those of the exposure. */
const losesByOtherRules = ({ bettingType, marketType }: MarketDefinition): boolean =>
  bettingType !== "ODDS" || marketType === "EACH_WAY"

/** Where no exposure is too much (settings made in code), it need not be known either. */
const isBounded = (limits: RiskLimits): boolean =>
  limits.maxExposure < Infinity ||
  limits.maxMarketExposure < Infinity ||
  limits.maxSelectionExposure < Infinity ||
  limits.maxStrategyExposure < Infinity

const canBeReckoned = ({ limits, request: { intent, market, now, prices } }: Quote): boolean => {
  const { order } = intent
  const amount = order._tag === "LIMIT" ? order.size : order.liability
  return (
    market !== null &&
    market.marketId === intent.marketId &&
    !(losesByOtherRules(market) && isBounded(limits)) &&
    Number.isSafeInteger(amount) &&
    amount > 0 &&
    Number.isFinite(now) &&
    Number.isFinite(prices.publishTime)
  )
}

export const reckonable = rule<Quote>(
  "risk_unknown",
  "The order's numbers make sense, and its market pays by winning or losing alone (not each-way, line, handicap).",
  (proposal) => (canBeReckoned(proposal) ? null : deny("risk_unknown"))
)

/** The price that an order names; null for one that takes whatever the starting price is. */
const priceOf = (order: OrderSpec): Price | null => (order._tag === "MARKET_ON_CLOSE" ? null : order.price)

export const marketOpen = rule<Quote>("market_not_open", "The market is open.", ({ request }) =>
  request.market?.status === "OPEN" ? null : deny("market_not_open")
)

export const inPlay = rule<Quote>(
  "market_in_play",
  "The market is not in play, unless the strategy bets in play.",
  ({ request }) => (request.market?.inPlay === true && !request.traits.inPlay ? deny("market_in_play") : null)
)

export const window = rule<Quote>(
  "outside_window",
  "The off is at least `min_time_to_start_seconds` away, unless the strategy bets in play.",
  ({ limits, request: { market, now, traits } }) => {
    const left = market === null ? NaN : timeToStartMs(market, now)
    return traits.inPlay || left >= limits.minTimeToStartMs
      ? null
      : deny("outside_window", left / 1000, limits.minTimeToStartMs / 1000)
  }
)

export const runnerActive = rule<Quote>(
  "runner_not_active",
  "The runner is active.",
  ({ request: { intent, market } }) =>
    market !== null && findRunner(market, Exposure.runnerOf(intent))?.status === "ACTIVE"
      ? null
      : deny("runner_not_active")
)

export const age = rule<Quote>(
  "stale_prices",
  "The market's last message is at most `max_price_age_seconds` old, and not that far in the future.",
  ({ limits, request: { now, prices } }) => {
    const elapsed = now - prices.publishTime
    return Math.abs(elapsed) <= limits.maxPriceAgeMs ? null : deny("stale_prices", elapsed, limits.maxPriceAgeMs)
  }
)

export const onLadder = rule<Quote>(
  "price_not_on_ladder",
  "The order's price is on the market's ladder.",
  ({ request: { intent, market } }) => {
    const price = priceOf(intent.order)
    return price === null || (market !== null && PriceLadder.isOnLadder(price, market.ladder))
      ? null
      : deny("price_not_on_ladder", price / 100)
  }
)

export const odds = rule<Quote>(
  "odds_out_of_range",
  "The order's price is between `min_odds` and `max_odds`; an order at any starting price needs both to be open.",
  ({ limits: { maxOdds, minOdds }, request }) => {
    const price = priceOf(request.intent.order)
    if (price === null) {
      const isOpen = minOdds <= PriceLadder.minimum && maxOdds >= PriceLadder.maximum
      return isOpen ? null : deny("odds_out_of_range")
    }
    if (!(price >= minOdds)) return deny("odds_out_of_range", price / 100, minOdds / 100)
    return above("odds_out_of_range", price / 100, maxOdds / 100)
  }
)

/** Where the data carries no offers at all, the last price traded stands for them. */
const referencePrice = ({ intent, prices }: RiskRequest): Price => {
  const best = intent.side === "BACK" ? prices.bestBack : prices.bestLay
  return best > 0 || prices.depth !== "LAST_PRICE" ? best : prices.lastPriceTraded
}

export const distance = rule<Quote>(
  ["no_price", "price_too_far"],
  "The price of a limit order is at most `max_ticks_from_best` ticks worse for us than the best price on its side.",
  ({ limits, request }) => {
    const { order, side } = request.intent
    // Where no distance is too far (settings made in code), there need not be a price to measure it from.
    if (order._tag !== "LIMIT" || limits.maxTicksFromBest === Infinity) return null
    const best = referencePrice(request)
    if (!(best > 0)) return deny("no_price")
    const worse =
      side === "BACK" ? PriceLadder.ticksBetween(order.price, best) : PriceLadder.ticksBetween(best, order.price)
    return above("price_too_far", worse, limits.maxTicksFromBest)
  }
)
