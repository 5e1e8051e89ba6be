import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import type { PlaceSignal, Signal } from "../../src/domain/Signal.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { simpleValue } from "../../src/strategy/SimpleValue.ts"
import { configure, type Strategy } from "../../src/strategy/Strategy.ts"

const start = (parameters: object = {}): Strategy =>
  Effect.runSync(configure(simpleValue, StrategyId.make("value"), parameters))

/** Three runners near 3.0, 20,000 traded. */
const evenRace = (definition = {}) =>
  new Scenario(
    [
      { back: 3, lay: 3.05, last: 3, traded: 20_000 },
      { back: 3, lay: 3.05, last: 3 },
      { back: 3, lay: 3.05, last: 3 }
    ],
    definition
  )

const watch = (strategy: Strategy, race: Scenario) => strategy.observe?.(race.market, race.book, race.now)

/** The strategy has watched the race for five minutes when the first runner's price moves. */
const afterMove = (strategy: Strategy, move: { back: number; lay: number }, race = evenRace()) => {
  watch(strategy, race)
  race.after(300).quote(1, move)
  return race
}

const places = (signals: ReadonlyArray<Signal>) =>
  signals.filter((signal): signal is PlaceSignal => signal._tag === "Place")

const confidence = (seconds: number, traded: number, lay: number) => {
  const strategy = start({ min_confidence: 0 })
  const race = evenRace().quote(1, { traded })
  watch(strategy, race)
  race.after(seconds).quote(1, { back: 3.4, lay })
  return places(strategy.evaluate(race.snapshot()))[0]?.confidence ?? NaN
}

const persistence = (wanted: string, definition: object) => {
  const strategy = start({ persistence: wanted })
  const race = afterMove(strategy, { back: 3.4, lay: 3.45 }, evenRace(definition))
  return places(strategy.evaluate(race.snapshot()))[0]?.order
}

