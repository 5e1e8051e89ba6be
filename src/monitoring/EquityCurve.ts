/**
 * The net result of settled bets as it grew, with the fall from its highest point: what a chart draws. A curve of any
 * length is thinned to a bounded number of points that still has every turn an eye would see at that width.
 */
import type { Pence } from "../domain/Money.ts"

/** What counts of a settled bet. */
export interface Result {
  readonly settledAt: number
  readonly net: Pence
}

export interface EquityPoint {
  /** Epoch milliseconds. */
  readonly at: number
  /** Of all bets settled up to and at this instant, net of commission. */
  readonly net: Pence
  /** Fall of `net` from its highest point so far, which is 0 at the start; 0 or more. */
  readonly drawdown: Pence
}

/**
 * One point for each instant at which bets settled: what the bets of one instant do to each other is no drawdown.
 *
 * @param results in the order of settlement
 */
export const of = (results: ReadonlyArray<Result>): ReadonlyArray<EquityPoint> => {
  const points: Array<EquityPoint> = []
  let [net, peak] = [0, 0]
  results.forEach((result, index) => {
    net += result.net
    if (results[index + 1]?.settledAt === result.settledAt) return
    peak = Math.max(peak, net)
    points.push({ at: result.settledAt, net, drawdown: peak - net })
  })
  return points
}

/** Points that a stretch of the curve is reduced to: its first, last, highest, lowest and deepest. */
const keptOfStretch = 5

/** The fewest points that a curve can be thinned to. */
export const fewest = 2 * keptOfStretch

/**
 * At most so many of the points, in their order: the first, the last, the highest, the lowest and the deepest fall of the
 * whole curve are among them, and those of each stretch of equally many points. (M4 aggregation, U. Jugel et al., VLDB 7,
 * 2014, by counts instead of pixels, and with the deepest fall as a fifth.)
 *
 * @param most `fewest` or more
 */
export const thin = (points: ReadonlyArray<EquityPoint>, most: number): ReadonlyArray<EquityPoint> => {
  if (points.length <= most) return points
  const stretches = Math.floor(most / keptOfStretch)
  const kept = new Set<number>()
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches)
    const to = Math.floor(((stretch + 1) * points.length) / stretches)
    for (const index of turnsOf(points, from, to)) kept.add(index)
  }
  return [...kept].toSorted((a, b) => a - b).map((index) => points[index]!)
}

const turnsOf = (points: ReadonlyArray<EquityPoint>, from: number, to: number): ReadonlyArray<number> => {
  let [highest, lowest, deepest] = [from, from, from]
  for (let index = from; index < to; index++) {
    const { drawdown, net } = points[index]!
    if (net > points[highest]!.net) highest = index
    if (net < points[lowest]!.net) lowest = index
    if (drawdown > points[deepest]!.drawdown) deepest = index
  }
  return [from, highest, lowest, deepest, to - 1]
}
