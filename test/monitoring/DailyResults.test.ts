import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import * as DailyResults from "../../src/monitoring/DailyResults.ts"

const [a, b] = [StrategyId.make("a"), StrategyId.make("b")]

/** A hundred milliseconds a day. */
const dayOf = (at: number) => `2026-01-${String(1 + Math.floor(at / 100)).padStart(2, "0")}`

const result = (strategyId: StrategyId, settledAt: number, net: number) => ({ strategyId, settledAt, net })

describe("DailyResults.of", () => {
  it("gives each day with bets and its strategies by name, oldest first", () => {
    const results = [result(b, 10, 300), result(a, 20, -100), result(b, 30, 50), result(a, 450, 70)]
    expect(DailyResults.of(results, dayOf, 10)).toEqual([
      {
        day: "2026-01-01",
        bets: 3,
        net: 250,
        strategies: [
          { strategyId: a, bets: 1, net: -100 },
          { strategyId: b, bets: 2, net: 350 }
        ]
      },
      { day: "2026-01-05", bets: 1, net: 70, strategies: [{ strategyId: a, bets: 1, net: 70 }] }
    ])
  })

  it.prop(
    "has every bet of the last days once",
    {
      waits: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 }))).check(
        Schema.isMaxLength(20)
      ),
      most: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 }))
    },
    ({ most, waits }) => {
      let at = 0
      const results = waits.map((wait, index) => result(index % 3 === 0 ? a : b, (at += wait), index * 7 - 30))
      const days = DailyResults.of(results, dayOf, most)
      const last = [...new Set(results.map(({ settledAt }) => dayOf(settledAt)))].slice(-most)
      const own = results.filter(({ settledAt }) => last.includes(dayOf(settledAt)))
      expect(days.map(({ day }) => day)).toEqual(last)
      expect(days.reduce((sum, { net }) => sum + net, 0)).toBe(own.reduce((sum, { net }) => sum + net, 0))
      expect(days.reduce((sum, { bets }) => sum + bets, 0)).toBe(own.length)
      for (const { bets, net, strategies } of days) {
        expect(strategies.reduce((sum, cell) => sum + cell.net, 0)).toBe(net)
        expect(strategies.reduce((sum, cell) => sum + cell.bets, 0)).toBe(bets)
      }
    }
  )
})
