/** Chances as places on the ladder. */
import { classic } from "../domain/PriceLadder.ts"

const lastTick = classic.length - 1

/**
 * The place of decimal odds 1 / chance among the ticks, between two of them as a rule. Beyond the ladder's ends it goes on:
 * -1 for a certainty, above the last tick for a chance below 1 in 1000.
 */
export const tickOfChance = (chance: number): number => {
  const price = 100 / chance
  if (!(price < classic[lastTick]!)) return lastTick + Math.min(20, 5 * Math.log(price / classic[lastTick]!))
  if (price <= classic[0]!) return price - classic[0]!
  let low = 0
  let high = lastTick
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (classic[middle]! <= price) low = middle
    else high = middle
  }
  return low + (price - classic[low]!) / (classic[high]! - classic[low]!)
}
