/** How much a request asks for: the sum of its points times its markets may be 200 (EXCHANGE: "Data weights"). */
import { FaultRaised } from "./Reply.ts"

const mostPoints = 200
/** Prices per side at which the weight of best offers is the listed one. */
const usualDepth = 3

export const priceDataKinds = ["SP_AVAILABLE", "SP_TRADED", "EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED"] as const
export type PriceData = (typeof priceDataKinds)[number]

export const bookWeight = (data: ReadonlySet<PriceData>, depth: number): number => {
  if (data.size === 0) return 2
  const isTraded = data.has("EX_TRADED")
  const offers = data.has("EX_ALL_OFFERS")
    ? isTraded
      ? 32
      : 17
    : data.has("EX_BEST_OFFERS")
      ? ((isTraded ? 20 : 5) * depth) / usualDepth
      : isTraded
        ? 17
        : 0
  return offers + (data.has("SP_AVAILABLE") ? 3 : 0) + (data.has("SP_TRADED") ? 7 : 0)
}

export const catalogueWeights: Readonly<Record<string, number>> = { MARKET_DESCRIPTION: 1, RUNNER_METADATA: 1 }

export const profitAndLossWeight = 4

/** A fault when it is too much. */
export const weigh = (points: number, markets: number): void => {
  if (points * markets > mostPoints) {
    throw new FaultRaised("TOO_MUCH_DATA", `${points} points × ${markets} markets, at most ${mostPoints} together`)
  }
}
