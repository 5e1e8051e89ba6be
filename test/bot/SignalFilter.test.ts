import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { PredictionRepository } from "../../src/persistence/PredictionRepository.ts"
import * as Features from "../../src/prediction/Features.ts"
import { type Prediction, PredictionFailure, Predictor } from "../../src/prediction/Predictor.ts"
import { back, strategy } from "../builders/strategies.ts"
import { allBets, anOpenRace, denials, noon, notified, pass, statuses, TestBot, withBot } from "./TestBot.ts"

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
            features: { [Features.names[0]]: Math.log(0.3), [Features.names[1]]: 1 }
          })
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
