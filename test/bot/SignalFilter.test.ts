import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { PredictionRepository } from "../../src/persistence/PredictionRepository.ts"
import * as Features from "../../src/prediction/Features.ts"
import { ModelClient } from "../../src/prediction/ModelClient.ts"
import * as ModelClientBreaker from "../../src/prediction/ModelClientBreaker.ts"
import * as PredictorCached from "../../src/prediction/PredictorCached.ts"
import { type Prediction, PredictionFailure, Predictor } from "../../src/prediction/Predictor.ts"
import { back, strategy } from "../builders/strategies.ts"
import { Spans } from "../monitoring/Spans.ts"
import { allBets, anOpenRace, denials, noon, notified, pass, statuses, tell, TestBot, withBot } from "./TestBot.ts"

const needy = strategy("needy", () => [back(1, 3, 2)], { needsPrediction: true })
const other = strategy("other", () => [back(2, 3, 2)])

const predicting = (...probabilities: ReadonlyArray<number>) =>
  Effect.sync(
    (): ReadonlyMap<ReturnType<typeof runnerKey>, Prediction> =>
      new Map(
        probabilities.map((probability, n) => [
          runnerKey(n + 1),
          { probability, confidence: 0.9, modelVersion: "v1", features: [Math.log(probability), n] }
        ])
      )
  )

const predictor = (predict: Predictor["Service"]["predict"]) => Layer.succeed(Predictor, { predict })

const failing = (kind: PredictionFailure["kind"]) => () =>
  Effect.fail(new PredictionFailure({ marketId: "1.1", kind, message: `it was ${kind}` }))

const withPredictor = (predict: Predictor["Service"]["predict"], strategies = [needy, other]) =>
  withBot({ strategies, predictor: predictor(predict) })

