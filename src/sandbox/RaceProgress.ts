/**
 * Who will win, as far as anyone can know it by now. Each runner's final score is its strength plus a Gumbel number, and
 * the highest score wins; this is the model of Plackett and Luce, in which winning chances are the softmax of the
 * strengths and the places follow from them.
 *
 * Knowledge arrives bit by bit: a Gumbel number G is `share` × G' + share × log S, with S positive stable and G' Gumbel
 * again (see SeededRandom). Each step reveals its log S, and what remains is a smaller Gumbel, so that at any moment the
 * chances are again a softmax and are right: of all runners that ever stood at 20 %, a fifth wins. Prices that follow
 * them are efficient before the off and in-play, most steps are small, and now and then one runner's price collapses.
 */
import type { SeededRandom } from "./SeededRandom.ts"

export class RaceProgress {
  /** Strengths in units of what is still unknown; minus infinity for a withdrawn runner. */
  readonly strengths: Float64Array
  private readonly random: SeededRandom

  constructor(strengths: ReadonlyArray<number>, random: SeededRandom) {
    this.strengths = Float64Array.from(strengths)
    this.random = random
  }

  /** One step of knowledge: the unknown part shrinks to `share` of itself, 0 < share < 1. */
  reveal(share: number): void {
    for (let i = 0; i < this.strengths.length; i++) {
      this.strengths[i] = this.strengths[i]! / share + this.random.logPositiveStable(share)
    }
  }

  /** The others keep their chances in proportion. */
  withdraw(runner: number): void {
    this.strengths[runner] = Number.NEGATIVE_INFINITY
  }

  /** Reveals the rest: runners in the order in which they finish; withdrawn ones are last. */
  finish(): ReadonlyArray<number> {
    const scores = Array.from(this.strengths, (strength) => strength + this.random.gumbel())
    return scores.map((_, runner) => runner).toSorted((a, b) => scores[b]! - scores[a]! || a - b)
  }
}

/** Writes the chances of winning into `out`; they sum to 1. */
export const softmax = (strengths: ArrayLike<number>, out: Float64Array): void => {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < strengths.length; i++) highest = Math.max(highest, strengths[i]!)
  let sum = 0
  for (let i = 0; i < strengths.length; i++) sum += out[i] = Math.exp(strengths[i]! - highest)
  for (let i = 0; i < strengths.length; i++) out[i] = out[i]! / sum
}

/**
 * Writes into `out` the chances of being among the first `places` (Harville 1973: each next place goes to the runners
 * left in proportion to their chances of winning); they sum to `places` if there are as many runners with a chance.
 */
export const placeChances = (chances: Float64Array, places: number, out: Float64Array): void => {
  out.fill(0)
  const remaining = Float64Array.from(chances)
  const fill = (place: number, probability: number, left: number): void => {
    for (let i = 0; i < remaining.length; i++) {
      const chance = remaining[i]!
      if (chance <= 0) continue
      const path = (probability * chance) / left
      out[i] = out[i]! + path
      if (place < places && left - chance > 1e-12 && path > 1e-9) {
        remaining[i] = 0
        fill(place + 1, path, left - chance)
        remaining[i] = chance
      }
    }
  }
  fill(1, 1, 1)
}
