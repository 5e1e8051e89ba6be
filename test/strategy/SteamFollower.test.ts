import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import type { PlaceSignal, Signal } from "../../src/domain/Signal.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { steamFollower } from "../../src/strategy/SteamFollower.ts"
import { configure, type Strategy } from "../../src/strategy/Strategy.ts"

const start = (parameters: object = {}): Strategy =>
  Effect.runSync(configure(steamFollower, StrategyId.make("steam"), parameters))

const race = () =>
  new Scenario([
    { back: 5, lay: 5.1, last: 5, traded: 1000 },
    { back: 3, lay: 3.05, last: 3, traded: 1000 }
  ])

/** The first runner trades at each of these odds in turn, 10 seconds apart, with 50 traded at each step. */
const trade = (strategy: Strategy, scenario: Scenario, odds: ReadonlyArray<number>, volume = 50) => {
  odds.forEach((last, step) => {
    if (step > 0) scenario.after(10)
    const traded = scenario.runner(1).totalMatched / 100 + volume
    scenario.quote(1, { back: last, lay: last + 0.1, last, traded })
    strategy.observe?.(scenario.market, scenario.book, scenario.now)
  })
  return scenario
}

const shortening = [5, 4.9, 4.8, 4.7, 4.6, 4.5]
const drifting = [5, 5.1, 5.2, 5.3, 5.4, 5.5]

const places = (signals: ReadonlyArray<Signal>) =>
  signals.filter((signal): signal is PlaceSignal => signal._tag === "Place")

const confidence = (odds: ReadonlyArray<number>, volume: number) => {
  const strategy = start()
  const scenario = trade(strategy, race(), odds, volume)
  return places(strategy.evaluate(scenario.snapshot()))[0]?.confidence ?? NaN
}

describe("steam_follower", () => {
  it("backs a runner that has shortened by enough ticks with money behind it", () => {
    const strategy = start()
    const scenario = trade(strategy, race(), shortening)
    const [signal, ...others] = strategy.evaluate(scenario.snapshot())
    expect(others).toEqual([])
    expect(signal).toMatchObject({
      _tag: "Place",
      selectionId: 1,
      side: "BACK",
      order: { _tag: "LIMIT", price: 450 },
      sizing: { _tag: "FIXED", amount: 200 }
    })
    expect(signal).not.toHaveProperty("probability")
  })

  it("lays a runner that has drifted", () => {
    const strategy = start()
    const scenario = trade(strategy, race(), drifting)
    expect(strategy.evaluate(scenario.snapshot())).toMatchObject([{ side: "LAY", order: { price: 560 } }])
  })

  it.each([
    ["too few ticks", { ticks: 6 }, shortening, 50],
    ["a move that took too long", { window_seconds: 30 }, shortening, 50],
    ["too little volume", {}, shortening, 10],
    ["a move that has turned back", {}, [5.5, 5.2, 4.9, 4.7, 4.5, 4.6, 4.7], 50],
    ["steam when only drift is followed", { follow: "drift" }, shortening, 50],
    ["drift when only steam is followed", { follow: "steam" }, drifting, 50],
    ["odds outside its range", { min_odds: 4.6 }, shortening, 50],
    ["a wide spread", { max_spread_ticks: 1 }, [...shortening, 3.7], 50]
  ])("does not follow %s", (_, parameters, odds, volume) => {
    const strategy = start(parameters)
    const scenario = trade(strategy, race(), odds, volume)
    expect(strategy.evaluate(scenario.snapshot())).toEqual([])
  })

  it("follows a fall that skips prices, counting what was traded on the way", () => {
    const strategy = start()
    const scenario = trade(strategy, race(), [5, 4.4], 100)
    expect(strategy.evaluate(scenario.snapshot())).toHaveLength(1)
  })

  it("begins anew when a runner is withdrawn, because that shortens every other", () => {
    const strategy = start()
    const scenario = race()
    trade(strategy, scenario, [5])
    trade(strategy, scenario.after(10).status(2, "REMOVED"), [4.4], 200)
    expect(strategy.evaluate(scenario.snapshot())).toEqual([])
  })

  it("sizes by Kelly from the price it expects the move to go on to", () => {
    const strategy = start({ sizing: "kelly", further_ticks: 10 })
    const scenario = trade(strategy, race(), shortening)
    const [signal] = places(strategy.evaluate(scenario.snapshot()))
    expect(signal?.sizing).toEqual({ _tag: "KELLY" })
    expect(signal?.probability).toBeCloseTo(100 / 375, 10)
  })

  it("is more confident of longer moves with more money", () => {
    const usual = confidence(shortening, 50)
    expect(confidence([...shortening, 4.4, 4.3], 50)).toBeGreaterThan(usual)
    expect(confidence(shortening, 500)).toBeGreaterThan(usual)
  })

  it("does not repeat an open bet", () => {
    const strategy = start()
    const scenario = trade(strategy, race(), shortening)
    expect(strategy.evaluate(scenario.snapshot([scenario.bet(1, "BACK", 4.5, 2)]))).toEqual([])
  })

  it.each([
    ["in play", { inPlay: true }],
    ["suspended", { status: "SUSPENDED" as const }]
  ])("does not bet %s", (_, change) => {
    const strategy = start()
    const scenario = trade(strategy, race(), shortening).define(change)
    expect(strategy.evaluate(scenario.snapshot())).toEqual([])
  })

  it("counts volume at prices where the runner's total is not told", () => {
    const strategy = start()
    const scenario = new Scenario([{ back: 5, lay: 5.1, last: 5 }])
    strategy.observe?.(scenario.market, scenario.book, scenario.now)
    scenario.after(20).quote(1, { back: 4.4, lay: 4.5, last: 4.4 }).runner(1).traded.set(440, 20_000)
    expect(strategy.evaluate(scenario.snapshot())).toHaveLength(1)
  })

  it("does nothing without traded prices or without prices to take", () => {
    const strategy = start({ min_volume: 0 })
    const silent = new Scenario([{ back: 5, lay: 5.1 }])
    expect(strategy.evaluate(silent.snapshot())).toEqual([])
    const bare = new Scenario([{ last: 5, traded: 100 }])
    strategy.observe?.(bare.market, bare.book, bare.now)
    expect(strategy.evaluate(bare.after(20).quote(1, { last: 4, traded: 900 }).snapshot())).toEqual([])
  })
})
