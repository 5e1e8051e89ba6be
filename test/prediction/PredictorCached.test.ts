import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { ModelClient } from "../../src/prediction/ModelClient.ts"
import { PredictionFailure, Predictor, type Race } from "../../src/prediction/Predictor.ts"
import * as PredictorCached from "../../src/prediction/PredictorCached.ts"
import type { Question } from "../../src/prediction/Question.ts"
import { MarketId } from "../../src/domain/Identifiers.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const scenario = (n = 1) =>
  new Scenario(
    [2.5, 3.5, 5].map((back) => ({ back, lay: back + 0.05 })),
    { marketId: MarketId.make(`1.${n}`) }
  )

const raceOf = ({ book, market, now }: Scenario): Race => ({ book, market, at: now })

/** Answers as the model of the version that is current, and remembers the questions. */
class Model {
  version = "v1"
  readonly asked: Array<Question> = []
  before: Effect.Effect<void, PredictionFailure> = Effect.void

  readonly layer = Layer.succeed(ModelClient, {
    ask: (question) =>
      Effect.suspend(() => {
        this.asked.push(question)
        const modelVersion = this.version
        const prediction = { probability: 1 / 3, confidence: 1, modelVersion }
        const answer = { modelVersion, predictions: new Map(question.runners.map((runner) => [runner, prediction])) }
        return Effect.as(this.before, answer)
      })
  })
}

const withModel = <A, E>(
  test: (model: Model, predict: Predictor["Service"]["predict"]) => Effect.Effect<A, E>,
  options: Partial<PredictorCached.PredictorCachedOptions> = {}
) => {
  const model = new Model()
  return Predictor.use(({ predict }) => test(model, predict)).pipe(
    Effect.provide(
      PredictorCached.layer({ timeToLive: Duration.seconds(5), capacity: 2, ...options }).pipe(
        Layer.provide(model.layer)
      )
    )
  )
}

const versionOf = (race: Race, predict: Predictor["Service"]["predict"]) =>
  Effect.map(predict(race), (predictions) => [...predictions.values()][0]!.modelVersion)

describe("PredictorCached", () => {
  it.effect("asks once while nothing has changed and the answer is young", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const race = raceOf(scenario())
        const first = yield* predict(race)
        expect(yield* predict(race)).toBe(first)
        yield* TestClock.adjust("4999 millis")
        expect(yield* predict(race)).toBe(first)
        expect(model.asked).toHaveLength(1)
        yield* TestClock.adjust("1 millis")
        yield* predict(race)
        expect(model.asked).toHaveLength(2)
      })
    )
  )

  it.effect("asks again when one price has changed, because the chance of each depends on all", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const changing = scenario()
        yield* predict(raceOf(changing))
        yield* predict(raceOf(changing.quote(3, { back: 5.1 })))
        expect(model.asked).toHaveLength(2)
      })
    )
  )

  it.effect("shares the call of whoever asks at the same time", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const answered = yield* Deferred.make<void>()
        model.before = Deferred.await(answered)
        const race = raceOf(scenario())
        const both = yield* Effect.forkChild(Effect.all([predict(race), predict(race)], { concurrency: 2 }), {
          startImmediately: true
        })
        yield* Deferred.succeed(answered, undefined)
        const [one, other] = yield* Fiber.join(both)
        expect(other).toBe(one)
        expect(model.asked).toHaveLength(1)
      })
    )
  )

  it.effect("lets one who gives up take nothing from another", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const answered = yield* Deferred.make<void>()
        model.before = Deferred.await(answered)
        const race = raceOf(scenario())
        const first = yield* Effect.forkChild(predict(race), { startImmediately: true })
        const second = yield* Effect.forkChild(predict(race), { startImmediately: true })
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(answered, undefined)
        expect((yield* Fiber.join(second)).size).toBe(3)
        expect(model.asked).toHaveLength(1)
      })
    )
  )

  it.effect("uses nothing of a model that has been replaced", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const [one, two] = [raceOf(scenario(1)), raceOf(scenario(2))]
        yield* predict(one)
        model.version = "v2"
        expect(yield* versionOf(two, predict)).toBe("v2")
        expect(yield* versionOf(one, predict)).toBe("v2")
        expect(model.asked).toHaveLength(3)
        yield* predict(one)
        yield* predict(two)
        expect(model.asked).toHaveLength(3)
      })
    )
  )

  it.effect("keeps no more answers than it may", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        for (const n of [1, 2, 3, 2, 1]) yield* predict(raceOf(scenario(n)))
        expect(model.asked.map(({ marketId }) => marketId)).toEqual(["1.1", "1.2", "1.3", "1.1"])
      })
    )
  )

  it.effect("does not remember a failure", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const race = raceOf(scenario())
        model.before = Effect.fail(new PredictionFailure({ marketId: "1.1", kind: "unavailable", message: "down" }))
        expect((yield* Effect.flip(predict(race))).kind).toBe("unavailable")
        model.before = Effect.void
        expect((yield* predict(race)).size).toBe(3)
      })
    )
  )

  it.effect("does not ask about a market that is not one to be priced", () =>
    withModel((model, predict) =>
      Effect.gen(function* () {
        const { book, market, now } = scenario()
        expect((yield* predict({ book, market: { ...market, numberOfWinners: 3 }, at: now })).size).toBe(0)
        expect(model.asked).toEqual([])
      })
    )
  )

  it.effect("shows its hits, misses and size", () =>
    withModel((_, predict) =>
      Effect.gen(function* () {
        const race = raceOf(scenario())
        for (let n = 0; n < 4; n++) yield* predict(race)
        const lines = (yield* PrometheusMetrics.format())
          .split("\n")
          .filter((line) => line.includes("prediction_cache"))
        expect(lines.filter((line) => !line.startsWith("#"))).toEqual([
          "clever_better_prediction_cache_hits_total 3",
          "clever_better_prediction_cache_misses_total 1",
          "clever_better_prediction_cache_hit_ratio 0.75",
          "clever_better_prediction_cache_races 1"
        ])
      })
    ).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
