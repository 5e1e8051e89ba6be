/** Parameters that more than one built-in strategy has, said once. */
import { Schema } from "effect"
import { choice, money, number, optionalMoney } from "../config/Setting.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"

const range = {
  minimum: PriceLadder.toDecimal(PriceLadder.minimum),
  maximum: PriceLadder.toDecimal(PriceLadder.maximum)
}

/** Decimal odds, anywhere on the ladder. */
export const odds = (byDefault: number, description: string) => number(byDefault, range, description)

export const minTradedVolume = money(
  1000,
  { minimum: 0, maximum: 100_000_000 },
  "Money that must have been matched on the market; 0: markets without volume data are traded too"
)

export const sides = choice(["back", "lay", "both"], "both", "Which way it may bet")

export const stake = optionalMoney({ minimum: 0.01, maximum: 1_000_000 }, "Backer's stake of each bet; null: by Kelly")

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
