/** What a bet is worth before its result is known, for strategies and the prediction filter alike. */
import type { MarketDefinition } from "./Market.ts"
import type { Price } from "./PriceLadder.ts"
import type { Side } from "./Side.ts"

/** The market's commission as a fraction of winnings; a rate that makes no sense counts as Betfair's usual 5 %. */
export const commissionOf = (market: Pick<MarketDefinition, "marketBaseRate">): number =>
  market.marketBaseRate >= 0 && market.marketBaseRate < 100 ? market.marketBaseRate / 100 : 0.05

/**
 * Expected profit for each pound that may be lost, net of commission on the winnings: a backer may lose the stake, a
 * layer (odds - 1) × stake. The bet is taken alone: commission is charged on a market's net winnings, so other bets on
 * the market can only lower it.
 *
 * @param probability of the runner winning (or being placed), in (0, 1)
 * @param commission a fraction: 0.05 is 5 %
 */
export const expectedReturn = (side: Side, price: Price, probability: number, commission: number): number => {
  const gain = (price - 100) / 100
  const kept = 1 - commission
  return side === "BACK"
    ? probability * gain * kept - (1 - probability)
    : ((1 - probability) * kept) / gain - probability
}
