import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Intervals from "../../src/monitoring/Intervals.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

const z = 1.959963984540054

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))

/** Student's density, up to its constant. */
const density = (t: number, freedoms: number) => (1 + (t * t) / freedoms) ** (-(freedoms + 1) / 2)

/** Of the area between two points, by Simpson's rule. */
const area = (from: number, to: number, freedoms: number): number => {
  const steps = 20_000
  const width = (to - from) / steps
  let sum = density(from, freedoms) + density(to, freedoms)
  for (let step = 1; step < steps; step++) sum += density(from + step * width, freedoms) * (step % 2 === 0 ? 2 : 4)
  return (sum * width) / 3
}

describe("Intervals.ofRate", () => {
  it.prop("ends where the rate would be just as unlikely as 95 % allows", { wins: Count, losses: Count }, (given) => {
    const trials = given.wins + given.losses
    const interval = Intervals.ofRate(given.wins, trials)
    if (trials === 0) return expect(interval).toBeNull()
    const rate = given.wins / trials
    for (const end of interval!) {
      const isEdge = (end === 0 && given.wins === 0) || (end === 1 && given.losses === 0)
      if (!isEdge) expect(Math.abs(rate - end)).toBeCloseTo(z * Math.sqrt((end * (1 - end)) / trials), 8)
    }
    expect(interval![0]).toBeLessThanOrEqual(rate)
    expect(interval![1]).toBeGreaterThanOrEqual(rate)
  })

  it("ends at 0 where nothing has succeeded, and at 1 where everything has", () => {
    for (let trials = 1; trials <= 500; trials++) {
      expect(Intervals.ofRate(0, trials)![0]).toBe(0)
      expect(Intervals.ofRate(trials, trials)![1]).toBe(1)
    }
  })
})

describe("Intervals.student", () => {
  it.each([1, 2, 5, 10, 11, 20, 60, 1000])("leaves a fortieth of the distribution above it (%i)", (freedoms) => {
    const wide = Intervals.student(freedoms)
    // Beyond this the rest of the distribution is smaller than what the rule below can see.
    const end = freedoms === 1 ? 4000 : freedoms === 2 ? 1000 : 60
    const inside = area(0, wide, freedoms) / (area(0, wide, freedoms) + area(wide, end, freedoms))
    expect(inside).toBeCloseTo(0.95, 3)
  })
})

describe("Intervals.ofRatio", () => {
  it("says nothing of one market, or of no stake", () => {
    expect(Intervals.ofRatio([])).toBeNull()
    expect(Intervals.ofRatio([{ stake: 100, net: 5 }])).toBeNull()
    expect(
      Intervals.ofRatio([
        { stake: 0, net: 0 },
        { stake: 0, net: 0 }
      ])
    ).toBeNull()
  })

  it("is the textbook's interval of a mean where all stakes are alike", () => {
    const nets = [200, -100, -100, 300, -100]
    const interval = Intervals.ofRatio(nets.map((net) => ({ stake: 100, net })))!
    const mean = 0.4
    const deviation = Math.sqrt(nets.reduce((sum, net) => sum + (net / 100 - mean) ** 2, 0) / 4)
    const half = (2.77645 * deviation) / Math.sqrt(5)
    expect(interval[0]).toBeCloseTo(mean - half, 6)
    expect(interval[1]).toBeCloseTo(mean + half, 6)
  })

  it.prop(
    "does not depend on the currency's size or on the order",
    {
      clusters: Schema.Array(
        Schema.Struct({
          stake: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5000 })),
          net: Schema.Int.check(Schema.isBetween({ minimum: -5000, maximum: 50_000 }))
        })
      ).check(Schema.isMinLength(2))
    },
    ({ clusters }) => {
      const [low, high] = Intervals.ofRatio(clusters)!
      const other = Intervals.ofRatio(
        clusters.toReversed().map(({ net, stake }) => ({ stake: stake * 7, net: net * 7 }))
      )!
      expect(other[0]).toBeCloseTo(low, 9)
      expect(other[1]).toBeCloseTo(high, 9)
    }
  )

  it("holds the truth nineteen times in twenty, or nearly", () => {
    const random = new SeededRandom(7)
    const [records, bets, odds, chance] = [2000, 100, 3, 0.35]
    let held = 0
    for (let record = 0; record < records; record++) {
      const clusters = Array.from({ length: bets }, () => {
        const stake = 200 + Math.floor(random.next() * 800)
        return { stake, net: random.next() < chance ? stake * (odds - 1) : -stake }
      })
      const [low, high] = Intervals.ofRatio(clusters)!
      const truth = chance * odds - 1
      if (low <= truth && truth <= high) held++
    }
    expect(held / records).toBeGreaterThan(0.93)
    expect(held / records).toBeLessThan(0.97)
  })
})
