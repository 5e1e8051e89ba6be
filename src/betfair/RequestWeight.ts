/**
 * What a request for market data weighs. Betfair refuses more than 200 points a request (TOO_MUCH_DATA), so larger ones are
 * asked in parts.
 *
 * Source: Betfair's "Market Data Request Limits".
 */
import type { MarketProjection } from "./api/Enumerations.ts"
import type { PriceProjection } from "./api/Parameters.ts"

export const mostPoints = 200

/** Prices of each side that EX_BEST_OFFERS gives, and its weight is for. */
const usualDepth = 3

/** Points of one market of listMarketBook. */
export const ofMarketBook = (projection: PriceProjection | undefined): number => {
  const asked = new Set(projection?.priceData)
  const starting = (asked.has("SP_AVAILABLE") ? 3 : 0) + (asked.has("SP_TRADED") ? 7 : 0)
  const traded = asked.has("EX_TRADED")
  const best = () => {
    const depth = projection?.exBestOffersOverrides?.bestPricesDepth ?? usualDepth
    return ((traded ? 20 : 5) * depth) / usualDepth
  }
  const prices = asked.has("EX_ALL_OFFERS")
    ? traded
      ? 32
      : 17
    : asked.has("EX_BEST_OFFERS")
      ? best()
      : traded
        ? 17
        : 0
  return starting + prices === 0 ? 2 : starting + prices
}

/** Points of one market of listMarketCatalogue. */
export const ofMarketCatalogue = (projection: ReadonlyArray<MarketProjection> | undefined): number => {
  const asked = new Set(projection)
  return (asked.has("MARKET_DESCRIPTION") ? 1 : 0) + (asked.has("RUNNER_METADATA") ? 1 : 0)
}

/** Points of one market of listMarketProfitAndLoss. */
export const ofMarketProfitAndLoss = 4

/** The markets of one request at most. One market is always asked for, though it alone may be too much. */
export const marketsPerRequest = (pointsEach: number): number => Math.max(1, Math.floor(mostPoints / pointsEach))

/** In pieces of at most `size`, in order. */
export const inParts = <A>(values: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size))
