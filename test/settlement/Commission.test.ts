import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { StrategyId } from "../../src/domain/Identifiers.ts"
import * as Commission from "../../src/settlement/Commission.ts"
import * as SettlementRules from "../../src/settlement/SettlementRules.ts"
import { betId, market } from "./builders.ts"

const profits = (...amounts: ReadonlyArray<readonly [strategy: string, profit: number]>) =>
  amounts.map(([strategy, profit], index) => ({ id: betId(index + 1), strategyId: strategy as StrategyId, profit }))
const parts = (commission: number, bets: ReadonlyArray<Commission.BetProfit>) => {
  const allocated = Commission.allocate(commission, bets)
  return bets.map(({ id }) => allocated.get(id) ?? 0)
}

describe("Commission.rateOf", () => {
  it("is the market's base rate less the account's discount", () => {
    const rules = SettlementRules.exchange(0.4)
    expect(Commission.rateOf(market({ marketBaseRate: 5 }), rules)).toBeCloseTo(0.03, 12)
    expect(Commission.rateOf(market({ marketBaseRate: 8, discountAllowed: false }), rules)).toBe(0.08)
  })

  it("is the same for every market by the reference's rules", () => {
    expect(Commission.rateOf(market({ marketBaseRate: 8 }), SettlementRules.reference)).toBe(0.05)
  })
})

describe("Commission.charge", () => {
  it("is the exchange's own example: 400.00 won at 5 % with 40 % discount costs 12.00", () => {
    expect(Commission.charge(40_000, Commission.rateOf(market(), SettlementRules.exchange(0.4)))).toBe(1_200)
  })

  it("is nothing on a loss or on nothing", () => {
    expect(Commission.charge(-10_000, 0.05)).toBe(0)
    expect(Commission.charge(0, 0.05)).toBe(0)
  })
})

describe("Commission.allocate", () => {
  it("charges the strategies that won, in proportion to what they won on the market", () => {
    // a: 30 - 10 = 20 of 60; b: 40 of 60; c lost.
    expect(parts(30, profits(["a", 3_000], ["a", -1_000], ["b", 4_000], ["c", -5_000]))).toEqual([10, 0, 20, 0])
  })

  it("gives pennies that do not divide to the largest remainders, then to the oldest bet", () => {
    expect(parts(10, profits(["a", 100], ["a", 100], ["a", 100]))).toEqual([4, 3, 3])
    expect(parts(10, profits(["a", 100], ["a", 100], ["a", 120]))).toEqual([3, 3, 4])
  })

  it.prop(
    "splits any charge exactly, never takes more than a bet won, and does not care about the order",
    {
      bets: Schema.Array(
        Schema.Tuple([
          Schema.Literals(["a", "b", "c"]),
          Schema.Int.check(Schema.isBetween({ minimum: -1e9, maximum: 1e9 }))
        ])
      ),
      percent: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
    },
    ({ bets, percent }) => {
      const all = profits(...bets)
      const net = all.reduce((sum, { profit }) => sum + profit, 0)
      const commission = Commission.charge(net, percent / 100)
      const allocated = Commission.allocate(commission, all)
      expect([...allocated.values()].reduce((sum, part) => sum + part, 0)).toBe(commission)
      for (const { id, profit } of all) {
        const part = allocated.get(id) ?? 0
        expect(Number.isInteger(part)).toBe(true)
        expect(part).toBeGreaterThanOrEqual(0)
        expect(part).toBeLessThanOrEqual(Math.max(0, profit))
      }
      const backwards = Commission.allocate(commission, all.toReversed())
      for (const { id } of all) expect(backwards.get(id)).toBe(allocated.get(id))
    }
  )
})