describe("SignalFilter", () => {
  it.effect("writes down what the model said and was asked with, once for each answer", () =>
    Effect.gen(function* () {
      const answer = yield* predicting(0.5, 0.3, 0.2)
      yield* withPredictor(() => Effect.succeed(answer))(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("3 minutes")
          const [bet] = yield* allBets
          expect(bet).toMatchObject({ strategyId: "needy", probability: 0.5 })
          const written = yield* (yield* PredictionRepository).onMarket("paper", marketId)
          expect(written.map(({ probability, selectionId }) => [selectionId, probability])).toEqual([
            [1, 0.5],
            [2, 0.3],
            [3, 0.2]
          ])
          expect(written[1]).toMatchObject({
            at: noon + 60_000,
            modelName: "own",
            modelVersion: "v1",
            confidence: 0.9,
            features: { [Features.names[0]]: Math.log(0.3), [Features.names[1]]: 1 },
            strategyId: null,
            decision: null
          })
          expect(written[0]).toMatchObject({ strategyId: "needy", decision: "passed", reason: null })
          expect(written[0]?.expectedValue).toBeGreaterThan(0)
        })
      )
    })
  )

  for (const [what, predict, reason] of [
    ["is away", failing("unavailable"), "prediction_unavailable"],
    ["is late", failing("late"), "prediction_unavailable"],
    ["refuses", failing("refused"), "prediction_unavailable"],
    ["contradicts itself", failing("unusable"), "prediction_unusable"],
    ["talks nonsense", () => predicting(NaN, 0.3, 0.2), "prediction_unusable"],
    ["gives a race more than one winner", () => predicting(0.9, 0.9, 0.9), "prediction_unusable"],
    ["says nothing", () => predicting(), "prediction_missing"]
  ] as const) {
    it.effect(`places nothing for who needs a model that ${what}, and lets others trade on`, () =>
      withPredictor(predict)(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("61 seconds")
          expect((yield* allBets).map(({ strategyId }) => strategyId)).toEqual(["other"])
          expect(yield* denials(marketId)).toContain(`prediction: ${reason}`)
          expect(yield* (yield* PredictionRepository).onMarket("paper", marketId)).toEqual([])
        })
      )
    )
  }

  it.effect("tells once that the model is away, and that it is back", () => {
    let isAway = true
    return withPredictor(
      () => (isAway ? failing("unavailable")() : predicting(0.5, 0.3, 0.2)),
      [needy]
    )(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        yield* pass("5 minutes")
        isAway = false
        yield* pass("61 seconds")
        const { logs } = yield* TestBot
        const told = logs.filter(({ level, message }) => level !== "DEBUG" && message.includes("redictions"))
        expect(told.map(({ level }) => level)).toEqual(["WARN", "INFO"])
        expect(told[0]?.fields).toMatchObject({ market_id: marketId, message: "it was unavailable" })
        expect(yield* notified("ModelDown")).toEqual([{ _tag: "ModelDown", cause: "it was unavailable" }])
        expect(yield* notified("ModelBack")).toHaveLength(1)
        expect(yield* statuses).toHaveLength(1)
      })
    )
  })

  it.effect("hears of the model's return from a new answer only, and from a round without failures", () =>
    Effect.gen(function* () {
      const old = yield* predicting(0.5, 0.3, 0.2)
      const new_ = yield* predicting(0.5, 0.3, 0.2)
      const rounds = [
        [old, "away"],
        ["away", old],
        [old, old],
        [new_, "away"],
        [yield* predicting(0.5, 0.3, 0.2), new_]
      ] as const
      let round = 0
      let asked = 0
      yield* withPredictor(() => {
        const answer = rounds[round]?.[asked++ % 2] ?? "away"
        return answer === "away" ? failing("late")() : Effect.succeed(answer)
      }, [strategy("needy", () => [back(1, 2, 2)], { needsPrediction: true })])(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* anOpenRace({ number: 2 })
          const backs: Array<number> = []
          for (; round < rounds.length; round++) {
            yield* pass("1 minute")
            backs.push((yield* notified("ModelBack")).length)
          }
          expect(backs).toEqual([0, 0, 0, 0, 1])
          expect(yield* notified("ModelDown")).toHaveLength(1)
        })
      )
    })
  )

  it.effect("writes a decision down once for an answer, in the table and in a span", () =>
    Effect.gen(function* () {
      const answer = yield* predicting(0.5, 0.3, 0.2)
      let signals = [back(1, 3, 2), back(2, 3, 2)]
      const wishful = strategy("wishful", () => signals, { needsPrediction: true })
      yield* withBot({
        strategies: [wishful],
        predictor: predictor(() => Effect.succeed(answer)),
        telemetry: Layer.empty
      })(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("3 minutes")
          signals = [back(2, 4, 2)]
          yield* pass("2 minutes")
          const written = yield* (yield* PredictionRepository).onMarket("paper", marketId)
          expect(written.map(({ decision, reason, selectionId }) => [selectionId, decision, reason])).toEqual([
            [1, "passed", null],
            [2, "blocked", "prediction_against"],
            [3, null, null],
            [2, "passed", null]
          ])
          const spans = (yield* (yield* Spans).ended).filter(({ name }) => name === "Predictions.decide")
          expect(spans[1]?.attributes).toMatchObject({
            strategy_id: "wishful",
            runner_id: 2,
            decision: "blocked",
            reason: "prediction_against",
            probability: 0.3,
            confidence: 0.9,
            model_version: "v1"
          })
        })
      )
    }).pipe(Effect.provide(Spans.layer))
  )

  it.effect("holds no round any more for a model that was slow three times in a row", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const watchful = strategy(
        "watchful",
        ({ now }) => {
          seen.push(now)
          return [back(1, 3, 2)]
        },
        { needsPrediction: true }
      )
      let asked = 0
      let isSlow = true
      const answer = yield* predicting(0.5, 0.3, 0.2)
      const client = Layer.succeed(ModelClient, {
        ask: ({ marketId }) =>
          Effect.suspend(() => {
            asked++
            return isSlow
              ? Effect.delay(
                  Effect.fail(new PredictionFailure({ marketId, kind: "late", message: "it was late" })),
                  "500 millis"
                )
              : Effect.succeed({ modelVersion: "v1", predictions: answer })
          })
      })
      yield* withBot({
        strategies: [watchful],
        settings: "trading: { evaluation: on_update, min_evaluation_gap_ms: 0, strategy_evaluation_interval: 3600 }",
        predictor: PredictorCached.layer({ timeToLive: Duration.seconds(5), capacity: 10 }).pipe(
          Layer.provide(ModelClientBreaker.layer),
          Layer.provide(client)
        )
      })(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          /** Updates that the strategy was shown within a millisecond of their coming. */
          const shown = Effect.fnUntraced(function* (updates: number) {
            const before = seen.length
            for (let n = 0; n < updates; n++) yield* tell(race.quotes(2, { back: 4 + (seen.length + n) / 100 }))
            return seen.length - before
          })
          for (let slow = 0; slow < 3; slow++) {
            expect(yield* shown(3)).toBeLessThan(3)
            yield* TestClock.adjust("500 millis")
          }
          yield* TestClock.adjust("600 millis")
          expect(asked).toBe(3)
          expect(yield* shown(20)).toBe(20)
          expect(asked).toBe(3)
          expect(yield* allBets).toEqual([])
          isSlow = false
          yield* TestClock.adjust("1 second")
          yield* shown(1)
          yield* pass("1 minute")
          expect(yield* allBets).toHaveLength(1)
          expect(yield* denials(race.marketId)).toContain("prediction: prediction_unavailable")
          expect(yield* notified("ModelDown")).toHaveLength(1)
          expect(yield* notified("ModelBack")).toHaveLength(1)
        })
      )
    })
  )

  it.effect("asks about all markets at the same time", () =>
    Effect.gen(function* () {
      let asked = 0
      const both = yield* Deferred.make<void>()
      yield* withPredictor(
        () =>
          Effect.suspend(() => {
            asked++
            if (asked === 2) Deferred.doneUnsafe(both, Effect.void)
            return Effect.andThen(Deferred.await(both), predicting(0.5, 0.3, 0.2))
          }),
        [needy]
      )(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* anOpenRace({ number: 2 })
          yield* pass("61 seconds")
          yield* TestClock.adjust("1 millis")
          expect(yield* statuses).toHaveLength(2)
        })
      )
    })
  )
})
