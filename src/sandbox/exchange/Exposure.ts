/**
 * What an account can lose on a market at worst: over all results there can be, with every unmatched bet matched where
 * that makes it worse. This much of its balance it cannot bet with elsewhere.
 */
import type { Pence } from "../../domain/Money.ts"
import type { Price } from "../../domain/PriceLadder.ts"
import type { Side } from "../../domain/Side.ts"

/** Of a bet: what is matched, at its prices, and what may be matched yet, at its limit. */
export interface Stake {
  readonly runner: number
  readonly side: Side
  readonly fills: ReadonlyArray<{ readonly price: Price; readonly size: Pence }>
  /** Backer's stake that stands or may stand in the book at `price`. */
  readonly unmatched: Pence
  readonly price: Price
  /** Stake or liability that waits for the starting price. */
  readonly waiting: Pence
}

/** What a runner's bets come to if it wins and if it does not, each at its worst; pence, not rounded. */
interface Position {
  ifWin: number
  ifLose: number
}

const positionsOf = (runners: number, stakes: ReadonlyArray<Stake>): ReadonlyArray<Position> => {
  const positions = Array.from({ length: runners }, (): Position => ({ ifWin: 0, ifLose: 0 }))
  for (const { fills, price, runner, side, unmatched, waiting } of stakes) {
    const position = positions[runner]!
    const sign = side === "BACK" ? 1 : -1
    for (const fill of fills) {
      position.ifWin += (sign * fill.size * (fill.price - 100)) / 100
      position.ifLose -= sign * fill.size
    }
    if (side === "BACK") position.ifLose -= unmatched + waiting
    else position.ifWin -= (unmatched * (price - 100)) / 100 + waiting
  }
  return positions
}

/**
 * The worst result, pence: 0 or less. Of `active` runners, `winners` will have won, or all if there are fewer. Dead heats
 * pay something between two results, so none is worse.
 */
export const worstCase = (active: ReadonlyArray<boolean>, winners: number, stakes: ReadonlyArray<Stake>): Pence => {
  if (stakes.length === 0) return 0
  const positions = positionsOf(active.length, stakes)
  let total = 0
  const swings: Array<number> = []
  positions.forEach(({ ifLose, ifWin }, runner) => {
    if (active[runner] !== true) return
    total += ifLose
    swings.push(ifWin - ifLose)
  })
  swings.sort((a, b) => a - b)
  for (const swing of swings.slice(0, winners)) total += swing
  return Math.min(0, Math.floor(total + 1e-6))
}
