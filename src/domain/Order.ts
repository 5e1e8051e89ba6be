/** What may be asked of the exchange: the order types, their persistence, and what an order can lose. */
import * as Money from "./Money.ts"
import type { Pence } from "./Money.ts"
import type { Price } from "./PriceLadder.ts"
import type { Side } from "./Side.ts"

/** What becomes of the unmatched part when the market turns in-play. */
export type Persistence = "LAPSE" | "PERSIST" | "MARKET_ON_CLOSE"

export interface LimitOrder {
  readonly _tag: "LIMIT"
  readonly price: Price
  /** Backer's stake. */
  readonly size: Pence
  readonly persistence: Persistence
  /** FILL_OR_KILL takes at least `minFillSize` (the whole size when absent) at once or nothing. */
  readonly timeInForce?: "FILL_OR_KILL"
  readonly minFillSize?: Pence
}

/** Matched at the starting price if that is `price` or better. For a LAY `liability` is what may be lost, for a BACK the stake. */
export interface LimitOnCloseOrder {
  readonly _tag: "LIMIT_ON_CLOSE"
  readonly price: Price
  readonly liability: Pence
}

/** Matched at whatever the starting price is. */
export interface MarketOnCloseOrder {
  readonly _tag: "MARKET_ON_CLOSE"
  readonly liability: Pence
}

export type OrderSpec = LimitOrder | LimitOnCloseOrder | MarketOnCloseOrder

/** A matched part: `size` of backer's stake at `price`, at an instant. Reduction factors make prices off the ladder. */
export interface Fill {
  readonly at: number
  readonly price: Price
  readonly size: Pence
}

/** Half-up, so that what may be lost is never understated. */
export const liabilityOf = (side: Side, price: Price, size: Pence): Pence =>
  side === "BACK" ? size : Math.ceil(((price - 100) * size) / 100 - 1e-9)

/** The most the order can lose if it is matched in full. */
export const maximumLoss = (side: Side, order: OrderSpec): Pence =>
  order._tag === "LIMIT" ? liabilityOf(side, order.price, order.size) : order.liability

/** Stake of the fills. */
export const sizeOf = (fills: ReadonlyArray<Fill>): Pence => {
  let size = 0
  for (const fill of fills) size += fill.size
  return size
}

/** Stake of the fills, and their size-weighted average price in hundredths (0 without fills). */
export const totalOf = (fills: ReadonlyArray<Fill>): { readonly size: Pence; readonly averagePrice: number } => {
  let size = 0
  let value = 0
  for (const fill of fills) {
    size += fill.size
    value += fill.size * fill.price
  }
  return { size, averagePrice: size === 0 ? 0 : value / size }
}

/** What the fills earn if the runner wins: a backer gains (price - 1) × size, a layer loses it. */
export const profitIfWon = (side: Side, fills: ReadonlyArray<Fill>): Pence => {
  let value = 0
  for (const fill of fills) value += (fill.price - 100) * fill.size
  return Money.round((side === "BACK" ? value : -value) / 100)
}

/** What the fills earn if the runner loses: a backer loses the stake, a layer gains it. */
export const profitIfLost = (side: Side, fills: ReadonlyArray<Fill>): Pence => {
  const size = sizeOf(fills)
  return side === "BACK" ? -size : size
}
