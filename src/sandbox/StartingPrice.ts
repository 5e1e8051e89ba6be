/**
 * The starting price: money that waits for the off, and the one price at which as much of it is backed as is laid.
 *
 * Source: Betfair's description of the BSP. The far price balances starting-price bets alone; the near price, and the
 * starting price itself, count the unmatched orders of the exchange too.
 */
import type { Pence } from "../domain/Money.ts"
import { classic, maximum, toDecimal } from "../domain/PriceLadder.ts"
import { ChangedTicks } from "./OrderBook.ts"

/** Bets at the starting price on one runner. */
export class StartingPriceBets {
  /** Stakes of backers by the tick of the lowest price they accept; those who take any price stand at tick 0. */
  readonly backs = new Float64Array(classic.length)
  /** Liabilities of layers by the tick of the highest price they accept; those who take any price stand at the last tick. */
  readonly lays = new Float64Array(classic.length)
  readonly backsChanged = new ChangedTicks()
  readonly laysChanged = new ChangedTicks()

  back(tick: number, stake: Pence): void {
    this.backs[tick] = this.backs[tick]! + stake
    this.backsChanged.add(tick)
  }

  lay(tick: number, liability: Pence): void {
    this.lays[tick] = this.lays[tick]! + liability
    this.laysChanged.add(tick)
  }

  /** The runner is withdrawn: all bets on it are void. */
  clear(): void {
    for (let tick = 0; tick < classic.length; tick++) {
      if (this.backs[tick]! > 0) this.back(tick, -this.backs[tick]!)
      if (this.lays[tick]! > 0) this.lay(tick, -this.lays[tick]!)
    }
  }
}

/** Unmatched exchange orders: pence of backer's stake at each tick. */
export interface Unmatched {
  readonly backs: Float64Array
  readonly lays: Float64Array
}

const nothing = new Float64Array(classic.length)

const sum = (sizes: Float64Array): number => {
  let total = 0
  for (const size of sizes) total += size
  return total
}

/**
 * The price, as decimal odds, at which backers' stakes equal layers' stakes: backs join from their price upward, lays
 * from their price downward, and a liability is worth fewer stakes the longer the price. Without any lay it is 1.01,
 * without any back 1000; 0 when there is no money at all.
 */
export const balance = (bets: StartingPriceBets, unmatched?: Unmatched): number => {
  const bookBacks = unmatched?.backs ?? nothing
  const bookLays = unmatched?.lays ?? nothing
  let backed = 0
  let liability = sum(bets.lays)
  let laid = sum(bookLays)
  if (sum(bets.backs) + sum(bookBacks) + liability + laid === 0) return 0
  for (let tick = 0; tick < classic.length; tick++) {
    const price = toDecimal(classic[tick]!)
    const backedBelow = backed
    backed += bets.backs[tick]! + bookBacks[tick]!
    if (backed >= laid + liability / (price - 1)) {
      const lowest = toDecimal(classic[Math.max(0, tick - 1)]!)
      // Between two ticks nobody joins or leaves; only the stakes that the liability is worth change.
      const between = backedBelow > laid ? 1 + liability / (backedBelow - laid) : price
      return Math.min(price, Math.max(lowest, between))
    }
    liability -= bets.lays[tick]!
    laid -= bookLays[tick]!
  }
  return toDecimal(maximum)
}

/** The far price as the exchange publishes it: 1 with backers only, infinite with layers only, not a number with neither. */
export const farPrice = (bets: StartingPriceBets): number | string => {
  const backed = sum(bets.backs)
  const liability = sum(bets.lays)
  if (backed === 0) return liability === 0 ? "NaN" : "Infinity"
  return liability === 0 ? 1 : Math.round(balance(bets) * 100) / 100
}
