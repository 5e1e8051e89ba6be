/** What the exchange asks of bets in each currency (EXCHANGE: "Stakes"): pence of that currency. */
import type { Pence } from "../../domain/Money.ts"

export interface CurrencyLimits {
  readonly minSize: Pence
  /** A smaller size is taken when price × size reaches this. */
  readonly minPayout: Pence
  /** Least liability of a lay at the starting price. */
  readonly minBspLiability: Pence
}

const limits = (minSize: number, minPayout: number, minBspLiability: number): CurrencyLimits => ({
  minSize: minSize * 100,
  minPayout: minPayout * 100,
  minBspLiability: minBspLiability * 100
})

export const currencies: Readonly<Record<string, CurrencyLimits>> = {
  GBP: limits(1, 10, 10),
  EUR: limits(1, 20, 10),
  USD: limits(1, 20, 20),
  AUD: limits(5, 30, 30),
  CAD: limits(2, 30, 30),
  SEK: limits(15, 150, 150),
  NOK: limits(10, 150, 150),
  DKK: limits(15, 150, 150),
  HKD: limits(10, 125, 125),
  NZD: limits(2, 10, 10)
}
