import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import type { Bet } from "../../src/domain/Bet.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import * as Money from "../../src/domain/Money.ts"
import type { Fill } from "../../src/domain/Order.ts"
import { opposite, Side } from "../../src/domain/Side.ts"
import * as MarketResult from "../../src/settlement/MarketResult.ts"
import * as Settling from "../../src/settlement/Settling.ts"
import * as SettlementRules from "../../src/settlement/SettlementRules.ts"
import { bet, betId, market, runners } from "./builders.ts"

const rules = SettlementRules.exchange(0)
const settle = (changes: Partial<MarketDefinition>, bets: ReadonlyArray<Bet>, by = rules) => {
  const definition = market(changes)
  const result = MarketResult.fromDefinition(definition, by)
  if (result._tag === "Undecided") throw new Error(result.reason)
  return Settling.settle(definition, result, bets, by)
}
/** Profit of a bet of 10.00 at 3.0. */
const profit = (changes: Partial<MarketDefinition>, side: Side = "BACK", selectionId = 1) =>
  settle(changes, [bet({ side, selectionId })]).bets.get(betId(1))?.profit

describe("Settling.settle", () => {
  it.each<[string, Side, number, number]>([
    ["a backed winner", "BACK", 1, 2_000],
    ["a backed loser", "BACK", 2, -1_000],
    ["a laid winner", "LAY", 1, -2_000],
    ["a laid loser", "LAY", 2, 1_000]
  ])("pays %s", (_, side, selectionId, expected) => {
    expect(profit({}, side, selectionId)).toBe(expected)
  })

  it("pays each placed runner of a place market", () => {
    const place = { marketType: "PLACE", numberOfWinners: 2, runners: runners("WINNER", "WINNER", "LOSER") }
    expect([1, 2, 3].map((selectionId) => profit(place, "BACK", selectionId))).toEqual([2_000, 2_000, -1_000])
  })

  it("is the exchange's own example of a dead heat: 300.00 at 4.0, three winners, 100.00 net", () => {
    const threeWinners = { runners: runners("WINNER", "WINNER", "WINNER") }
    const backed = bet({ fills: [{ at: 1, price: 400, size: 30_000 }] })
    expect(settle(threeWinners, [backed]).profit).toBe(10_000)
  })

  it("rounds an average of 2.005 in pounds down where the reference's rules hold", () => {
    const halves = [200, 201].map((price): Fill => ({ at: 1, price, size: 100 }))
    expect(settle({}, [bet({ fills: halves })], SettlementRules.reference).profit).toBe(200)
    expect(settle({}, [bet({ fills: halves })]).profit).toBe(201)
  })

  it("stakes twice in an each-way market, the place part at a quarter of the odds", () => {
    const eachWay = {
      marketType: "EACH_WAY",
      numberOfWinners: 2,
      eachWayDivisor: 4,
      runners: runners("WINNER", "PLACED", "LOSER")
    }
    expect([1, 2, 3].map((selectionId) => profit(eachWay, "BACK", selectionId))).toEqual([2_500, -500, -2_000])
    expect([1, 2, 3].map((selectionId) => profit(eachWay, "LAY", selectionId))).toEqual([-2_500, 500, 2_000])
  })

  it("returns stakes on removed runners and on void markets", () => {
    expect(profit({ runners: runners("REMOVED", "WINNER") })).toBe(0)
    expect(profit({ runners: runners("REMOVED", "REMOVED") }, "LAY")).toBe(0)
  })

  it("takes the prices of fills as they are: a reduction factor is not applied again", () => {
    const withdrawn = runners("WINNER", "REMOVED").map((runner) => ({ ...runner, adjustmentFactor: 16.2 }))
    expect(settle({ runners: withdrawn }, [bet({ fills: [{ at: 1, price: 721, size: 1_000 }] })]).profit).toBe(6_210)
  })

  it("rounds half a penny away from zero, once for the whole bet", () => {
    const halves = [
      { at: 1, price: 150, size: 1 },
      { at: 2, price: 150, size: 1 }
    ]
    expect(Settling.profitOf("BACK", halves, [{ won: 1, of: 1, divisor: 1 }])).toBe(1)
    expect(Settling.profitOf("BACK", halves.slice(1), [{ won: 1, of: 1, divisor: 1 }])).toBe(1)
    expect(Settling.profitOf("LAY", halves.slice(1), [{ won: 1, of: 1, divisor: 1 }])).toBe(-1)
  })

  it("charges commission on what all strategies won together", () => {
    const settlement = settle({}, [
      bet({ n: 1, strategyId: "a" }),
      bet({ n: 2, strategyId: "b", selectionId: 2 }),
      bet({ n: 3, strategyId: "b", side: "LAY", selectionId: 3 })
    ])
    expect(settlement).toMatchObject({ profit: 2_000, commission: 100 })
    expect([1, 2, 3].map((n) => settlement.bets.get(betId(n))?.commission)).toEqual([100, 0, 0])
  })

  it("charges nothing on a market that lost, whatever single bets won", () => {
    const settlement = settle({}, [bet({ n: 1 }), bet({ n: 2, side: "LAY" }), bet({ n: 3, selectionId: 2 })])
    expect(settlement).toMatchObject({ profit: -1_000, commission: 0 })
  })

  it("leaves out bets that were never matched", () => {
    expect(settle({}, [bet({ fills: [] })]).bets.size).toBe(0)
  })
})

