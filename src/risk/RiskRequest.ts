/** What the risk manager is asked: may this bet be placed on this market, at these prices, now? */
import type { BetIntent } from "../domain/Bet.ts"
import { runnerKey } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Depth, MarketBook } from "../market/MarketBook.ts"

/** The runner's prices as they stand; 0 where there is none. */
export interface RunnerPrices {
  readonly bestBack: Price
  readonly bestLay: Price
  readonly lastPriceTraded: Price
  /** Of the market's last message, epoch milliseconds. */
  readonly publishTime: number
  readonly depth: Depth
}

export interface RiskRequest {
  readonly intent: BetIntent
  /** Null while no definition has come: nothing can be bet then. */
  readonly market: MarketDefinition | null
  readonly prices: RunnerPrices
  /** Whether the strategy bets in play. */
  readonly traits: { readonly inPlay: boolean }
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The request for an intent on a book as it stands; the prices are copied, so the book may change afterwards.
 *
 * @param publishTime of the last message that could have changed the book
 */
export const fromBook = (
  intent: BetIntent,
  book: MarketBook,
  publishTime: number,
  traits: RiskRequest["traits"],
  now: number
): RiskRequest => {
  const runner = book.runnersByKey.get(runnerKey(intent.selectionId, intent.handicap))
  return {
    intent,
    market: book.definition,
    prices: {
      bestBack: runner?.availableToBack.price(0) ?? 0,
      bestLay: runner?.availableToLay.price(0) ?? 0,
      lastPriceTraded: runner?.lastPriceTraded ?? 0,
      publishTime,
      depth: book.depth
    },
    traits,
    now
  }
}
