/**
 * How sure one can be of a rate, at 95 %: intervals for a strike rate and for a return on stakes. Both treat markets (or
 * bets) as drawn independently from what is to come, which is the most that a record of the past can say.
 */

/** Fractions. */
export type Interval = readonly [low: number, high: number]

/** The standard normal distribution's 97.5th percentile. */
const z = 1.959963984540054

/**
 * Of `successes` in `trials`: the score interval of E. B. Wilson, Journal of the American Statistical Association 22 (1927),
 * which stays between 0 and 1 and says something of few trials too. Null without trials.
 */
export const ofRate = (successes: number, trials: number): Interval | null => {
  if (trials === 0) return null
  const rate = successes / trials
  const middle = rate + (z * z) / (2 * trials)
  const half = z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials))
  const whole = 1 + (z * z) / trials
  // Both ends are exact there, and rounding would miss them by a trace.
  return [successes === 0 ? 0 : (middle - half) / whole, successes === trials ? 1 : (middle + half) / whole]
}

/** What belongs together: the bets on one market win and lose together, so they count as one draw. */
export interface Cluster {
  readonly stake: number
  readonly net: number
}

/**
 * Of the sum of `net` by the sum of `stake`: the ratio estimator with its linearised variance between clusters (W. G. Cochran,
 * Sampling Techniques, 3rd ed. 1977, 6.4 and 9A.1) and Student's distribution. Null below two clusters with a stake.
 * Gotcha: with few bets at long odds the true interval is wider upwards, because the win that makes it good has not come yet.
 */
export const ofRatio = (clusters: ReadonlyArray<Cluster>): Interval | null => {
  const count = clusters.length
  const stake = clusters.reduce((sum, cluster) => sum + cluster.stake, 0)
  if (count < 2 || stake <= 0) return null
  const ratio = clusters.reduce((sum, cluster) => sum + cluster.net, 0) / stake
  const squares = clusters.reduce((sum, cluster) => sum + (cluster.net - ratio * cluster.stake) ** 2, 0)
  const half = (student(count - 1) * Math.sqrt((squares * count) / (count - 1))) / stake
  return [ratio - half, ratio + half]
}

/** Student's 97.5th percentile for 1 to 10 degrees of freedom. */
const fewFreedoms = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814]

/**
 * Student's 97.5th percentile: the table for few degrees of freedom, and beyond it the expansion around the normal one
 * (M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5), which there is right to four decimals.
 *
 * @param freedoms 1 or more
 */
export const student = (freedoms: number): number => {
  const known = fewFreedoms[freedoms - 1]
  if (known !== undefined) return known
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7]
  return (
    z +
    (z3 + z) / (4 * freedoms) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedoms ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedoms ** 3)
  )
}
