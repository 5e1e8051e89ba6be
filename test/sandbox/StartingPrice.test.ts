import { describe, expect, it } from "vitest"
import { classic, toDecimal } from "../../src/domain/PriceLadder.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import { balance, farPrice, StartingPriceBets } from "../../src/sandbox/StartingPrice.ts"

const last = classic.length - 1
const tickAt = (odds: number) => classic.indexOf(Math.round(odds * 100))
const book = (backs: ReadonlyArray<[number, number]>, lays: ReadonlyArray<[number, number]>) => {
  const unmatched = { backs: new Float64Array(classic.length), lays: new Float64Array(classic.length) }
  for (const [odds, size] of backs) unmatched.backs[tickAt(odds)] = size
  for (const [odds, size] of lays) unmatched.lays[tickAt(odds)] = size
  return unmatched
}

describe("StartingPrice.balance", () => {
  it("is where layers' liability covers backers' winnings", () => {
    const bets = new StartingPriceBets()
    bets.back(0, 10_000)
    bets.lay(last, 35_000)
    expect(balance(bets)).toBeCloseTo(4.5, 9)
  })

  it("leaves out who wants a better price", () => {
    const bets = new StartingPriceBets()
    bets.back(0, 10_000)
    bets.back(tickAt(6), 50_000)
    bets.lay(last, 35_000)
    expect(balance(bets)).toBeCloseTo(4.5, 9)
  })

  it("is the price of the unmatched orders that make up for missing money", () => {
    const bets = new StartingPriceBets()
    bets.back(0, 10_000)
    expect(balance(bets, book([[4.2, 90_000]], [[4, 90_000]]))).toBe(4)
    bets.lay(last, 300_000)
    expect(balance(bets, book([[4.2, 90_000]], [[4, 90_000]]))).toBe(4.2)
  })

  it("is shortest without lays, longest without backs, and 0 without money", () => {
    const bets = new StartingPriceBets()
    expect(balance(bets)).toBe(0)
    bets.back(0, 100)
    expect(balance(bets)).toBe(1.01)
    const lays = new StartingPriceBets()
    lays.lay(last, 100)
    expect(balance(lays)).toBe(1000)
  })

  it("balances: at a slightly shorter price lays prevail, at a slightly longer one backs do", () => {
    const random = new SeededRandom(31)
    for (let round = 0; round < 300; round++) {
      const bets = new StartingPriceBets()
      const unmatched = book([], [])
      for (let i = 0; i < 12; i++) {
        bets.back(random.chance(0.5) ? 0 : random.below(350), 1 + random.below(10_000))
        bets.lay(random.chance(0.5) ? last : random.below(350), 1 + random.below(50_000))
        unmatched.lays[random.below(150)] = random.below(20_000)
        unmatched.backs[160 + random.below(150)] = random.below(20_000)
      }
      const price = balance(bets, unmatched)
      const excessOfLays = (at: number) => {
        let excess = 0
        classic.forEach((hundredths, tick) => {
          const odds = toDecimal(hundredths)
          if (odds >= at) excess += unmatched.lays[tick]! + bets.lays[tick]! / (at - 1)
          if (odds <= at) excess -= unmatched.backs[tick]! + bets.backs[tick]!
        })
        return excess
      }
      expect(excessOfLays(price * 0.999999)).toBeGreaterThanOrEqual(-1)
      expect(excessOfLays(price * 1.000001)).toBeLessThanOrEqual(1)
    }
  })
})

describe("StartingPrice.farPrice", () => {
  it("tells one-sided money from none, as the exchange does", () => {
    const bets = new StartingPriceBets()
    expect(farPrice(bets)).toBe("NaN")
    bets.back(0, 100)
    expect(farPrice(bets)).toBe(1)
    bets.lay(last, 251)
    expect(farPrice(bets)).toBe(3.51)
    bets.clear()
    bets.lay(last, 251)
    expect(farPrice(bets)).toBe("Infinity")
  })
})
