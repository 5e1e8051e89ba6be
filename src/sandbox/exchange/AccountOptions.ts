/** Who bets on the exchange, and on what terms. */

/** The account's own number, as the order stream shows it. */
export type AccountId = number

export interface AccountOptions {
  readonly accountId: AccountId
  readonly firstName: string
  readonly lastName: string
  /** ISO 4217 of a currency in `Currencies`; all markets are in the same money, no conversion is made. */
  readonly currencyCode: string
  readonly startingBalancePence: number
  /** Percent off the market base rate, 0 to 100. */
  readonly discountRate: number
  /** The most the account may have at risk, pence; none without. */
  readonly exposureLimitPence?: number
}
