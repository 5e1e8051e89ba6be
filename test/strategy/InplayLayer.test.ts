import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { inplayLayer } from "../../src/strategy/InplayLayer.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { configure, type Strategy } from "../../src/strategy/Strategy.ts"

const start = (parameters: object = {}): Strategy =>
  Effect.runSync(configure(inplayLayer, StrategyId.make("layer"), parameters))

/** In play: the first runner is short, the second long. */
const race = (change = {}) =>
  new Scenario(
    [
      { back: 1.4, lay: 1.41, last: 1.4 },
      { back: 5, lay: 5.1, last: 5 }
    ],
    { inPlay: true, ...change }
  )

const confidence = (scenario: Scenario) => {
  const [signal] = start().evaluate(scenario.snapshot())
  return signal?._tag === "Place" ? signal.confidence : NaN
}

describe("inplay_layer", () => {
  it("lays a short runner at the best lay price, for a fixed backer's stake", () => {
    expect(start().evaluate(race().snapshot())).toMatchObject([
      {
        _tag: "Place",
        selectionId: 1,
        side: "LAY",
        order: { _tag: "LIMIT", price: 141, persistence: "LAPSE" },
        sizing: { _tag: "FIXED", amount: 200 }
      }
    ])
  })

  it("never risks more than a fixed liability", () => {
    const [signal] = start({ sizing: "liability", amount: 10 }).evaluate(race().snapshot())
    expect(signal).toMatchObject({ sizing: { _tag: "FIXED", amount: 2439 } })
  })

  it.each([
    ["before the off", race({ inPlay: false })],
    ["while suspended", race({ status: "SUSPENDED" })],
    ["above max_price", race().quote(1, { last: 1.51 })],
    ["at a lay price above max_price", race().quote(1, { lay: 1.6 })],
    ["a runner that never traded", race().quote(1, { last: null })],
    ["without a lay price", race().quote(1, { lay: null })],
    ["a withdrawn runner", race().status(1, "REMOVED")]
  ])("does not lay %s", (_, scenario) => {
    expect(start().evaluate(scenario.snapshot())).toEqual([])
  })

  it("can be triggered by the best lay price, traded or not", () => {
    const scenario = race().quote(1, { last: 1.6 })
    expect(start({ trigger: "best_lay" }).evaluate(scenario.snapshot())).toHaveLength(1)
  })

  it("has one bet a runner, matched or waiting", () => {
    const scenario = race()
    const waiting = scenario.bet(1, "LAY", 1.41, 2)
    const matched = { ...waiting, status: "matched" as const, complete: true }
    expect(start().evaluate(scenario.snapshot([waiting]))).toEqual([])
    expect(start().evaluate(scenario.snapshot([matched]))).toEqual([])
  })

  it("cancels what is not matched in time, and asks again only after a while", () => {
    const strategy = start({ cancel_after_seconds: 2 })
    const scenario = race()
    const bet = scenario.bet(1, "LAY", 1.41, 2)
    const asked = [1.9, 0.1, 1, 4].map((seconds) => strategy.evaluate(scenario.after(seconds).snapshot([bet])).length)
    expect(asked).toEqual([0, 1, 0, 1])
  })

  it("cancels while the market is suspended too, and never what the exchange has not confirmed", () => {
    const scenario = race({ status: "SUSPENDED" })
    const bet = scenario.bet(1, "LAY", 1.41, 2)
    scenario.after(10)
    expect(start().evaluate(scenario.snapshot([bet]))).toMatchObject([{ _tag: "Cancel", betId: bet.id }])
    expect(start().evaluate(scenario.snapshot([{ ...bet, status: "pending", placedAt: null }]))).toEqual([])
  })

  it("is less confident of a wide spread and of an order the offer cannot fill", () => {
    expect(confidence(race())).toBeCloseTo(1, 12)
    expect(confidence(race().quote(1, { back: 1.3 }))).toBeLessThan(1)
    expect(confidence(race().quote(1, { lay: 1.41, size: 0.5 }))).toBeCloseTo(Math.cbrt(0.25 ** 2), 12)
  })
})
