import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { simpleValue } from "../../src/strategy/SimpleValue.ts"
import { configure, define, type Evaluator, type Snapshot } from "../../src/strategy/Strategy.ts"

const id = StrategyId.make("mine")

const refusal = (parameters: unknown) => Effect.flip(configure(simpleValue, id, parameters))

describe("Strategy.configure", () => {
  it.effect("fills in defaults and takes decimals as the user writes them", () =>
    Effect.gen(function* () {
      const strategy = yield* configure(simpleValue, id, { stake: 2.5, min_edge: 0.1 })
      expect(strategy).toMatchObject({
        id: "mine",
        kind: "simple_value",
        parameters: { stake: 250, minEdge: 0.1, halfLifeSeconds: 120 }
      })
    })
  )

  it.effect("names every wrong parameter, what was found and what is expected", () =>
    Effect.gen(function* () {
      const { message, problems } = yield* refusal({ min_edge: 7, sides: "up", stake: "all", min_egde: 0.1 })
      expect(problems).toEqual([
        { parameter: "min_egde", found: 0.1, expected: expect.stringMatching(/^one of min_edge, min_confidence/) },
        { parameter: "min_edge", found: 7, expected: "number from 0 to 1" },
        { parameter: "sides", found: "up", expected: "back | lay | both" },
        { parameter: "stake", found: "all", expected: "number from 0.01 to 1000000 or null" }
      ])
      expect(message).toContain("strategy mine (simple_value): ")
      expect(message).toContain("min_edge: found 7, expected number from 0 to 1; ")
    })
  )

  it.effect("refuses odds limits with nothing between them, and parameters that are none", () =>
    Effect.gen(function* () {
      expect((yield* refusal({ min_odds: 5, max_odds: 4 })).message).toContain("min_odds not to be above max_odds")
      expect((yield* refusal([1])).message).toMatch(/mine \(simple_value\): parameters: found \[1\], expected /)
    })
  )

  it.effect("refuses a strategy that fails to start", () =>
    Effect.gen(function* () {
      const kind = define({
        name: "broken",
        description: "Cannot start",
        parameters: Schema.Struct({}),
        traits: { inPlay: false, needsPrediction: false },
        make: (): Evaluator => {
          throw new Error("model file missing")
        }
      })
      expect((yield* Effect.flip(configure(kind, id, {}))).message).toContain("model file missing")
    })
  )

  it.effect("keeps the methods and the state of an evaluator that is an instance of a class", () =>
    Effect.gen(function* () {
      class Counting implements Evaluator {
        private count = 0
        observe() {
          this.count++
        }
        evaluate({ book }: Snapshot) {
          return this.count < 2
            ? []
            : [{ _tag: "Cancel" as const, betId: race.bet(1, "BACK", 2, 2).id, reason: book.marketId }]
        }
      }
      const race = new Scenario([{ back: 2, lay: 2.02 }])
      const kind = define({
        name: "counting",
        description: "Counts",
        parameters: Schema.Struct({}),
        traits: { inPlay: false, needsPrediction: false },
        make: () => new Counting()
      })
      const strategy = yield* configure(kind, id, {})
      strategy.observe?.(race.market, race.book, race.now)
      expect(strategy.evaluate(race.snapshot())).toEqual([])
      strategy.observe?.(race.market, race.book, race.now)
      expect(strategy.evaluate(race.snapshot())).toHaveLength(1)
      expect(strategy.forget).toBeUndefined()
    })
  )
})
