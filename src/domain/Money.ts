/**
 * Money is whole pence (the hundredth of the account's currency): sums of binary fractions would drift, and an account
 * has to agree with the exchange's to the penny. Decimals exist on the wire and in the database only.
 */

/** Whole hundredths of the account's currency. */
export type Pence = number

const halfAwayFromZero = (pence: number, tolerance: number): Pence => {
  const rounded = Math.round(Math.abs(pence) + tolerance)
  return pence < 0 && rounded !== 0 ? -rounded : rounded
}

/** From a decimal amount such as `12.34`; half a penny rounds away from zero, binary noise notwithstanding. */
export const fromDecimal = (amount: number): Pence => halfAwayFromZero(amount * 100, 1e-7)

export const toDecimal = (pence: Pence): number => pence / 100

/** `-1234` reads `-12.34`. */
export const format = (pence: Pence): string => {
  const digits = Math.abs(pence).toString().padStart(3, "0")
  return `${pence < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Half a penny rounds away from zero, as on the exchange's statements; never negative zero. */
export const round = (pence: number): Pence => halfAwayFromZero(pence, 1e-9)
