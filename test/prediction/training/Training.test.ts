import { describe, expect, it } from "@effect/vitest"
import * as Model from "../../../src/prediction/model/Model.ts"
import * as Judgement from "../../../src/prediction/training/Judgement.ts"
import type { RaceSample, Samples } from "../../../src/prediction/training/Samples.ts"
import * as Training from "../../../src/prediction/training/Training.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

/** A market that knows all but a hint, which counts for `worth`; the third feature is noise. */
const simulate = (races: number, worth: number, seed = 1): Samples => {
  const random = new SeededRandom(seed)
  const made = Array.from({ length: races }, (_, r): RaceSample => {
    const runners = Array.from({ length: 8 }, () => ({ strength: random.normal(), hint: random.normal() }))
    const total = runners.reduce((sum, { strength }) => sum + Math.exp(strength), 0)
    const market = runners.map(({ strength }) => Math.exp(strength) / total)
    const weights = runners.map(({ hint, strength }) => Math.exp(strength + worth * hint))
    let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    const winner = weights.findIndex((weight) => (left -= weight) < 0)
    return {
      id: String(r),
      day: new Date(Date.UTC(2024, 0, 1 + Math.floor(r / 20))).toISOString().slice(0, 10),
      rows: runners.map(({ hint }, i) => [Math.log(market[i]!), hint, random.normal()]),
      shares: runners.map((_, i) => (i === winner ? 1 : 0)),
      market,
      odds: market.map((chance) => Math.max(1.01, 0.98 / chance))
    }
  })
  return { segment: "made up", features: ["market", "hint", "noise"], choices: [1, 2, 3], races: made, leftOut: {} }
}

const options = () => {
  const random = new SeededRandom(7)
  return { testFrom: null, commission: 0.05, random: () => random.next() }
}

const trained = (samples: Samples, change: Partial<Training.Options> = {}): Training.Trained => {
  const result = Training.train(samples, { ...options(), ...change })
  if (typeof result === "string") throw new Error(result)
  return result
}

describe("Training.train", () => {
  it("beats a market that has not heard of something, and says so", () => {
    const { judgement, model } = trained(simulate(3000, 0.4))
    expect(model.features.slice(0, 2)).toEqual(["market", "hint"])
    expect(model.coefficients[1]! / model.scaling.scales[1]!).toBeGreaterThan(0.3)
    expect(judgement.beatsMarket).toBe(true)
    expect(model.results.difference.high).toBeLessThan(0)
    expect(judgement.flat.profit).toBeGreaterThan(0)
  })

  it("does not claim to beat a market that knows all", () => {
    const { judgement, model } = trained(simulate(3000, 0))
    expect(judgement.beatsMarket).toBe(false)
    expect(model.results.beatsMarket).toBe(false)
    expect(Math.abs(judgement.difference.mean)).toBeLessThan(0.002)
  })

  it("gives the same bytes from the same races, and others from others", () => {
    const first = Model.encode(trained(simulate(1000, 0.2)).model)
    expect(Model.encode(trained(simulate(1000, 0.2)).model)).toBe(first)
    expect(trained(simulate(1000, 0.2, 2)).model.version).not.toBe(trained(simulate(1000, 0.2)).model.version)
  })

  it("learns nothing from the days of the test", () => {
    const samples = simulate(2000, 0.3)
    const testFrom = samples.races[1500]!.day
    const turned = samples.races.map((race) =>
      race.day < testFrom ? race : { ...race, shares: race.shares.toReversed() }
    )
    const { model } = trained(samples, { testFrom })
    const other = trained({ ...samples, races: turned }, { testFrom }).model
    expect(other.coefficients).toEqual(model.coefficients)
    expect(other.calibration).toEqual(model.calibration)
    expect(other.results.logLoss).not.toBe(model.results.logLoss)
    expect(model.results.from).toBe(testFrom)
    expect(model.data.to < testFrom).toBe(true)
  })

  it("prefers a smaller gain that is sure to a greater one that may be luck", () => {
    // The hint is worth little, so that the best mean comes with a wide interval.
    const { candidates, model } = trained(simulate(1000, 0.15))
    const least = (by: (candidate: Training.Candidate) => number) => candidates.toSorted((a, b) => by(a) - by(b))[0]!
    const cautious = least(({ difference, error }) => difference + error)
    expect(cautious.penalty).toBeGreaterThan(least(({ difference }) => difference).penalty)
    expect([model.features.length, model.penalty]).toEqual([cautious.width, cautious.penalty])
  })

  it("says when there is too little", () => {
    expect(Training.train(simulate(150, 0), options())).toMatch(/^\d+ races to train on and \d+ to judge by: expected/)
  })
})

const race = (shares: ReadonlyArray<number>): RaceSample => ({
  id: "1",
  day: "2024-01-01",
  rows: [],
  shares,
  market: [0.5, 0.3, 0.2],
  odds: [2.2, 3, null]
})
const judge = (races: ReadonlyArray<RaceSample>, chances: ReadonlyArray<number>) => {
  const { commission, random } = options()
  return Judgement.judge(
    races,
    races.map(() => chances),
    { segment: "test", commission, random }
  )
}

describe("Judgement.judge", () => {
  it("computes the figures by hand", () => {
    const { brier, difference, flat, logLoss, marketLogLoss } = judge([race([1, 0, 0])], [0.6, 0.3, 0.1])
    expect(logLoss).toBeCloseTo(-Math.log(0.6), 12)
    expect(marketLogLoss).toBeCloseTo(-Math.log(0.5), 12)
    expect(difference.mean).toBeCloseTo(Math.log(0.5 / 0.6), 12)
    expect(brier).toBeCloseTo((0.16 + 0.09 + 0.01) / 3, 12)
    // 0.6 × 1.2 × 0.95 - 0.4 is above zero, 0.3 × 2 × 0.95 - 0.7 is not.
    expect([flat.bets, flat.staked]).toEqual([1, 1])
    expect(flat.profit).toBeCloseTo(1.2 * 0.95, 12)
  })

  it("pays half of a dead heat, and takes commission on a race's net winnings only", () => {
    const { flat, kelly } = judge([race([0.5, 0.5, 0])], [0.6, 0.4, 0])
    expect(flat.bets).toBe(2)
    expect(flat.profit).toBeCloseTo((0.5 * 2.2 - 1 + 0.5 * 3 - 1) * 0.95, 12)
    const stakes = [(0.6 * 1.2 * 0.95 - 0.4) / (1.2 * 0.95), (0.4 * 2 * 0.95 - 0.6) / (2 * 0.95)].map((f) => 250 * f)
    expect(kelly.staked).toBeCloseTo(stakes[0]! + stakes[1]!, 9)
  })

  it("sorts runners into bands of the model's odds", () => {
    const { bands } = judge([race([1, 0, 0]), race([0, 1, 0])], [0.5, 0.3, 0.2])
    expect(bands.map(({ fromOdds, runners, toOdds, won }) => [fromOdds, toOdds, runners, won])).toEqual([
      [2, 3, 2, 0.5],
      [3, 4, 2, 0.5],
      [4, 6, 2, 0]
    ])
  })
})
