import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import type { PlaceSignal } from "../../src/domain/Signal.ts"
import { modelValue } from "../../src/strategy/ModelValue.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { configure } from "../../src/strategy/Strategy.ts"

const race = (definition = {}) =>
  new Scenario(
    [
      { back: 2, lay: 2.02, last: 2, traded: 20_000 },
      { back: 4, lay: 4.1, last: 4 },
      { back: 30, lay: 32, last: 30 }
    ],
    definition
  )

const signals = (parameters: object = {}, scenario = race(), openBets = scenario.snapshot().openBets) => {
  const strategy = Effect.runSync(configure(modelValue, StrategyId.make("model"), parameters))
  return strategy.evaluate(scenario.snapshot(openBets)) as ReadonlyArray<PlaceSignal>
}

const wishes = (...given: Parameters<typeof signals>) =>
  signals(...given).map(({ order, selectionId, side }) => [selectionId, side, "price" in order ? order.price : null])

describe("model_value", () => {
  it("needs a prediction for whatever it wants", () => {
    expect(modelValue.traits).toEqual({ inPlay: false, needsPrediction: true })
  })

  it("offers every price within its odds, and leaves it to the model", () => {
    expect(wishes()).toEqual([
      [1, "BACK", 200],
      [1, "LAY", 202],
      [2, "BACK", 400],
      [2, "LAY", 410]
    ])
    expect(wishes({ sides: "lay", max_odds: 100 })).toEqual([
      [1, "LAY", 202],
      [2, "LAY", 410],
      [3, "LAY", 3200]
    ])
    expect(wishes({ sides: "back", approach: "join" })).toEqual([
      [1, "BACK", 202],
      [2, "BACK", 410]
    ])
  })

  it("has the market's opinion until the model's takes its place", () => {
    const implied = [50 / 200 + 50 / 202, 50 / 400 + 50 / 410, 50 / 3000 + 50 / 3200]
    const total = implied.reduce((sum, one) => sum + one, 0)
    const [first] = signals()
    expect(first!.probability).toBeCloseTo(implied[0]! / total, 12)
    expect(first!.confidence).toBeCloseTo(Math.sqrt((20_000 / 21_000) * (8 / 8)), 12)
  })

  it("repeats no bet, and does not bet against an order that waits", () => {
    const scenario = race()
    const open = [scenario.bet(1, "BACK", 2, 2)]
    expect(wishes({ sides: "back" }, scenario, open)).toEqual([[2, "BACK", 400]])
  })

  it.each([
    ["has too little money in it", race(), { min_traded_volume: 30_000 }],
    ["is suspended", race({ status: "SUSPENDED" }), {}],
    ["has several winners", race({ numberOfWinners: 2 }), {}],
    ["is in play", race({ inPlay: true }), {}],
    ["has a runner without a price", race().quote(3, { back: null }), { max_odds: 1000 }]
  ])("wants nothing of a market that %s", (_, scenario, parameters) => {
    expect(signals(parameters, scenario)).toEqual([])
  })
})
