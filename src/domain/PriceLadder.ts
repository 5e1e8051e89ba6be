/**
 * The exchange's ladder of prices. A price is decimal odds in hundredths (`101` is 1.01), so every price of every ladder
 * is an exact integer, and a step on the ladder is a tick.
 *
 * Source: Betfair's price increments (EXCHANGE: "Ladder"): CLASSIC 1.01 to 1000 in 350 prices, FINEST every hundredth.
 */

/** Decimal odds in hundredths: 350 is 3.5. */
export type Price = number

export type Ladder = "CLASSIC" | "FINEST" | "LINE_RANGE"

export const minimum: Price = 101
export const maximum: Price = 100_000

/** [up to and including, step], both in hundredths. */
const bands: ReadonlyArray<readonly [Price, number]> = [
  [200, 1],
  [300, 2],
  [400, 5],
  [600, 10],
  [1000, 20],
  [2000, 50],
  [3000, 100],
  [5000, 200],
  [10_000, 500],
  [100_000, 1000]
]

/** All prices of the CLASSIC ladder, ascending. */
export const classic: ReadonlyArray<Price> = (() => {
  const prices: Array<Price> = [minimum]
  for (const [end, step] of bands) {
    for (let price = prices.at(-1)! + step; price <= end; price += step) prices.push(price)
  }
  return prices
})()

const tickOfPrice = new Int16Array(maximum + 1).fill(-1)
classic.forEach((price, tick) => {
  tickOfPrice[price] = tick
})

/** The price's index on the CLASSIC ladder, 0 for 1.01 to 349 for 1000; -1 when it is not on it. */
export const tickOf = (price: Price): number => tickOfPrice[price] ?? -1

export const isOnLadder = (price: Price, ladder: Ladder = "CLASSIC"): boolean =>
  ladder === "CLASSIC" ? tickOf(price) >= 0 : Number.isInteger(price) && price >= minimum && price <= maximum

/** The number of ladder prices strictly below `price`, which need not be on the ladder. */
const rank = (price: Price): number => {
  let low = 0
  let high = classic.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (classic[middle]! < price) low = middle + 1
    else high = middle
  }
  return low
}

/** The highest ladder price at or below `price`; 1.01 when there is none. */
export const floor = (price: Price): Price => {
  const tick = tickOf(price)
  return tick >= 0 ? price : classic[Math.max(0, Math.min(rank(price), classic.length) - 1)]!
}

/** The lowest ladder price at or above `price`; 1000 when there is none. */
export const ceil = (price: Price): Price => classic[Math.min(rank(price), classic.length - 1)]!

/** The price `ticks` steps longer (negative: shorter), held at the ladder's ends. An off-ladder price is floored first. */
export const move = (price: Price, ticks: number): Price => {
  const tick = tickOf(floor(price)) + ticks
  return classic[Math.max(0, Math.min(classic.length - 1, tick))]!
}

/** Steps from one price up to another, negative when it is down; off-ladder prices are floored. */
export const ticksBetween = (from: Price, to: Price): number => tickOf(floor(to)) - tickOf(floor(from))

export const fromDecimal = (odds: number): Price => Math.round(odds * 100)
export const toDecimal = (price: Price): number => price / 100
