import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import * as StrategyLoader from "../../src/strategy/StrategyLoader.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { StrategyRegistry } from "../../src/strategy/StrategyRegistry.ts"
import { moment } from "../../src/strategy/SupervisedStrategies.ts"

/** The settings with these sections, every other key at its default. */
const decode = (sections: object) => Schema.decodeSync(SettingsSchema)({ ...everyDefault, ...sections })

const everyDefault = Object.fromEntries(Object.keys(SettingsSchema.fields).map((section) => [section, {}]))

const settings = (active: ReadonlyArray<object>) => Layer.succeed(Settings, decode({ strategies: { active } }))

const load = (active: ReadonlyArray<object>) => StrategyLoader.load().pipe(Effect.provide(settings(active)))

const run = <A, E>(test: Effect.Effect<A, E, StrategyRegistry | StrategyRepository>) =>
  Effect.provide(test, Layer.merge(StrategyRegistry.layerBuiltIn, StrategyRepository.layerMemory))

describe("StrategyLoader.load", () => {
  it.effect("plants the settings' strategies and starts the active ones with their parameters", () =>
    run(
      Effect.gen(function* () {
        const { refused, strategies } = yield* load([
          { id: "cautious", kind: "simple_value", parameters: { min_edge: 0.2 } },
          { id: "asleep", kind: "simple_value", active: false }
        ])
        expect(refused).toEqual([])
        expect(strategies).toMatchObject([{ id: "cautious", kind: "simple_value", parameters: { minEdge: 0.2 } }])
        const repository = yield* StrategyRepository
        expect((yield* repository.all).map(({ id }) => id).toSorted()).toEqual(["asleep", "cautious"])
      })
    )
  )

  it.effect("trades what the database says, once it has the strategy", () =>
    run(
      Effect.gen(function* () {
        yield* load([{ id: "value", kind: "simple_value", parameters: { min_edge: 0.2 } }])
        const repository = yield* StrategyRepository
        yield* repository.setParameters(StrategyId.make("value"), { min_edge: 0.3 })
        const { strategies } = yield* load([{ id: "value", kind: "simple_value", parameters: { min_edge: 0.1 } }])
        expect(strategies).toMatchObject([{ id: "value", parameters: { minEdge: 0.3 } }])
      })
    )
  )

  it.effect("refuses what it cannot set up and starts the rest", () =>
    run(
      Effect.gen(function* () {
        const { refused, strategies } = yield* load([
          { id: "lost", kind: "simple_valeu" },
          { id: "greedy", kind: "simple_value", parameters: { min_edge: 7 } },
          { id: "sound", kind: "inplay_layer" }
        ])
        expect(strategies.map(({ id }) => id)).toEqual(["sound"])
        const messages = refused.map(({ message }) => message).toSorted()
        expect(messages).toEqual([
          "strategy greedy (simple_value): min_edge: found 7, expected number from 0 to 1",
          'strategy lost: kind: found "simple_valeu", expected one of simple_value, steam_follower, inplay_layer, model_value'
        ])
      })
    )
  )
})

describe("StrategyLoader.supervise", () => {
  it.effect("takes the window and the allowed failures from the settings", () =>
    run(
      Effect.gen(function* () {
        const { strategies } = yield* load([{ id: "value", kind: "simple_value" }])
        const decoded = decode({
          trading: { pre_race_window_minutes: 10, min_time_to_start_seconds: 30 },
          bot: { max_strategy_failures: 1 }
        })
        const supervised = StrategyLoader.supervise(
          strategies.map((strategy) => ({
            ...strategy,
            evaluate: () => {
              throw new Error("no")
            }
          })),
          decoded
        )
        const race = new Scenario([{ back: 2, lay: 2.02 }])
        expect([601, 600, 30, 29].map((seconds) => supervised.wants(race.market, seconds))).toEqual([
          false,
          true,
          true,
          false
        ])
        const { failures } = supervised.evaluate(moment(race.market, race.book, race.now), () => [])
        expect(failures).toMatchObject([{ failures: 1, disabled: true }])
      })
    )
  )
})
