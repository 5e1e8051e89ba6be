/**
 * By which rules bets are settled. The exchange's own are the rule; the reference simulator's are kept beside them as
 * named switches, so that a strategy's figures can be compared with it to the penny.
 */

export interface SettlementRules {
  /** Fraction of a market's net winnings; `market` takes the market's own base rate less the account's discount. */
  readonly commissionRate: "market" | number
  /** The account's discount on base rates as a fraction; markets that allow none are charged in full. */
  readonly commissionDiscount: number
  /** `binary`: pounds as binary fractions, whose half pennies round either way; else half a penny rounds up. */
  readonly commissionRounding: "exact" | "binary"
  /** `win_only`: more winners than places change nothing where more than one place is paid. */
  readonly deadHeats: "all" | "win_only"
  /**
   * What is not an ODDS market, and a market nobody won, by the exchange's rules: the one stays open, the other is void. By
   * `statuses` every bet goes by its runner's status, but in line markets.
   */
  readonly outcomes: "exchange" | "statuses"
  /** `hundredths`: several fills settle as one at their average price, rounded to a hundredth first, in binary pounds. */
  readonly averagePrice: "exact" | "hundredths"
}

export const exchange = (commissionDiscount: number): SettlementRules => ({
  commissionRate: "market",
  commissionDiscount,
  commissionRounding: "exact",
  deadHeats: "all",
  outcomes: "exchange",
  averagePrice: "exact"
})

/** As flumine 2.13 settles: 5 % of every market's net winnings, dead heats in WIN markets only. */
export const reference: SettlementRules = {
  commissionRate: 0.05,
  commissionDiscount: 0,
  commissionRounding: "binary",
  deadHeats: "win_only",
  outcomes: "statuses",
  averagePrice: "hundredths"
}
