import { describe, expect, it } from "vitest"
import { placeChances, RaceProgress, softmax } from "../../src/sandbox/RaceProgress.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

const strengths = [1.2, 0.4, 0, -0.3, -1, -2]
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

const chancesOf = (of: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(of.length)
  softmax(of, out)
  return out
}

const placesOf = (chances: ArrayLike<number>, count: number) => {
  const out = new Float64Array(chances.length)
  placeChances(Float64Array.from(chances), count, out)
  return out
}

/** Plays many races and compares, for the chances at some moment, how often what had that chance came true. */
const calibration = (shares: ReadonlyArray<number>, places: number) => {
  const buckets = Array.from({ length: 10 }, () => ({ n: 0, expected: 0, variance: 0, happened: 0 }))
  for (let race = 0; race < 10_000; race++) {
    const progress = new RaceProgress(strengths, new SeededRandom(11, race))
    for (const share of shares) progress.reveal(share)
    const chances = new Float64Array(strengths.length)
    placeChances(chancesOf(progress.strengths), places, chances)
    // What is revealed later must not make the earlier chances wrong.
    progress.reveal(0.5)
    const placed = new Set(progress.finish().slice(0, places))
    chances.forEach((chance, runner) => {
      const bucket = buckets[Math.min(9, Math.floor(chance * 10))]!
      bucket.n++
      bucket.expected += chance
      bucket.variance += chance * (1 - chance)
      if (placed.has(runner)) bucket.happened++
    })
  }
  return buckets.filter((bucket) => bucket.n > 100)
}

describe("softmax", () => {
  it("sums to one, and gives a withdrawn runner nothing", () => {
    const chances = chancesOf([700, 701, Number.NEGATIVE_INFINITY])
    expect(sum(chances)).toBeCloseTo(1, 12)
    expect(chances[2]).toBe(0)
    expect(chances[1]! / chances[0]!).toBeCloseTo(Math.E, 9)
  })
})

describe("placeChances", () => {
  it("sums to the number of places, and no runner's chance exceeds one", () => {
    for (const count of [1, 2, 3, 4]) {
      const out = placesOf(chancesOf(strengths), count)
      expect(sum(out)).toBeCloseTo(count, 6)
      for (const chance of out) expect(chance).toBeLessThanOrEqual(1 + 1e-9)
    }
  })

  it("gives two equal runners of three two thirds each", () => {
    for (const chance of placesOf([1 / 3, 1 / 3, 1 / 3], 2)) expect(chance).toBeCloseTo(2 / 3, 9)
  })

  it("places everybody who still runs when there are as many places", () => {
    expect([...placesOf([0.5, 0.5, 0], 2)]).toEqual([1, 1, 0])
  })
})

describe("RaceProgress", () => {
  it.each([
    { when: "at the opening", shares: [], places: 1 },
    { when: "at the off", shares: Array.from({ length: 20 }, () => 0.998), places: 1 },
    { when: "in running", shares: [0.95, 0.8, 0.6], places: 1 },
    { when: "in running, for a place", shares: [0.95, 0.8, 0.6], places: 3 }
  ])("has chances that come true as often as they say $when", ({ places, shares }) => {
    for (const { expected, happened, variance } of calibration(shares, places)) {
      expect(Math.abs(happened - expected)).toBeLessThan(4 * Math.sqrt(variance) + 1)
    }
  })

  it("leaves the others' chances in proportion when a runner is withdrawn", () => {
    const progress = new RaceProgress(strengths, new SeededRandom(1))
    const before = chancesOf(progress.strengths)
    progress.withdraw(0)
    const after = chancesOf(progress.strengths)
    expect(after[0]).toBe(0)
    for (let i = 1; i < strengths.length; i++) expect(after[i]).toBeCloseTo(before[i]! / (1 - before[0]!), 9)
    progress.reveal(0.5)
    expect(progress.finish().at(-1)).toBe(0)
  })
})
