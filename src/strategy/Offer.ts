/** From a wish to bet to an order the exchange can take: which price, on which side of the queue, with which persistence. */
import type { MarketDefinition } from "../domain/Market.ts"
import type { Persistence } from "../domain/Order.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { RunnerBook } from "../market/MarketBook.ts"

/** `take`: the best price on offer, matched at once. `join`: the best price others ask for on our side, behind them. */
export type Approach = "take" | "join"

/** The price to bet at, 0 when there is none or it cannot be an order's. */
export const price = (runner: RunnerBook, side: Side, approach: Approach, market: MarketDefinition): Price => {
  const offers = (side === "BACK") === (approach === "take") ? runner.availableToBack : runner.availableToLay
  const best = offers.price(0)
  return best > 0 && PriceLadder.isOnLadder(best, market.ladder) ? best : 0
}

/** Ticks between the best prices of the two sides, Infinity when one is missing. */
export const spreadTicks = (runner: RunnerBook): number => {
  const back = runner.availableToBack.price(0)
  const lay = runner.availableToLay.price(0)
  return back > 0 && lay > 0 ? PriceLadder.ticksBetween(back, lay) : Infinity
}

/** What is wanted where the market allows it; else the order lapses at the off. */
export const persistence = (wanted: Persistence, market: MarketDefinition): Persistence => {
  if (wanted === "PERSIST" && !market.persistenceEnabled) return "LAPSE"
  if (wanted === "MARKET_ON_CLOSE" && (!market.bspMarket || market.bspReconciled)) return "LAPSE"
  return wanted
}
