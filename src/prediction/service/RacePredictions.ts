/**
 * Predictions of a model for the runners of races. A conditional logit knows a runner's chance only beside its whole field,
 * so fields are remembered for a while: a single runner can be asked about after its race was.
 */
import { Effect } from "effect"
import type * as Protocol from "../generated/mlservice.ts"
import * as Model from "../model/Model.ts"
import { Refusal } from "./Refusal.ts"

/** Fields that are remembered; beyond it the one that was asked about longest ago is forgotten. */
const rememberedRaces = 1000

/** The feature that holds the logarithm of the market's own probability. */
const marketFeature = "market"

type Row = ReadonlyArray<number>
/** Rows in the model's order by runner. */
type Field = ReadonlyMap<string, Row>

export interface RacePredictions {
  readonly batch: (request: Protocol.BatchPredictionRequest) => Effect.Effect<Protocol.BatchPredictionResponse, Refusal>
  readonly single: (request: Protocol.PredictionRequest) => Effect.Effect<Protocol.PredictionResponse, Refusal>
}

export const make = (current: () => Model.Model): RacePredictions => {
  /** By the model's version as well, because another model may want other features. */
  const remembered = new Map<string, Field>()

  const remember = (raceId: string, model: Model.Model, field: Field): void => {
    const name = nameOf(raceId, model)
    remembered.delete(name)
    remembered.set(name, field)
    if (remembered.size > rememberedRaces) remembered.delete(remembered.keys().next().value!)
  }

  const batch: RacePredictions["batch"] = Effect.fnUntraced(function* (request) {
    const model = current()
    yield* wantsThis(model, request.modelVersion)
    if (request.predictions.length === 0) return yield* invalid("predictions is empty: there is nothing to predict")
    const columns = yield* columnsOf(model, request.featureNames)
    const races = new Map<string, Map<string, Row>>()
    for (const { features, raceId, runnerId } of request.predictions) {
      if (raceId === "" || runnerId === "") return yield* invalid("a prediction without race_id or runner_id")
      const field = races.get(raceId) ?? new Map<string, Row>()
      races.set(raceId, field)
      if (field.has(runnerId)) return yield* invalid(`runner ${runnerId} of race ${raceId} is there twice`)
      const row = yield* rowOf(features, columns, request.featureNames.length || columns.length, runnerId)
      field.set(runnerId, row)
    }
    const predictions: Array<Protocol.SinglePredictionResponse> = []
    for (const [raceId, field] of races) {
      if (field.size < 2) return yield* wantsField(raceId)
      remember(raceId, model, field)
      predictions.push(...predict(model, raceId, field))
    }
    return { predictions }
  })

  const single: RacePredictions["single"] = Effect.fnUntraced(function* ({ features, modelVersion, raceId, runnerId }) {
    const model = current()
    yield* wantsThis(model, modelVersion)
    const field = remembered.get(nameOf(raceId, model))
    if (field === undefined) return yield* wantsField(raceId)
    if (!field.has(runnerId)) {
      return yield* new Refusal({
        code: "NOT_FOUND",
        message: `runner ${runnerId} was not in the field of race ${raceId}`
      })
    }
    const columns = yield* columnsOf(model, [])
    const changed =
      features.length === 0
        ? field
        : new Map(field).set(runnerId, yield* rowOf(features, columns, columns.length, runnerId))
    return predict(model, raceId, changed).find((prediction) => prediction.runnerId === runnerId)!
  })

  return { batch, single }
}

const nameOf = (raceId: string, { version }: Model.Model) => `${version} ${raceId}`

const predict = (model: Model.Model, raceId: string, field: Field): Array<Protocol.SinglePredictionResponse> => {
  const rows = [...field.values()]
  const market = model.features.indexOf(marketFeature)
  const probabilities = Model.probabilities(model, rows)
  return [...field.keys()].map((runnerId, at) => ({
    raceId,
    runnerId,
    predictedProbability: probabilities[at]!,
    confidence: model.results.confidence,
    recommendation: recommend(probabilities[at]!, rows[at]![market]),
    modelVersion: model.version
  }))
}

/** On which side the model is of the market's own probability; at which price that is a bet, it does not know. */
const recommend = (probability: number, marketLog: number | undefined): string => {
  if (marketLog === undefined) return ""
  const market = Math.exp(marketLog)
  if (probability > market) return "BACK"
  return probability < market ? "LAY" : "NONE"
}

/** Where in a row of these names the model finds what it wants. */
const columnsOf = (
  { features, version }: Model.Model,
  names: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<number>, Refusal> => {
  if (names.length === 0) return Effect.succeed(features.map((_, at) => at))
  const missing = features.filter((name) => !names.includes(name))
  return missing.length === 0
    ? Effect.succeed(features.map((name) => names.indexOf(name)))
    : Effect.fail(
        new Refusal({
          code: "FAILED_PRECONDITION",
          message: `model ${version} needs features that were not sent: ${missing.join(", ")}`
        })
      )
}

const rowOf = (
  features: Row,
  columns: ReadonlyArray<number>,
  length: number,
  runnerId: string
): Effect.Effect<Row, Refusal> => {
  if (features.length !== length) {
    return invalid(`runner ${runnerId}: found ${features.length} features, expected ${length}`)
  }
  const row = columns.map((column) => features[column]!)
  return row.every(Number.isFinite) ? Effect.succeed(row) : invalid(`runner ${runnerId}: a feature is no number`)
}

const wantsThis = ({ version }: Model.Model, wanted: string) =>
  wanted === "" || wanted === "latest" || wanted === version
    ? Effect.void
    : Effect.fail(new Refusal({ code: "FAILED_PRECONDITION", message: `the model is ${version}, not ${wanted}` }))

const wantsField = (raceId: string) =>
  Effect.fail(
    new Refusal({
      code: "FAILED_PRECONDITION",
      message: `race ${raceId}: a runner's chance depends on its field; ask for all runners in one BatchPredict first`
    })
  )

const invalid = (message: string) => Effect.fail(new Refusal({ code: "INVALID_ARGUMENT", message }))
