import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { PriceHistory, samplesAtMost } from "../../src/bot/PriceHistory.ts"
import { MarketId, runnerKey, SelectionId } from "../../src/domain/Identifiers.ts"
import { MarketBook, RunnerBook } from "../../src/market/MarketBook.ts"

const keys = [1, 2].map((id) => runnerKey(SelectionId.make(id), 0))

const book = () => {
  const made = new MarketBook(MarketId.make("1.1"))
  keys.forEach((key, index) => {
    const runner = new RunnerBook(key, SelectionId.make(index + 1), 0)
    runner.definition = { status: "ACTIVE" } as never
    made.runners.push(runner)
  })
  return made
}

describe("PriceHistory.take", () => {
  it("samples no more often than it is told", () => {
    const market = book()
    const history = new PriceHistory(1000)
    for (let at = 0; at <= 3000; at += 250) {
      market.publishTime = at
      market.runners[0]!.lastPriceTraded = 100 + at / 10
      history.take(market)
    }
    expect(history.at).toEqual([0, 1000, 2000, 3000])
    expect(history.runners.get(keys[0]!)?.lastPriceTraded).toEqual([100, 200, 300, 400])
    expect(history.runners.get(keys[1]!)?.bestBack).toEqual([0, 0, 0, 0])
  })

  it("spaces its samples evenly over any time", () => {
    const market = book()
    const history = new PriceHistory(1000)
    for (let at = 0; at < 5_000_000; at += 1000) {
      market.publishTime = at
      history.take(market)
    }
    expect(new Set(history.at.slice(1).map((at, index) => at - history.at[index]!))).toEqual(new Set([32_000]))
  })

  it.prop(
    "keeps the whole course within its bound, whatever comes when, and all lists equally long",
    {
      waits: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3000 }))),
      rounds: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))
    },
    ({ rounds, waits }) => {
      const market = book()
      const history = new PriceHistory(1000)
      let at = 0
      for (let round = 0; round < rounds; round++) {
        for (const wait of waits) {
          market.publishTime = at += wait
          for (const runner of market.runners) runner.totalMatched = at
          if (round === 3 && market.runners.length === 2) market.runners.pop()
          history.take(market)
        }
      }
      expect(history.at.length).toBeLessThanOrEqual(samplesAtMost)
      if (waits.length === 0) return
      expect(history.at[0]).toBe(waits[0])
      expect(history.at).toEqual(history.at.toSorted((a, b) => a - b))
      for (const columns of history.runners.values()) {
        for (const column of Object.values(columns)) expect(column).toHaveLength(history.at.length)
      }
      expect(history.runners.get(keys[0]!)?.totalMatched).toEqual(history.at)
    }
  )
})
