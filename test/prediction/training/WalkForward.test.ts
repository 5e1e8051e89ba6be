import { describe, expect, it } from "@effect/vitest"
import type { RaceSample, Samples } from "../../../src/prediction/training/Samples.ts"
import * as Training from "../../../src/prediction/training/Training.ts"
import * as WalkForward from "../../../src/prediction/training/WalkForward.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

/** Pairs, ten a day; the first wins by a hint that means what `sign` says of the day. */
const simulate = (days: number, sign: (day: number) => number): Samples => {
  const random = new SeededRandom(5)
  const races = Array.from({ length: 10 * days }, (_, r): RaceSample => {
    const day = Math.floor(r / 10)
    const hint = random.normal()
    const hasFirstWon = random.next() < 1 / (1 + Math.exp(-sign(day) * hint))
    return {
      id: String(r),
      day: new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
      rows: [
        [Math.log(0.5), hint],
        [Math.log(0.5), 0]
      ],
      shares: hasFirstWon ? [1, 0] : [0, 1],
      market: [0.5, 0.5],
      odds: [2, 2]
    }
  })
  return { segment: "pairs", features: ["market", "hint"], choices: [1, 2], races, leftOut: {} }
}

const options = (testFrom: string | null): Training.Options => {
  const random = new SeededRandom(7)
  return { testFrom, commission: 0.05, random: () => random.next() }
}

const judge = (samples: Samples, testFrom: string | null, blocks: number) => {
  const judged = WalkForward.judge(samples, options(testFrom), blocks)
  if (typeof judged === "string") throw new Error(judged)
  return judged
}

describe("WalkForward.judge", () => {
  it("is the judgement of one model where there is one block", () => {
    const samples = simulate(60, () => 1)
    const { segment: _, ...judgement } = judge(samples, null, 1)
    const trained = Training.train(samples, options(null))
    if (typeof trained === "string") throw new Error(trained)
    expect(judgement.logLoss).toBe(trained.judgement.logLoss)
    expect(judgement.races).toBe(120)
  })

  it("judges all races after the start, by models that have learnt from the blocks before", () => {
    const turned = simulate(120, (day) => (day < 60 ? 1.5 : -1.5))
    const from = turned.races[600]!.day
    const blocks = judge(turned, from, 4)
    expect([blocks.segment, blocks.races, blocks.from]).toEqual(["pairs in 4 blocks", 600, from])
    // A model of the first half is wrong about all of the second; those of later blocks have seen it turn.
    expect(blocks.logLoss).toBeLessThan(judge(turned, from, 1).logLoss)
  })

  it("learns nothing from the races it judges, or from later ones", () => {
    const samples = simulate(80, () => 1)
    const half = samples.races[600]!.day
    const races = samples.races.map((race) => (race.day < half ? race : { ...race, shares: race.shares.toReversed() }))
    const from = samples.races[400]!.day
    const losses = (all: ReadonlyArray<RaceSample>) => {
      const judged = judge({ ...samples, races: all }, from, 2)
      return judged.bands.map(({ predicted, runners }) => [runners, predicted])
    }
    // Blocks of the days before and from `half` on: neither model has seen a race that was turned.
    expect(losses(races)).toEqual(losses(samples.races))
  })

  it("says which block has too little", () => {
    const message = WalkForward.judge(
      simulate(40, () => 1),
      options(null),
      8
    )
    expect(message).toMatch(/^from 2024-02-02 on: 320 races to train on and 10 to judge by: expected/)
  })
})
