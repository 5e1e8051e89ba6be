/**
 * What a market itself has thought of its runners lately: the average over time of each runner's probability, the
 * recent past weighing more. A price counts for as long as it stood, not for how often it was sent, so the reference does not
 * depend on the rate of updates, and a jump at this very instant has no weight in it yet.
 */
import type { RunnerKey } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"

/** A wider spread than this has no middle worth the name: then the last traded price counts. */
const widestSpreadTicks = 12

/** The field's raw probabilities must sum to about the number of winners; else too many prices are missing or absurd. */
const leastFieldSum = 0.9
const mostFieldSum = 1.3

interface Memory {
  /** Of the probabilities that stood, and the weight behind the sum: 0 at first, towards 1. */
  sum: number
  weight: number
  /** The probability that stands since the last observation; NaN: not known. */
  standing: number
}

export class ReferenceProbability {
  private readonly halfLifeMs: number
  private readonly runners = new Map<RunnerKey, Memory>()
  /** Of the book's runners, in its order: only what the current observation needs. */
  private readonly implied: Array<number> = []
  private observedAt = NaN
  private total = 0

  constructor(halfLifeMs: number) {
    this.halfLifeMs = halfLifeMs
  }

  /** Lets time pass up to `now`, then looks at the prices. Of a market that is suspended or in play nothing is learnt. */
  observe(market: MarketDefinition, book: MarketBook, now: number): void {
    const elapsed = now - this.observedAt
    if (elapsed > 0) this.advance(2 ** (-elapsed / this.halfLifeMs))
    if (!(elapsed <= 0)) this.observedAt = now
    const winners = Math.max(1, market.numberOfWinners)
    const scale = winners / this.fieldSum(market, book, winners)
    this.total = 0
    for (let i = 0; i < book.runners.length; i++) {
      const runner = book.runners[i]!
      if (!runner.isActive) {
        this.runners.delete(runner.key)
        continue
      }
      let memory = this.runners.get(runner.key)
      if (memory === undefined) this.runners.set(runner.key, (memory = { sum: 0, weight: 0, standing: NaN }))
      memory.standing = this.implied[i]! * scale
      if (memory.weight > 0) this.total += memory.sum / memory.weight
    }
    this.total /= winners
  }

  /**
   * The runner's average probability, scaled so that those of the runners still in the race sum to the number of winners;
   * NaN when it is not known, and never outside (0, 1).
   */
  of(key: RunnerKey): number {
    const memory = this.runners.get(key)
    if (memory === undefined || memory.weight === 0 || this.total === 0) return NaN
    const probability = memory.sum / memory.weight / this.total
    return probability > 0 && probability < 1 ? probability : NaN
  }

  /** How much past there is: 0 at the first sight, ½ after one half-life, ¾ after two. */
  history(key: RunnerKey): number {
    return this.runners.get(key)?.weight ?? 0
  }

  /** Fills `implied`; the sum over the active runners, NaN when it cannot be that of a whole field that is being priced. */
  private fieldSum({ inPlay, status }: MarketDefinition, { runners }: MarketBook, winners: number): number {
    if (status !== "OPEN" || inPlay) return NaN
    let sum = 0
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i]!
      const probability = runner.isActive ? impliedProbability(runner) : NaN
      this.implied[i] = probability
      if (probability > 0) sum += probability
    }
    return sum >= leastFieldSum * winners && sum <= mostFieldSum * winners ? sum : NaN
  }

  private advance(kept: number): void {
    for (const memory of this.runners.values()) {
      if (Number.isNaN(memory.standing)) continue
      memory.sum = memory.sum * kept + memory.standing * (1 - kept)
      memory.weight = memory.weight * kept + (1 - kept)
    }
  }
}

/** From the middle of the spread, else from the last traded price held within the spread; NaN when there is neither. */
const impliedProbability = (runner: RunnerBook): number => {
  const back = runner.availableToBack.price(0)
  const lay = runner.availableToLay.price(0)
  if (back > 0 && lay >= back && PriceLadder.ticksBetween(back, lay) <= widestSpreadTicks) return 50 / back + 50 / lay
  let last = runner.lastPriceTraded
  if (last <= 0) return NaN
  if (back > 0) last = Math.max(back, last)
  if (lay > 0 && lay >= back) last = Math.min(lay, last)
  return 100 / last
}
