import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as Predictions from "../../src/app/Predictions.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { Mode } from "../../src/domain/Mode.ts"
import * as PredictionFilter from "../../src/prediction/PredictionFilter.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { settingsOf } from "../config/acts/Act.ts"

const { book, market, now } = new Scenario([3, 4, 5].map((back) => ({ back, lay: back + 0.05, last: back })))

/** What a bot of the mode gets with the model that the project ships. */
const shipped = (mode: Mode) =>
  Predictor.use(({ predict }) => predict({ book, market, at: now })).pipe(
    Effect.provide(
      Predictions.layer(mode).pipe(
        Layer.provide(Layer.succeed(Settings, settingsOf({ predictions: { deadline_ms: 10_000 } }))),
        Layer.provide(Layer.merge(NodeServices.layer, Logger.layer([])))
      )
    )
  )

describe("Predictions.layer", () => {
  it.live("has usable predictions on paper out of the box", () =>
    Effect.gen(function* () {
      const predictions = yield* shipped("paper")
      expect(predictions.size).toBe(3)
      expect(PredictionFilter.complaint(predictions, market)).toBeNull()
    })
  )

  it.live("uses no model with real money that has not proven itself", () =>
    Effect.map(shipped("live"), ({ size }) => expect(size).toBe(0))
  )
})
