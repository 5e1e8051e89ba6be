import { describe, expect, it } from "vitest"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

const take = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.next())
const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

describe("SeededRandom", () => {
  it("gives the same sequence for the same keys", () => {
    expect(take(new SeededRandom(1, 60_000, 5), 100)).toEqual(take(new SeededRandom(1, 60_000, 5), 100))
  })

  it("gives another sequence for any other key, number of keys or order", () => {
    const sequences = [[1, 2, 3], [1, 2, 4], [2, 2, 3], [3, 2, 1], [1, 2], [1, 2, 3 + 2 ** 32], []]
    const first = sequences.map((keys) => new SeededRandom(...keys).next())
    expect(new Set(first).size).toBe(sequences.length)
  })

  it("is uniform: each tenth gets its tenth", () => {
    const counts = Array.from({ length: 10 }, () => 0)
    for (const value of take(new SeededRandom(3), 100_000)) counts[Math.floor(value * 10)]!++
    // Five standard deviations of a binomial count.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9000))
  })

  it("has normal numbers of mean 0 and deviation 1", () => {
    const random = new SeededRandom(4)
    const values = Array.from({ length: 100_000 }, () => random.normal())
    expect(Math.abs(mean(values))).toBeLessThan(0.016)
    expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.023)
  })

  it.each([0.3, 0.9, 0.999])("splits a Gumbel number into a positive stable and a Gumbel one (index %d)", (alpha) => {
    const random = new SeededRandom(5, Math.round(alpha * 1000))
    const values = Array.from({ length: 100_000 }, () => alpha * (random.gumbel() + random.logPositiveStable(alpha)))
    // Euler's constant and π²/6 are mean and variance of a Gumbel number.
    const average = mean(values)
    expect(Math.abs(average - 0.5772)).toBeLessThan(0.021)
    expect(Math.abs(mean(values.map((value) => (value - average) ** 2)) - 1.6449)).toBeLessThan(0.07)
  })
})
