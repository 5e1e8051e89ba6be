import { describe, expect, it } from "vitest"
import * as GeneratedRaces from "../../src/app/GeneratedRaces.ts"

const take = (seed: number, count: number) => GeneratedRaces.races(seed).take(count).toArray()

describe("GeneratedRaces.races", () => {
  it("has the true chances in place of the results, near the market's", () => {
    const [race] = take(5, 1)
    expect(race!.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    race!.shares.forEach((share, i) => expect(Math.abs(share - race!.market[i]!)).toBeLessThan(0.1))
  })

  it("is the same for the same seed", () => {
    expect(take(5, 2)).toEqual(take(5, 2))
    expect(take(6, 2)).not.toEqual(take(5, 2))
  })
})
