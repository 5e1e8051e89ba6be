/** A model that adds a little to what the market says of those that have shortened. */
import type { Model } from "../../src/prediction/model/Model.ts"

export const aModel = (change: Partial<Model> = {}): Model => ({
  format: 1,
  version: "0123456789abcdef",
  kind: "conditional_logit",
  features: ["market", "trend"],
  coefficients: [1, 0.5],
  scaling: { means: [0, 0], scales: [1, 1] },
  calibration: { exponent: 1 },
  penalty: 0,
  data: { fingerprint: "f", source: "the test", races: 1000, from: "2025-01-01", to: "2025-06-30" },
  results: {
    from: "2025-07-01",
    to: "2025-08-31",
    races: 300,
    logLoss: 1.9,
    marketLogLoss: 1.91,
    difference: { mean: -0.01, low: -0.015, high: -0.005 },
    beatsMarket: true,
    confidence: 0.99
  },
  ...change
})

export const unproven = (): Model => {
  const model = aModel()
  return {
    ...model,
    version: "fedcba9876543210",
    results: {
      ...model.results,
      difference: { mean: 0.001, low: -0.01, high: 0.012 },
      beatsMarket: false,
      confidence: 0.4
    }
  }
}
