/**
 * What the prices of a place market say about who wins. Both markets bet on the same race, and each knows things that the
 * other does not: the chances of winning that would give the place market's own chances are a second opinion.
 *
 * Chances of a place come from chances of winning by Harville's formula, in which second place is won among those left over
 * in proportion to their chances of winning. It thinks too well of favourites: who has failed to win has often failed
 * outright. So the chances of the runner-up and of the third are raised to powers below 1. Sources: Harville (1973); Lo and
 * Bacon-Shone (1994), "A comparison between two models for predicting ordering probabilities in multiple-entry competitions".
 */

/** Of the powers tried on three thousand races of 2020 to 2024, those that the placings made likeliest. */
const secondPower = 0.77
const thirdPower = 0.69

/** Neither surer nor less sure than this, so that no logarithm is endless. */
const least = 1e-6

const logit = (chance: number): number => {
  const bounded = Math.min(1 - least, Math.max(least, chance))
  return Math.log(bounded / (1 - bounded))
}

/**
 * The chance of each runner to be among the first two or three.
 *
 * @param chances of winning; they sum to 1 and are more than the places
 */
export const placeChances = (chances: ReadonlyArray<number>, places: 2 | 3): Array<number> => {
  const seconds = shares(chances.map((chance) => chance ** secondPower))
  const thirds = shares(chances.map((chance) => chance ** thirdPower))
  const placed = Array.from(chances)
  // For the third: what is to be shared out after each pair, all together and after pairs with a runner.
  let all = 0
  const withRunner = chances.map(() => 0)
  chances.forEach((chance, i) => {
    const toRunnersUp = chance / (1 - seconds[i]!)
    seconds.forEach((second, j) => {
      if (i === j) return
      const pair = toRunnersUp * second
      placed[j]! += pair
      const part = pair / (1 - thirds[i]! - thirds[j]!)
      all += part
      withRunner[i]! += part
      withRunner[j]! += part
    })
  })
  return places === 2 ? placed : placed.map((chance, i) => chance + thirds[i]! * (all - withRunner[i]!))
}

/** Prices outside are those of a market that paid on other places than could be told, or of one with runners missing. */
const farthestFromWhole = 0.3

/**
 * The chances of winning that give the place market's chances; null when its prices cannot be read so.
 *
 * @param chances of winning, by the win market
 * @param odds decimal, of the place market
 */
export const impliedChances = (
  chances: ReadonlyArray<number>,
  odds: ReadonlyArray<number | null>
): ReadonlyArray<number> | null => {
  const raw = odds.flatMap((price) => (price === null ? [] : 1 / price))
  if (raw.length < chances.length) return null
  const total = raw.reduce((sum, chance) => sum + chance, 0)
  const places = Math.round(total)
  if ((places !== 2 && places !== 3) || places >= chances.length) return null
  if (Math.abs(total - places) > farthestFromWhole) return null
  return invert(chances, raw, places)
}

const mostSteps = 25
const closeEnough = 1e-4
/** Of a gap, what a step closes: more could leap to and fro. */
const stride = 0.8

/**
 * Raises the score of whose chance of a place is too low beside the others', lowers the others', again and again. What all
 * chances of a place have in excess, by their logits, is the market's margin: it moves nobody.
 */
const invert = (start: ReadonlyArray<number>, placed: ReadonlyArray<number>, places: 2 | 3): Array<number> => {
  const wanted = placed.map(logit)
  let chances = shares(start)
  for (let step = 0; step < mostSteps; step++) {
    const gaps = placeChances(chances, places).map((chance, i) => wanted[i]! - logit(chance))
    const margin = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    if (gaps.every((gap) => Math.abs(gap - margin) < closeEnough)) break
    chances = shares(
      chances.map((chance, i) => chance * Math.exp(stride * Math.min(1, Math.max(-1, gaps[i]! - margin))))
    )
  }
  return chances
}

const shares = (weights: ReadonlyArray<number>): Array<number> => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
