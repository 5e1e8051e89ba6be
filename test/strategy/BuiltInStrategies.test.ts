import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Bet } from "../../src/domain/Bet.ts"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Signal } from "../../src/domain/Signal.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import * as SignalCheck from "../../src/strategy/SignalCheck.ts"
import { configure } from "../../src/strategy/Strategy.ts"
import { builtIn } from "../../src/strategy/StrategyRegistry.ts"

const within = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Tick = within(0, 349)
const Maybe = <S extends Schema.Top>(schema: S) => Schema.NullOr(schema)

/** Whatever can happen to a market between two evaluations, sense or no sense. */
const Step = Schema.Union([
  Schema.TaggedStruct("Quote", {
    runner: within(1, 3),
    back: Maybe(Tick),
    lay: Maybe(Tick),
    last: Maybe(Tick),
    traded: within(0, 100_000)
  }),
  Schema.TaggedStruct("Wait", { seconds: within(0, 600) }),
  Schema.TaggedStruct("Status", { runner: within(1, 3), status: Schema.Literals(["ACTIVE", "REMOVED"]) }),
  Schema.TaggedStruct("Market", { status: Schema.Literals(["OPEN", "OPEN", "SUSPENDED"]) }),
  Schema.TaggedStruct("InPlay", { inPlay: Schema.Boolean })
])
type Step = typeof Step.Type

const odds = (tick: number | null) => (tick === null ? null : PriceLadder.toDecimal(PriceLadder.classic[tick]!))

const apply = (race: Scenario, step: Step): void => {
  switch (step._tag) {
    case "Quote":
      race.quote(step.runner, {
        back: odds(step.back),
        lay: odds(step.lay),
        last: odds(step.last),
        traded: step.traded
      })
      break
    case "Wait":
      race.after(step.seconds)
      break
    case "Status":
      race.status(step.runner, step.status)
      break
    case "Market":
      race.define({ status: step.status })
      break
    case "InPlay":
      race.define({ inPlay: step.inPlay })
  }
}

/** As eager as a strategy can be made, so that the property is about many signals, not about none. */
const eager: Record<string, ReadonlyArray<object>> = {
  simple_value: [
    { min_edge: 0, min_confidence: 0, min_traded_volume: 0, half_life_seconds: 30, max_odds: 1000, min_odds: 1.01 },
    { min_edge: 0, min_confidence: 0, min_traded_volume: 0, approach: "join", stake: 2, max_odds: 1000, min_odds: 1.01 }
  ],
  steam_follower: [
    { ticks: 1, min_volume: 0, max_spread_ticks: 349, max_odds: 1000, min_odds: 1.01, window_seconds: 600 },
    {
      ticks: 1,
      min_volume: 0,
      max_spread_ticks: 349,
      max_odds: 1000,
      min_odds: 1.01,
      sizing: "kelly",
      approach: "join"
    }
  ],
  inplay_layer: [{ max_price: 1000 }, { max_price: 1000, sizing: "liability", amount: 5, trigger: "best_lay" }],
  model_value: [
    { min_traded_volume: 0, max_odds: 1000, min_odds: 1.01 },
    { min_traded_volume: 0, max_odds: 1000, min_odds: 1.01, approach: "join", stake: 2 }
  ]
}

/** A quote for every runner first, so that most races have a field to judge. */
const Steps = Schema.Array(Step).check(Schema.isMinLength(5), Schema.isMaxLength(40))

const start = () => new Scenario([1, 2, 3].map(() => ({ back: 3, lay: 3.05, last: 3, traded: 100 })))

describe.each(builtIn.flatMap(({ kind }) => eager[kind.name]!.map((parameters) => ({ kind, parameters }))))(
  "$kind.name with $parameters",
  ({ kind, parameters }) => {
    it.prop(
      "emits only well-formed signals for active runners, at prices of the ladder, and repeats none",
      [Steps],
      ([steps]) => {
        const strategy = Effect.runSync(configure(kind, StrategyId.make("eager"), parameters))
        const race = start()
        const openBets: Array<Bet> = []
        for (const step of steps) {
          apply(race, step)
          const before = race.snapshot([...openBets])
          const signals = strategy.evaluate(before)
          expect(SignalCheck.complaint(signals)).toBeNull()
          for (const signal of signals) {
            check(race, signal)
            if (signal._tag !== "Place") continue
            const isRepeated = openBets.some(
              (bet) => bet.selectionId === signal.selectionId && bet.side === signal.side
            )
            expect(isRepeated).toBe(false)
            openBets.push(race.bet(signal.selectionId, signal.side, 3, 2))
          }
        }
      }
    )
  }
)

const check = (race: Scenario, signal: Signal): void => {
  if (signal._tag !== "Place") return
  expect(race.runner(signal.selectionId).isActive).toBe(true)
  expect(race.market.status).toBe("OPEN")
  if (signal.order._tag === "LIMIT") expect(PriceLadder.isOnLadder(signal.order.price)).toBe(true)
  if (signal.probability !== undefined) expect(Number.isFinite(signal.probability)).toBe(true)
}

describe("built-in strategies", () => {
  it("have names, descriptions and defaults that decode", () => {
    expect(builtIn.map(({ kind }) => kind.name)).toEqual([
      "simple_value",
      "steam_follower",
      "inplay_layer",
      "model_value"
    ])
    for (const { kind } of builtIn) {
      expect(Effect.runSync(configure(kind, StrategyId.make(kind.name), {})).parameters).toBeTypeOf("object")
    }
  })
})
