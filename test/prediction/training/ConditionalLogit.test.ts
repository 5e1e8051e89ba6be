import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as ConditionalLogit from "../../../src/prediction/training/ConditionalLogit.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

/** Races whose winners are drawn by the coefficients. */
const simulate = (random: SeededRandom, races: number, coefficients: ReadonlyArray<number>) =>
  Array.from({ length: races }, () => {
    const rows = Array.from({ length: 4 + random.below(8) }, () => coefficients.map(() => random.normal()))
    const weights = rows.map((row) => Math.exp(row.reduce((sum, value, k) => sum + value * coefficients[k]!, 0)))
    let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    const winner = weights.findIndex((weight) => (left -= weight) < 0)
    return { rows, shares: rows.map((_, i) => (i === winner ? 1 : 0)) }
  })

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))

describe("ConditionalLogit.fit", () => {
  it("finds the coefficients by which races were simulated", () => {
    const truth = [0.9, -0.5, 0.25]
    const races = simulate(new SeededRandom(1), 20_000, truth)
    const found = ConditionalLogit.fit(ConditionalLogit.design(races, 3), 1e-3)
    truth.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThan(0.04))
  })

  it("falls back to the market where the penalty is strong", () => {
    const races = simulate(new SeededRandom(2), 500, [1, 0.4])
    const found = ConditionalLogit.fit(ConditionalLogit.design(races, 2), 1e9)
    expect(found[0]).toBeCloseTo(1, 5)
    expect(found[1]).toBeCloseTo(0, 5)
  })

  it("ends at the same place from anywhere", () => {
    const data = ConditionalLogit.design(simulate(new SeededRandom(3), 300, [1, -1]), 2)
    const from = ConditionalLogit.fit(data, 0.5)
    const far = ConditionalLogit.fit(data, 0.5, Float64Array.of(-6, 9))
    expect(far[0]).toBeCloseTo(from[0]!, 6)
    expect(far[1]).toBeCloseTo(from[1]!, 6)
  })

  it("counts a dead heat as shares of a win", () => {
    const rows = [[1], [1], [0]]
    const together = ConditionalLogit.design([{ rows, shares: [0.5, 0.5, 0] }], 1)
    const first = ConditionalLogit.design([{ rows, shares: [1, 0, 0] }], 1)
    const at = Float64Array.of(0.7)
    expect(ConditionalLogit.slope(together, at, 0).loss).toBeCloseTo(ConditionalLogit.slope(first, at, 0).loss, 12)
  })
})

describe("ConditionalLogit.losses", () => {
  it("sum to the loss over all races", () => {
    const data = ConditionalLogit.design(simulate(new SeededRandom(4), 50, [1, 0.5]), 2)
    const at = Float64Array.of(0.8, -0.3)
    const losses = ConditionalLogit.losses(data, at)
    expect(losses).toHaveLength(50)
    const total = losses.reduce((sum, loss) => sum + loss, 0)
    expect(total).toBeCloseTo(ConditionalLogit.slope(data, at, 0).loss, 9)
  })

  it("are minus the logarithm of the winner's chance", () => {
    const data = ConditionalLogit.design([{ rows: [[0], [Math.log(3)]], shares: [0, 1] }], 1)
    expect(ConditionalLogit.losses(data, Float64Array.of(1))[0]).toBeCloseTo(-Math.log(0.75), 12)
  })
})

describe("ConditionalLogit.slope", () => {
  it.prop("is the slope that finite differences see", { seed: Seed }, ({ seed }) => {
    const random = new SeededRandom(seed)
    const data = ConditionalLogit.design(simulate(random, 5, [1, 0.5, -0.5]), 3)
    const at = Float64Array.from([0, 1, 2], () => random.normal())
    const hessian = new Float64Array(9)
    const { gradient } = ConditionalLogit.slope(data, at, 0.3, hessian)
    const step = 1e-5
    for (let k = 0; k < 3; k++) {
      const moved = (by: number) => at.map((value, i) => (i === k ? value + by : value))
      const above = ConditionalLogit.slope(data, moved(step), 0.3)
      const below = ConditionalLogit.slope(data, moved(-step), 0.3)
      expect((above.loss - below.loss) / (2 * step)).toBeCloseTo(gradient[k]!, 5)
      for (let l = 0; l <= k; l++) {
        expect((above.gradient[l]! - below.gradient[l]!) / (2 * step)).toBeCloseTo(hessian[k * 3 + l]!, 5)
      }
    }
  })

  it.prop("does not depend on the order of a race's runners", { seed: Seed }, ({ seed }) => {
    const [race] = simulate(new SeededRandom(seed), 1, [1, 0.5])
    const turned = { rows: race!.rows.toReversed(), shares: race!.shares.toReversed() }
    const at = Float64Array.of(0.8, -0.3)
    const forwards = ConditionalLogit.slope(ConditionalLogit.design([race!], 2), at, 0.1)
    const backwards = ConditionalLogit.slope(ConditionalLogit.design([turned], 2), at, 0.1)
    expect(backwards.loss).toBeCloseTo(forwards.loss, 12)
    expect(backwards.gradient[1]).toBeCloseTo(forwards.gradient[1]!, 12)
  })
})
