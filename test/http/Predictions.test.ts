import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ExplainText from "../../src/cli/ExplainText.ts"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import { back, strategy } from "../builders/strategies.ts"
import { anOpenRace, pass } from "../bot/TestBot.ts"
import { withSite } from "./Bot.ts"

const chances = [0.5, 0.3, 0.2]

const predictor = Layer.succeed(Predictor, {
  predict: () =>
    Effect.sync(
      () =>
        new Map(
          chances.map((probability, n) => [runnerKey(n + 1), { probability, confidence: 0.9, modelVersion: "v1" }])
        )
    )
})

/** The first has value at 3.0 by the model, the second has not. */
const strategies = [
  strategy("hopeful", () => [back(1, 3, 2, { probability: 0.4 }), back(2, 3, 2)], { needsPrediction: true })
]

const often = "trading: { strategy_evaluation_interval: 1, min_time_to_start_seconds: 0 }\n"

describe("predictions over HTTP", () => {
  it.effect("are explained, and what became of signals by them", () =>
    withSite(
      ({ get }) =>
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("10 seconds")
          const explained = (yield* get(`/api/decisions/${marketId}`)).json()
          const said = { modelName: "own", modelVersion: "v1", confidence: 0.9, strategyId: "hopeful", side: "BACK" }
          expect(explained.runners.map(({ predictions }: { predictions: unknown }) => predictions)).toMatchObject([
            [{ ...said, probability: 0.5, decision: "repriced", reason: null, text: null }],
            [{ ...said, probability: 0.3, decision: "blocked", reason: "prediction_against" }],
            [{ ...said, probability: 0.2, strategyId: null, side: null, decision: null, expectedValue: null }]
          ])
          const lines = ExplainText.render(explained).split("\n")
          const time = String.raw`\d\d:\d\d:\d\d`
          for (const line of [
            `predicted 50.0 %, confidence 0.90 \\(model v1 of own, ${time}\\): takes the place of the own probability of hopeful's BACK \\(0.\\d{3} a pound at risk\\)`,
            `predicted 30.0 %, .*: blocks the BACK of hopeful: the model's probability leaves no value at this price \\(-0.\\d{3} a pound`,
            "predicted 20.0 %, .*: no signal was judged by it$",
            "bet by hopeful: BACK 2.00 at 3.00"
          ]) {
            expect(lines).toContainEqual(expect.stringMatching(line))
          }
        }),
      { predictor, strategies, settings: often }
    )
  )

  it.effect("change nothing while they are switched off", () =>
    withSite(
      ({ get }) =>
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("10 seconds")
          const { runners } = (yield* get(`/api/decisions/${marketId}`)).json()
          expect(runners[0]).toMatchObject({ bets: [], predictions: [], refusals: [{ reason: "prediction_missing" }] })
        }),
      { predictor, strategies, settings: `${often}features: { ml_predictions_enabled: false }\n` }
    )
  )
})
