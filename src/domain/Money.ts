/**
 * Money is whole pence (the hundredth of the account's currency): sums of binary fractions would drift, and an account
 * has to agree with the exchange's to the penny. Decimals exist on the wire and in the database only.
 */

/** Whole hundredths of the account's currency. */
export type Pence = number

/** From a decimal amount such as `12.34`; half a penny rounds away from zero. */
export const fromDecimal = (amount: number): Pence => {
  const pence = Math.round(Math.abs(amount) * 100 + 1e-7)
  return amount < 0 ? -pence : pence
}

export const toDecimal = (pence: Pence): number => pence / 100

/** `-1234` reads `-12.34`. */
export const format = (pence: Pence): string => {
  const digits = Math.abs(pence).toString().padStart(3, "0")
  return `${pence < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Half rounds away from zero, as the exchange's statements do; never negative zero. */
export const round = (pence: number): Pence => {
  const rounded = Math.round(Math.abs(pence) + 1e-9)
  return pence < 0 && rounded !== 0 ? -rounded : rounded
}