describe("simple_value", () => {
  it("backs a runner whose price has drifted from its recent past", () => {
    const strategy = start()
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    const [signal, ...others] = places(strategy.evaluate(race.snapshot()))
    expect(others).toEqual([])
    expect(signal).toMatchObject({
      selectionId: 1,
      side: "BACK",
      order: { _tag: "LIMIT", price: 340, persistence: "LAPSE" },
      sizing: { _tag: "KELLY" }
    })
    expect(signal?.probability).toBeCloseTo(1 / 3, 2)
  })

  it("lays a runner whose price has shortened", () => {
    const strategy = start()
    const race = afterMove(strategy, { back: 2.58, lay: 2.6 })
    expect(places(strategy.evaluate(race.snapshot()))).toMatchObject([
      { selectionId: 1, side: "LAY", order: { price: 260 } }
    ])
  })

  it.each([
    ["an edge below min_edge", { min_edge: 0.2 }],
    ["odds below min_odds", { min_odds: 3.5 }],
    ["odds above max_odds", { max_odds: 3.3 }],
    ["too little traded", { min_traded_volume: 20_001 }],
    ["too little confidence", { min_confidence: 0.99 }],
    ["the other side only", { sides: "lay" }]
  ])("does not bet with %s", (_, parameters) => {
    const strategy = start(parameters)
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    expect(strategy.evaluate(race.snapshot())).toEqual([])
  })

  it("counts commission against the edge", () => {
    const strategy = start({ min_edge: 0.1 })
    const taxed = afterMove(strategy, { back: 3.4, lay: 3.45 })
    expect(strategy.evaluate(taxed.snapshot())).toEqual([])
    strategy.forget?.(taxed.book.marketId)
    const free = afterMove(strategy, { back: 3.4, lay: 3.45 }, evenRace({ marketBaseRate: 0 }))
    expect(strategy.evaluate(free.snapshot())).toHaveLength(1)
  })

  it("does not judge a market it has not watched", () => {
    const strategy = start()
    const race = evenRace().quote(1, { back: 3.4, lay: 3.45 })
    expect(strategy.evaluate(race.snapshot())).toEqual([])
  })

  it("weighs prices by how long they stood, not by how often they came", () => {
    const [quiet, chatty] = [start(), start()]
    const race = evenRace()
    watch(quiet, race)
    for (let i = 0; i < 600; i++) watch(chatty, race.after(0.5))
    race.quote(1, { back: 3.4, lay: 3.45 })
    const probability = (strategy: Strategy) => places(strategy.evaluate(race.snapshot()))[0]?.probability ?? NaN
    expect(probability(chatty)).toBeCloseTo(probability(quiet), 12)
  })

  it("gains confidence with history and volume, and loses it with the spread", () => {
    const usual = confidence(300, 20_000, 3.45)
    expect(confidence(60, 20_000, 3.45)).toBeLessThan(usual)
    expect(confidence(300, 2000, 3.45)).toBeLessThan(usual)
    expect(confidence(300, 20_000, 3.8)).toBeLessThan(usual)
    expect(confidence(120, 1000, 3.45)).toBeCloseTo(Math.cbrt(0.5 * 1 * 0.5), 12)
  })

  it("joins the queue at the other side's best price", () => {
    const strategy = start({ approach: "join", sides: "back" })
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    expect(places(strategy.evaluate(race.snapshot()))).toMatchObject([{ side: "BACK", order: { price: 345 } }])
  })

  it("asks for persistence only where the market allows it", () => {
    expect(persistence("PERSIST", {})).toMatchObject({ persistence: "PERSIST" })
    expect(persistence("PERSIST", { persistenceEnabled: false })).toMatchObject({ persistence: "LAPSE" })
    expect(persistence("MARKET_ON_CLOSE", { bspMarket: false })).toMatchObject({ persistence: "LAPSE" })
  })

  it("stakes what it is told", () => {
    const strategy = start({ stake: 4.5 })
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    expect(places(strategy.evaluate(race.snapshot()))[0]?.sizing).toEqual({ _tag: "FIXED", amount: 450 })
  })

  it("does not repeat an open bet, nor bet against an order of its own that waits", () => {
    const strategy = start()
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    const waiting = race.bet(1, "BACK", 3.4, 5)
    const matched = race.bet(1, "BACK", 3.4, 5, { status: "matched", complete: true })
    const otherSide = race.bet(1, "LAY", 2.9, 5)
    const closed = race.bet(1, "LAY", 3.2, 5, { status: "matched", complete: true })
    const elsewhere = race.bet(2, "BACK", 3.4, 5)
    const openBets = [[waiting], [matched], [otherSide], [closed], [elsewhere]]
    expect(openBets.map((bets) => places(strategy.evaluate(race.snapshot(bets))).length)).toEqual([0, 0, 0, 1, 1])
  })

  it("takes an order back when its edge is gone, once", () => {
    const strategy = start()
    const race = evenRace()
    watch(strategy, race)
    const good = race.bet(1, "BACK", 3.4, 5)
    const bad = race.bet(2, "BACK", 2.8, 5)
    race.after(300)
    expect(strategy.evaluate(race.snapshot([good, bad]))).toMatchObject([{ _tag: "Cancel", betId: bad.id }])
    expect(strategy.evaluate(race.after(1).snapshot([good, bad]))).toEqual([])
    expect(strategy.evaluate(race.after(5).snapshot([good, bad]))).toMatchObject([{ _tag: "Cancel", betId: bad.id }])
  })

  it("leaves alone an order that the exchange has not confirmed", () => {
    const strategy = start()
    const race = evenRace()
    watch(strategy, race)
    const unconfirmed = race.bet(2, "BACK", 2.8, 5, { status: "pending", placedAt: null })
    expect(strategy.evaluate(race.after(300).snapshot([unconfirmed]))).toEqual([])
  })

  it("does not bet at a price that is not on the ladder", () => {
    const strategy = start()
    const race = afterMove(strategy, { back: 3.41, lay: 3.45 })
    expect(strategy.evaluate(race.snapshot())).toEqual([])
    race.quote(1, { back: 3.4 })
    expect(strategy.evaluate(race.snapshot())).toHaveLength(1)
  })

  it("spreads a withdrawn runner's share over the others", () => {
    const strategy = start()
    const race = evenRace()
    watch(strategy, race)
    race.after(300).status(3, "REMOVED").quote(1, { back: 2, lay: 2.02 }).quote(2, { back: 2, lay: 2.02 })
    expect(strategy.evaluate(race.snapshot())).toEqual([])
    race.quote(1, { back: 2.3, lay: 2.32 })
    const [signal] = places(strategy.evaluate(race.snapshot()))
    expect(signal?.probability).toBeCloseTo(0.5, 2)
  })

  it.each([
    ["in play", { inPlay: true }],
    ["suspended", { status: "SUSPENDED" as const }]
  ])("does not bet %s", (_, change) => {
    const strategy = start()
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 }).define(change)
    expect(strategy.evaluate(race.snapshot())).toEqual([])
  })

  it("works from last traded prices where there is no ladder, without an order it could not make", () => {
    const strategy = start({ min_traded_volume: 0, min_confidence: 0 })
    const race = new Scenario([{ last: 2 }, { last: 4 }, { last: 4 }])
    watch(strategy, race)
    race.after(300).quote(1, { last: 3 })
    expect(strategy.evaluate(race.snapshot())).toEqual([])
    race.quote(1, { back: 2.98 })
    expect(places(strategy.evaluate(race.snapshot()))).toMatchObject([{ side: "BACK", order: { price: 298 } }])
  })

  it("forgets a market", () => {
    const strategy = start()
    const race = afterMove(strategy, { back: 3.4, lay: 3.45 })
    strategy.forget?.(race.book.marketId)
    expect(strategy.evaluate(race.snapshot())).toEqual([])
  })
})
