import { describe, expect, it } from "vitest"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import type { Signal } from "../../src/domain/Signal.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import type { Evaluator, Strategy, Traits } from "../../src/strategy/Strategy.ts"
import { moment, SupervisedStrategies } from "../../src/strategy/SupervisedStrategies.ts"

const options = { maxFailures: 3, window: { from: 1800, to: 60 } }

const strategy = (id: string, evaluator: Partial<Evaluator>, traits: Partial<Traits> = {}): Strategy => ({
  id: StrategyId.make(id),
  kind: id,
  parameters: {},
  traits: { inPlay: false, needsPrediction: false, ...traits },
  evaluate: () => [],
  ...evaluator
})

const scenario = () => new Scenario([{ back: 2, lay: 2.02, last: 2 }])

const cancel = (scenario: Scenario, reason: string): Signal => ({
  _tag: "Cancel",
  betId: scenario.bet(1, "BACK", 2, 2).id,
  reason
})

const none = () => []

const fails = (message: string) => () => {
  throw new RangeError(message)
}

const ask = (strategies: SupervisedStrategies, race: Scenario) =>
  strategies.evaluate(moment(race.market, race.book, race.now), none)

describe("SupervisedStrategies.evaluate", () => {
  it("gathers the signals of all, each under its own name", () => {
    const race = scenario()
    const [a, b] = [cancel(race, "a"), cancel(race, "b")]
    const supervised = new SupervisedStrategies(
      [strategy("first", { evaluate: () => [a] }), strategy("second", { evaluate: () => [b] })],
      options
    )
    const origin = { marketId: race.book.marketId, at: race.now }
    expect(ask(supervised, race)).toEqual({
      signals: [
        { ...origin, strategyId: "first", signal: a },
        { ...origin, strategyId: "second", signal: b }
      ],
      failures: []
    })
  })

  it("shows each strategy its own open bets", () => {
    const race = scenario()
    const bet = race.bet(1, "BACK", 2, 2)
    const seen: Array<unknown> = []
    const watcher = (id: string) => strategy(id, { evaluate: ({ openBets }) => (seen.push([id, openBets]), []) })
    new SupervisedStrategies([watcher("first"), watcher("second")], options).evaluate(
      moment(race.market, race.book, race.now),
      (marketId, id) => (marketId === race.market.marketId && id === "second" ? [bet] : [])
    )
    expect(seen).toEqual([
      ["first", []],
      ["second", [bet]]
    ])
  })

  it("lets the others go on when one throws", () => {
    const race = scenario()
    const signal = cancel(race, "still here")
    const supervised = new SupervisedStrategies(
      [strategy("broken", { evaluate: fails("no such runner") }), strategy("sound", { evaluate: () => [signal] })],
      options
    )
    const { failures, signals } = ask(supervised, race)
    expect(signals).toMatchObject([{ strategyId: "sound", signal }])
    expect(failures).toMatchObject([
      { strategyId: "broken", during: "evaluate", message: "RangeError: no such runner", failures: 1, disabled: false }
    ])
  })

  it("switches a strategy off at the last allowed failure, says so once, and asks it no more", () => {
    const race = scenario()
    let asked = 0
    const broken = strategy("broken", { evaluate: () => (asked++, fails("again")()) })
    const supervised = new SupervisedStrategies([broken, strategy("sound", {})], options)
    const disabled = [1, 2, 3, 4].map(() => ask(supervised, race).failures.map((failure) => failure.disabled))
    expect(disabled).toEqual([[false], [false], [true], []])
    expect(asked).toBe(3)
    expect(supervised.active.map(({ id }) => id)).toEqual(["sound"])
    expect(supervised.disabled.map(({ id }) => id)).toEqual(["broken"])
  })

  it("uses nothing of an answer with nonsense in it", () => {
    const race = scenario()
    const nonsense = { ...cancel(race, "fine"), _tag: "Place" } as unknown as Signal
    const supervised = new SupervisedStrategies(
      [strategy("confused", { evaluate: () => [cancel(race, "fine"), nonsense] })],
      options
    )
    const { failures, signals } = ask(supervised, race)
    expect(signals).toEqual([])
    expect(failures).toMatchObject([{ strategyId: "confused", message: "signal 1: selectionId is undefined" }])
  })

  it.each([
    ["in the configured window", {}, 600, false, true],
    ["too early", {}, 1801, false, false],
    ["too late", {}, 59, false, false],
    ["in its own window", { window: { from: 7200, to: -60 } }, 3600, false, true],
    ["outside its own window", { window: { from: 300, to: 60 } }, 600, false, false],
    [
      "after the scheduled start of a late race, if its window says so",
      { window: { from: 300, to: -60 } },
      -30,
      false,
      true
    ],
    ["in play without betting in play", {}, 600, true, false],
    ["in play, whatever its window", { inPlay: true, window: { from: 0, to: 0 } }, -600, true, true]
  ])("asks a strategy by its traits: %s", (_, traits, secondsToStart, inPlay, isAsked) => {
    const race = scenario().define({ inPlay })
    race.define({ marketTime: race.now + secondsToStart * 1000 })
    let asked = false
    const supervised = new SupervisedStrategies(
      [strategy("picky", { evaluate: () => ((asked = true), []) }, traits)],
      options
    )
    ask(supervised, race)
    expect(asked).toBe(isAsked)
    expect(supervised.wants(race.market, secondsToStart)).toBe(isAsked)
  })
})

describe("SupervisedStrategies.observe and forget", () => {
  it("tell every strategy, and count what they throw with the failures of evaluate", () => {
    const race = scenario()
    const told: Array<string> = []
    const supervised = new SupervisedStrategies(
      [
        strategy("broken", { observe: fails("blind"), forget: fails("stubborn"), evaluate: fails("dumb") }),
        strategy("sound", { observe: () => void told.push("observe"), forget: () => void told.push("forget") })
      ],
      options
    )
    expect(supervised.observe(race.market, race.book, race.now)).toMatchObject([{ during: "observe", failures: 1 }])
    expect(supervised.forget(race.book.marketId)).toMatchObject([{ during: "forget", failures: 2 }])
    expect(ask(supervised, race).failures).toMatchObject([{ during: "evaluate", failures: 3, disabled: true }])
    expect(supervised.observe(race.market, race.book, race.now)).toEqual([])
    expect(told).toEqual(["observe", "forget", "observe"])
  })
})
