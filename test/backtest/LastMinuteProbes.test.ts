import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { limitOnce, replaceOnce } from "../../src/backtest/LastMinuteProbes.ts"
import { play, race } from "./ScriptedMarket.ts"

describe("ReplaceOnce", () => {
  it.effect("places where there is no price to compare with", () =>
    Effect.gen(function* () {
      const market = race({ runnerCount: 1 })
      const bets = yield* play(replaceOnce, "flumine", [
        market.opens({ 1: { lay: 3.1 } }),
        market.quotes(1, { lay: 3.1 }),
        market.closes(1)
      ])
      expect(bets.map(({ order }) => order.price)).toEqual([100_000, 101])
    })
  )

  it.effect("has no second order where the first was gone before it could be replaced", () =>
    Effect.gen(function* () {
      // The delay holds the replacement back until the market has been suspended.
      const market = race({ runnerCount: 1, betDelay: 3 })
      const quiet = () => market.quotes(1, { back: 3 })
      const script = [market.opens(), quiet(), quiet(), quiet(), quiet(), market.suspends(), quiet(), quiet(), quiet()]
      const bets = yield* play(replaceOnce, "flumine", [...script, market.closes(1)])
      expect(bets.map(({ order }) => [order.price, order.sizeLapsed])).toEqual([[100_000, 200]])
    })
  )

  it.effect("has a second order where it could", () =>
    Effect.gen(function* () {
      const market = race({ runnerCount: 1, betDelay: 3 })
      const quiet = () => market.quotes(1, { back: 3 })
      const script = [market.opens(), ...Array.from({ length: 8 }, quiet)]
      const bets = yield* play(replaceOnce, "flumine", [...script, market.closes(1)])
      expect(bets.map(({ order }) => [order.price, order.sizeMatched])).toEqual([
        [100_000, 0],
        [101, 200]
      ])
    })
  )
})

describe("LimitOnce", () => {
  it.effect("waits for a runner's price, and does not bet on it twice", () =>
    Effect.gen(function* () {
      const market = race({ runnerCount: 2 })
      const bets = yield* play(limitOnce, "flumine", [
        market.opens({ 1: { back: 3 }, 2: { lay: 5 } }),
        market.quotes(1, { back: 3 }),
        market.quotes(2, { back: 4 }),
        market.quotes(1, { back: 3 }),
        market.closes(1)
      ])
      expect(bets.map(({ bet }) => [bet.selectionId, bet.order])).toMatchObject([
        [1, { price: 300 }],
        [2, { price: 400 }]
      ])
    })
  )

  it.effect("leaves races alone that are not near yet", () =>
    Effect.gen(function* () {
      const market = race({ offAt: Date.UTC(2026, 6, 1, 13) })
      expect(yield* play(limitOnce, "flumine", [market.opens(), market.closes(1)])).toEqual([])
    })
  )
})
