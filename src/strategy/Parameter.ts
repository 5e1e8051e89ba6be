/** Parameters that more than one built-in strategy has, said once. */
import { Schema } from "effect"
import { choice, number } from "../config/Setting.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"

const range = {
  minimum: PriceLadder.toDecimal(PriceLadder.minimum),
  maximum: PriceLadder.toDecimal(PriceLadder.maximum)
}

/** Decimal odds, anywhere on the ladder. */
export const odds = (byDefault: number, description: string) => number(byDefault, range, description)

export const approach = choice(
  ["take", "join"],
  "take",
  "Take the best price on offer, or join the queue for a better one"
)

export const persistence = choice(
  ["LAPSE", "PERSIST", "MARKET_ON_CLOSE"],
  "LAPSE",
  "What becomes of an unmatched order at the off, where the market allows it"
)

/** Odds limits that leave nothing between them are a mistake, not a strategy that never bets. */
export const ordered = Schema.makeFilter(
  ({ maxOdds, minOdds }: { readonly minOdds: number; readonly maxOdds: number }) =>
    minOdds <= maxOdds ? undefined : "Expected min_odds not to be above max_odds"
)
