/**
 * Fits a conditional logit: the chance of runner i is exp(b·x_i) over the sum of exp(b·x_j) in its race, and b makes the
 * results that were most likely, less an L2 penalty on what departs from the market. A dead heat counts as shares of a
 * win. The objective is concave, so Newton's steps from the market's own b (1, 0, 0, …) find the one maximum.
 *
 * Source: McFadden (1974), "Conditional logit analysis of qualitative choice behavior".
 */

/** Races laid out for computing: the rows of race r are those from `starts[r]` to before `starts[r + 1]`. */
export interface Design {
  readonly width: number
  /** Row by row. */
  readonly values: Float64Array
  readonly starts: Int32Array
  readonly shares: Float64Array
}

interface Source {
  readonly rows: ReadonlyArray<ReadonlyArray<number>>
  readonly shares: ReadonlyArray<number>
}

/** The first `width` features of the races, as they are. */
export const design = (races: ReadonlyArray<Source>, width: number): Design => {
  const count = races.reduce((count, { rows }) => count + rows.length, 0)
  const values = new Float64Array(count * width)
  const shares = new Float64Array(count)
  const starts = new Int32Array(races.length + 1)
  let row = 0
  races.forEach((race, r) => {
    race.rows.forEach((features, i) => {
      for (let k = 0; k < width; k++) values[row * width + k] = features[k]!
      shares[row] = race.shares[i]!
      row += 1
    })
    starts[r + 1] = row
  })
  return { width, values, starts, shares }
}

/** The coefficients that give back the market's own probabilities: the penalty draws towards them. */
export const marketsOwn = (width: number): Float64Array => {
  const coefficients = new Float64Array(width)
  coefficients[0] = 1
  return coefficients
}

/** Minus the log-likelihood of each race, nats. */
export const losses = ({ shares, starts, values, width }: Design, coefficients: Float64Array): Float64Array => {
  const scoreOf = (row: number) => {
    let score = 0
    for (let k = 0; k < width; k++) score += coefficients[k]! * values[row * width + k]!
    return score
  }
  const result = new Float64Array(starts.length - 1)
  for (let r = 0; r < result.length; r++) {
    const scores = Array.from({ length: starts[r + 1]! - starts[r]! }, (_, i) => scoreOf(starts[r]! + i))
    const highest = Math.max(...scores)
    const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0)
    result[r] = scores.reduce((loss, score, i) => loss - shares[starts[r]! + i]! * (score - highest), Math.log(total))
  }
  return result
}

interface Slope {
  /** Minus the log-likelihood plus the penalty, nats over all races. */
  readonly loss: number
  readonly gradient: Float64Array
}

/** The objective and its first derivatives; fills the second derivatives in when it is given room (width × width). */
export const slope = (
  { shares, starts, values, width }: Design,
  coefficients: Float64Array,
  penalty: number,
  hessian?: Float64Array
): Slope => {
  const gradient = new Float64Array(width)
  const mean = new Float64Array(width)
  let weights = new Float64Array(32)
  let loss = 0
  hessian?.fill(0)
  for (let r = 0; r + 1 < starts.length; r++) {
    const begin = starts[r]!
    const end = starts[r + 1]!
    if (end - begin > weights.length) weights = new Float64Array(2 * (end - begin))
    let highest = Number.NEGATIVE_INFINITY
    for (let row = begin; row < end; row++) {
      let score = 0
      for (let k = 0; k < width; k++) score += coefficients[k]! * values[row * width + k]!
      weights[row - begin] = score
      if (score > highest) highest = score
    }
    let total = 0
    for (let row = begin; row < end; row++) {
      const score = weights[row - begin]! - highest
      loss -= shares[row]! * score
      total += weights[row - begin] = Math.exp(score)
    }
    loss += Math.log(total)
    mean.fill(0)
    for (let row = begin; row < end; row++) {
      const chance = weights[row - begin]! / total
      const at = row * width
      for (let k = 0; k < width; k++) {
        const part = chance * values[at + k]!
        mean[k]! += part
        gradient[k]! += part - shares[row]! * values[at + k]!
        if (hessian !== undefined) for (let l = 0; l <= k; l++) hessian[k * width + l]! += part * values[at + l]!
      }
    }
    if (hessian !== undefined) {
      for (let k = 0; k < width; k++) for (let l = 0; l <= k; l++) hessian[k * width + l]! -= mean[k]! * mean[l]!
    }
  }
  const own = marketsOwn(width)
  for (let k = 0; k < width; k++) {
    const departure = coefficients[k]! - own[k]!
    loss += 0.5 * penalty * departure * departure
    gradient[k]! += penalty * departure
    if (hessian !== undefined) hessian[k * width + k]! += penalty
  }
  return { loss, gradient }
}

/** Newton's method ends in five steps or so; more than this would be a defect. */
const mostSteps = 60
const mostHalvings = 30
/** Nats still to be gained, over all races. The step from there on leaves about the square of it. */
const closeEnough = 1e-6

/**
 * The coefficients of least loss.
 *
 * @param penalty above 0, so that features that say the same cannot grow against each other
 * @param start where the search begins; the answer is the same from anywhere
 */
export const fit = (data: Design, penalty: number, start = marketsOwn(data.width)): Float64Array => {
  const { width } = data
  const hessian = new Float64Array(width * width)
  let coefficients = start
  for (let step = 0; step < mostSteps; step++) {
    const here = slope(data, coefficients, penalty, hessian)
    const direction = solve(hessian, here.gradient, width)
    const decrease = direction.reduce((sum, part, k) => sum + part * here.gradient[k]!, 0)
    const moved = (size: number) => coefficients.map((value, k) => value - size * direction[k]!)
    if (decrease < closeEnough) return moved(1)
    let size = 1
    const isBetter = () => slope(data, moved(size), penalty).loss <= here.loss - 1e-4 * size * decrease
    for (let halving = 0; halving < mostHalvings && !isBetter(); halving++) size /= 2
    coefficients = moved(size)
  }
  return coefficients
}

/** Cholesky's decomposition of the lower half of a symmetric, positive definite matrix. */
const solve = (matrix: Float64Array, right: Float64Array, width: number): Float64Array => {
  const lower = new Float64Array(width * width)
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * width + k]! * lower[j * width + k]!
      lower[i * width + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j * width + j]!
    }
  }
  const solution = Float64Array.from(right)
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < i; k++) solution[i]! -= lower[i * width + k]! * solution[k]!
    solution[i]! /= lower[i * width + i]!
  }
  for (let i = width - 1; i >= 0; i--) {
    for (let k = i + 1; k < width; k++) solution[i]! -= lower[k * width + i]! * solution[k]!
    solution[i]! /= lower[i * width + i]!
  }
  return solution
}