const within = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
/** Odd sizes at 1.5 and 2.5 end in half a penny. */
const Price = Schema.Literals([101, 150, 250, 721, 1_013, 100_000])
const Fills = Schema.NonEmptyArray(Schema.Struct({ at: within(1, 1_000), price: Price, size: within(1, 1e7) }))
const Statuses = Schema.Array(
  Schema.Literals(["WINNER", "WINNER", "WINNER", "PLACED", "LOSER", "REMOVED", "ACTIVE"])
).check(Schema.isMinLength(1), Schema.isMaxLength(8))
const Market = {
  statuses: Statuses,
  marketType: Schema.Literals(["WIN", "PLACE", "EACH_WAY"]),
  numberOfWinners: within(0, 4),
  eachWayDivisor: Schema.Literals([4, 5])
}
const definitionOf = (value: Schema.Schema.Type<Schema.Struct<typeof Market>>): Partial<MarketDefinition> => ({
  runners: runners(...value.statuses),
  marketType: value.marketType,
  numberOfWinners: value.marketType === "WIN" ? 1 : value.numberOfWinners,
  eachWayDivisor: value.marketType === "EACH_WAY" ? value.eachWayDivisor : null
})

describe("settlement conserves money", () => {
  it.prop(
    "a BACK and a LAY of equal fills cancel exactly, in every kind of market",
    { ...Market, fills: Fills, index: within(0, 7), side: Side },
    ({ fills, index, side, ...value }) => {
      const selectionId = (index % value.statuses.length) + 1
      const pair = [bet({ n: 1, side, selectionId, fills }), bet({ n: 2, side: opposite(side), selectionId, fills })]
      expect(settle(definitionOf(value), pair).profit).toBe(0)
    }
  )

  it.prop(
    "what bets are told adds up to the market, whatever their order, and commission is never owed on a loss",
    {
      ...Market,
      bets: Schema.Array(
        Schema.Struct({ fills: Fills, selectionId: within(1, 8), side: Side, strategyId: Schema.Literals(["a", "b"]) })
      )
    },
    ({ bets, ...value }) => {
      const all = bets.map((changes, index) => bet({ n: index + 1, ...changes }))
      const settlement = settle(definitionOf(value), all)
      const parts = [...settlement.bets.values()]
      expect(parts.reduce((sum, part) => sum + part.profit, 0)).toBe(settlement.profit)
      expect(parts.reduce((sum, part) => sum + part.commission, 0)).toBe(settlement.commission)
      expect(settlement.commission > 0 ? settlement.profit : 0).toBeGreaterThanOrEqual(0)
      expect(parts.every(({ commission, profit }) => commission === 0 || profit > 0)).toBe(true)
      const backwards = settle(definitionOf(value), all.toReversed())
      for (const [id, amounts] of settlement.bets) expect(backwards.bets.get(id)).toEqual(amounts)
    }
  )

  it.prop(
    "one bet on every runner of a race without dead heat pays the winner's odds less all stakes",
    { winner: within(0, 4), prices: Schema.Tuple(Array.from({ length: 5 }, () => within(101, 100_000))) },
    ({ prices, winner }) => {
      const field = prices.map((_, index) => (index === winner ? ("WINNER" as const) : ("LOSER" as const)))
      const bets = prices.map((price, index) =>
        bet({ n: index + 1, selectionId: index + 1, fills: [{ at: 1, price, size: 100 }] })
      )
      expect(settle({ runners: runners(...field) }, bets).profit).toBe(prices[winner]! - 500)
    }
  )
})

interface ReferenceOrder {
  readonly side: Side
  readonly matched: ReadonlyArray<readonly [at: number, price: number, size: number]>
  readonly runner_status: "WINNER" | "LOSER" | "REMOVED"
  readonly profit: number
}
interface ReferenceRun {
  readonly recording: string
  readonly probe: string
  readonly profit: number
  readonly commission: number
  readonly order_rows: ReadonlyArray<ReferenceOrder>
}

const fillsOf = (order: ReferenceOrder): ReadonlyArray<Fill> =>
  order.matched.map(([at, price, size]) => ({
    at,
    price: Math.round(price * 1e6) / 1e4,
    size: Money.fromDecimal(size)
  }))

const file = new URL("../../../shared/reference/flumine-ground-truth.json.gz", import.meta.url)

const statuses = ["WINNER", "LOSER", "REMOVED"] as const
const selectionOf = (order: ReferenceOrder) => statuses.indexOf(order.runner_status) + 1

describe.skipIf(!existsSync(file))("the reference simulator's orders", () => {
  it("settle to its profits and commissions, to the penny", () => {
    const runs: ReadonlyArray<ReferenceRun> = JSON.parse(gunzipSync(readFileSync(file)).toString())
    let compared = 0
    for (const run of runs) {
      const bets = run.order_rows.map((order, index) =>
        bet({ n: index + 1, side: order.side, selectionId: selectionOf(order), fills: fillsOf(order) })
      )
      const settlement = settle({ runners: runners(...statuses) }, bets, SettlementRules.reference)
      const name = `${run.recording} ${run.probe}`
      run.order_rows.forEach((order, index) => {
        const ours = settlement.bets.get(betId(index + 1))?.profit ?? 0
        expect(ours, `${name} order ${index + 1}`).toBe(Money.fromDecimal(order.profit))
        if (order.matched.length > 0) compared++
      })
      expect(settlement.profit, name).toBe(Money.fromDecimal(run.profit))
      expect(settlement.commission, name).toBe(Money.fromDecimal(run.commission))
    }
    expect(compared).toBeGreaterThan(2_000)
  })
})
