/**
 * Where amounts and prices stop being integers: halves of traded volume, reduction factors, liabilities at the starting
 * price, average prices. The reference computes in floating-point pounds and rounds their binary value (ties of that
 * value to even); the exact way is integers, and in doubt the smaller fill.
 */
import * as BinaryDecimal from "../domain/BinaryDecimal.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { MatchingProfile } from "./MatchingProfile.ts"

type Rounding = MatchingProfile["rounding"]

/** Whole pence of a number of half-pence. */
export const halves = (halfPence: number): Pence => (halfPence - (halfPence % 2)) / 2

/** A price after a withdrawal of `factor` percent; never below 1.01. */
export const reducedPrice = (price: Price, factor: number, rounding: Rounding): Price =>
  Math.max(
    101,
    rounding === "exact"
      ? Math.round((price * (100 - factor)) / 100 + 1e-9)
      : BinaryDecimal.hundredths((price / 100) * (1 - factor / 100))
  )

/** Stake that a layer's liability (pence, not necessarily whole) buys at a starting price (decimal odds). */
export const stakeAt = (liability: number, startingPrice: number, rounding: Rounding): Pence =>
  rounding === "exact"
    ? Math.floor(liability / (startingPrice - 1) + 1e-9)
    : BinaryDecimal.hundredths(liability / 100 / (startingPrice - 1))

/** A starting price as the price of a fill: the reference keeps all its decimals. */
export const startingPriceOf = (decimal: number, rounding: Rounding): Price =>
  rounding === "exact" ? Math.round(decimal * 100) : decimal * 100

/** True when stakes of the total `value` (price × size) and `size` average at `limit` or better for the side. */
export const averagesAt = (isBack: boolean, value: number, size: Pence, limit: Price, rounding: Rounding): boolean => {
  if (rounding === "exact") return isBack ? value >= limit * size : value <= limit * size
  const average = BinaryDecimal.hundredths(value / 10_000 / (size / 100))
  return isBack ? average >= limit : average <= limit
}
