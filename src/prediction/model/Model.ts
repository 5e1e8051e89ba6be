/**
 * A trained model as it stands in its file: a conditional logit over the runners of one race. A runner's score is the
 * weighted sum of its scaled features; the chances of a race are the softmax of its runners' scores.
 *
 * The file carries what it takes to judge it: what it was trained on, and how it did against the market on races it had
 * not seen. Source: Bolton and Chapman (1986); the market's own probability as a feature: Benter (1994).
 */
import { Effect, Schema, SchemaIssue } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A mean of differences and its paired bootstrap interval; races are what is drawn again. */
export const Difference = Schema.Struct({
  mean: Schema.Finite,
  /** Of the 95 % interval. */
  low: Schema.Finite,
  high: Schema.Finite
})
export type Difference = typeof Difference.Type

/** How a model did on races later than those it was trained and calibrated on. */
export const Results = Schema.Struct({
  /** First and last race day of those races, for instance `2025-01-01`. */
  from: Schema.String,
  to: Schema.String,
  races: Count,
  /** Nats a race: the mean of minus the logarithm of the winner's probability. */
  logLoss: Schema.Finite,
  marketLogLoss: Schema.Finite,
  /** The model's log loss less the market's: below zero the model is better. */
  difference: Difference,
  /** Whether the whole interval is below zero. A model that does not beat the market is served by force only. */
  beatsMarket: Schema.Boolean,
  /** The share of bootstrap samples in which the model was better: what the model says of its own confidence. */
  confidence: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
})
export type Results = typeof Results.Type

/** Where the data came from; the same data gives the same fingerprint, whatever its files are called. */
export const TrainingData = Schema.Struct({
  /** SHA-256 over the features and results of all races in their order, hexadecimal. */
  fingerprint: Schema.String,
  source: Schema.String,
  races: Count,
  from: Schema.String,
  to: Schema.String
})

export const Model = Schema.Struct({
  format: Schema.Literal(1),
  /** The first 16 hexadecimal digits of the SHA-256 of all else in the file. */
  version: Schema.String.check(Schema.isPattern(/^[0-9a-f]{16}$/)),
  kind: Schema.Literal("conditional_logit"),
  /** What a row of features holds, in this order. */
  features: Schema.Array(Schema.String),
  /** One for each feature, of its scaled value. */
  coefficients: Schema.Array(Schema.Finite),
  /** A feature's value counts as (value - mean) / scale. */
  scaling: Schema.Struct({
    means: Schema.Array(Schema.Finite),
    scales: Schema.Array(Schema.Finite.check(Schema.isGreaterThan(0)))
  }),
  /** Scores are multiplied by the exponent before the softmax: below 1 it makes the model less sure of itself. */
  calibration: Schema.Struct({ exponent: Schema.Finite.check(Schema.isGreaterThan(0)) }),
  /** Strength of the L2 penalty, chosen by cross-validation over time. */
  penalty: Schema.Finite,
  data: TrainingData,
  results: Results
})
export type Model = typeof Model.Type

/** The file is no model, or not one of this format. */
export class ModelInvalid extends Schema.TaggedError<ModelInvalid>()("ModelInvalid", {
  file: Schema.String,
  message: Schema.String
}) {}

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Model), { errors: "all" })

/** @param file names the text in the error. */
export const decode = (text: string, file: string): Effect.Effect<Model, ModelInvalid> =>
  decodeJson(text).pipe(
    Effect.mapError(({ issue }) => SchemaIssue.makeFormatterDefault()(issue)),
    Effect.filterOrFail(hasWholeRows, () => "coefficients, means and scales must be as many as the features"),
    Effect.mapError((problem) => new ModelInvalid({ file, message: `${file}: this is no model: ${problem}` }))
  )

const hasWholeRows = ({ coefficients, features, scaling }: Model): boolean =>
  [coefficients, scaling.means, scaling.scales].every(({ length }) => length === features.length)

/** The JSON text of a model: the same model, the same bytes. */
export const encode = (model: Model): string => `${JSON.stringify(model, null, 2)}\n`

/**
 * Each runner's probability of winning; they sum to 1.
 *
 * @param rows the features of all runners of one race that can still win, in the order of `model.features`
 */
export const probabilities = (
  model: Pick<Model, "calibration" | "coefficients" | "scaling">,
  rows: ReadonlyArray<ReadonlyArray<number>>
): Array<number> => {
  const { means, scales } = model.scaling
  return softmax(
    rows.map((row) => {
      let score = 0
      for (let i = 0; i < row.length; i++) score += (model.coefficients[i]! * (row[i]! - means[i]!)) / scales[i]!
      return score * model.calibration.exponent
    })
  )
}

const softmax = (scores: ReadonlyArray<number>): Array<number> => {
  const highest = scores.reduce((highest, score) => Math.max(highest, score), Number.NEGATIVE_INFINITY)
  const weights = scores.map((score) => Math.exp(score - highest))
  const total = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / total)
}
