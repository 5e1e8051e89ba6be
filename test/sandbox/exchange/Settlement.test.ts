import { describe, expect, it } from "vitest"
import { commissionOn, profitOf, wonPart } from "../../../src/sandbox/exchange/Settlement.ts"
import { reducedPrice } from "../../../src/sandbox/exchange/Withdrawal.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

const fill = (price: number, size: number) => ({ price, size, at: 0 })

describe("Settlement.profitOf", () => {
  it.each([
    ["a winner", { won: 1, of: 1 }, 2000],
    ["a loser", { won: 0, of: 1 }, -1000],
    // Half of 10.00 at 3.00 wins 10.00, half loses 5.00.
    ["a dead heat of two", { won: 1, of: 2 }, 500],
    // Two thirds win 13.33, one third loses 3.33.
    ["two places shared by three", { won: 2, of: 3 }, 1000]
  ])("settles %s", (_, part, expected) => {
    expect(profitOf("BACK", [fill(300, 1000)], part)).toBe(expected)
    expect(profitOf("LAY", [fill(300, 1000)], part)).toBe(-expected)
  })

  it("cancels out between the two sides of a match, whatever the rounding", () => {
    const random = new SeededRandom(5)
    for (let i = 0; i < 2000; i++) {
      const fills = Array.from({ length: 1 + random.below(3) }, () =>
        fill(101 + random.below(5000), 1 + random.below(5000))
      )
      const of = 1 + random.below(4)
      const part = { won: random.below(of + 1), of }
      expect(profitOf("BACK", fills, part) + profitOf("LAY", fills, part)).toBe(0)
    }
  })
})

describe("Settlement.wonPart", () => {
  it.each([
    [false, 1, 1, { won: 0, of: 1 }],
    [true, 1, 1, { won: 1, of: 1 }],
    [true, 2, 1, { won: 1, of: 2 }],
    [true, 3, 3, { won: 1, of: 1 }],
    [true, 4, 3, { won: 3, of: 4 }]
  ])("winner %s of %i for %i places", (isWinner, winners, places, expected) => {
    expect(wonPart(isWinner, winners, places)).toEqual(expected)
  })
})

describe("Settlement.commissionOn", () => {
  it.each([
    [40_000, 5, 40, 1200],
    [40_000, 5, 0, 2000],
    [-40_000, 5, 0, 0],
    [10, 5, 0, 1]
  ])("%i pence at %i %% less %i %% costs %i", (winnings, rate, discount, expected) => {
    expect(commissionOn(winnings, rate, discount)).toBe(expected)
  })
})

describe("Withdrawal.reducedPrice", () => {
  it.each([
    [860, 16.2, 721],
    [102, 50, 101]
  ])("%i less %f %% is %i", (price, percent, expected) => {
    expect(reducedPrice(price, percent)).toBe(expected)
  })
})
