import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Model from "../../../src/prediction/model/Model.ts"

const model: Model.Model = {
  format: 1,
  version: "0123456789abcdef",
  kind: "conditional_logit",
  features: ["market", "trend"],
  coefficients: [1, 0.5],
  scaling: { means: [-2, 0], scales: [1, 2] },
  calibration: { exponent: 1 },
  penalty: 0.1,
  data: { fingerprint: "ff", source: "by hand", races: 1, from: "2024-01-01", to: "2024-01-01" },
  results: {
    from: "2024-02-01",
    to: "2024-02-02",
    races: 2,
    logLoss: 1.7,
    marketLogLoss: 1.8,
    difference: { mean: -0.1, low: -0.2, high: -0.05 },
    beatsMarket: true,
    confidence: 1
  }
}

describe("Model.decode", () => {
  it.effect("reads what encode has written", () =>
    Effect.gen(function* () {
      expect(yield* Model.decode(Model.encode(model), "model.json")).toEqual(model)
    })
  )

  it.effect("names the file and what is wrong with it", () =>
    Effect.gen(function* () {
      const text = Model.encode({ ...model, coefficients: [1] })
      const error = yield* Effect.flip(Model.decode(text, "model.json"))
      expect(error.message).toBe(
        "model.json: this is no model: coefficients, means and scales must be as many as the features"
      )
      const other = yield* Effect.flip(Model.decode('{"format":2}', "model.json"))
      expect(other.message).toContain("model.json: this is no model: ")
      expect(other.message).toContain("format")
    })
  )
})

describe("Model.probabilities", () => {
  it("is the softmax of the scaled features' weighted sum", () => {
    const [first, second] = Model.probabilities(model, [
      [Math.log(0.6), 0.4],
      [Math.log(0.4), -0.4]
    ])
    const ratio = (0.6 / 0.4) * Math.exp((0.5 * 0.8) / 2)
    expect(first! / second!).toBeCloseTo(ratio, 12)
    expect(first! + second!).toBeCloseTo(1, 12)
  })

  it("does not depend on the runners' order, and bears huge scores", () => {
    const rows = [
      [800, 0],
      [799, 1],
      [-900, 3]
    ]
    const forwards = Model.probabilities(model, rows)
    expect(Model.probabilities(model, rows.toReversed())).toEqual(forwards.toReversed())
    expect(forwards.every((chance) => chance >= 0 && chance <= 1)).toBe(true)
  })
})
