/**
 * The model a service answers with: read from its file, and read again when the file changes. A file that is broken, or
 * whose model has not proven itself, is told of and changes nothing: the model before it goes on answering.
 */
import { Effect, FileSystem, Schema, type Scope } from "effect"
import * as Metrics from "../../monitoring/Metrics.ts"
import * as Model from "../model/Model.ts"

/** The model did not beat the market on the races kept back from its training: it would cost whoever bets by it. */
export class ModelUnproven extends Schema.TaggedError<ModelUnproven>()("ModelUnproven", {
  file: Schema.String,
  message: Schema.String
}) {}

export class ModelUnreadable extends Schema.TaggedError<ModelUnreadable>()("ModelUnreadable", {
  file: Schema.String,
  message: Schema.String,
  cause: Schema.Defect()
}) {}

export interface ServedModelOptions {
  readonly file: string
  /** Whether a model may be used that did not beat the market on races it had not seen. */
  readonly allowUnproven: boolean
}

export interface ServedModel {
  /** The newest that could be used. */
  readonly current: () => Model.Model
  /** Reads the file again now; true when another model answers from here on. */
  readonly reload: Effect.Effect<boolean>
}

/** How often the file is looked at. */
const interval = "2 seconds"

type Problem = Model.ModelInvalid | ModelUnproven | ModelUnreadable

/** Fails when there is no usable model to begin with. */
export const make = Effect.fn("ServedModel.make")(function* ({
  allowUnproven,
  file
}: ServedModelOptions): Effect.fn.Return<ServedModel, Problem, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const read = Effect.mapError(
    fs.readFileString(file),
    (cause) => new ModelUnreadable({ file, message: `${file} can't be read`, cause })
  )
  const usable = (text: string): Effect.Effect<Model.Model, Problem> =>
    Effect.filterOrFail(
      Model.decode(text, file),
      ({ results }) => allowUnproven || results.beatsMarket,
      ({ results, version }) => new ModelUnproven({ file, message: unproven(file, version, results) })
    )

  let text = yield* read
  let model = yield* usable(text)
  yield* told(model, "Model loaded")

  const take = Effect.gen(function* () {
    const found = yield* read
    if (found === text) return false
    // Whatever becomes of it, this text is looked at once.
    text = found
    const next = yield* usable(found)
    const isNew = next.version !== model.version
    model = next
    if (isNew) yield* told(next, "Another model loaded")
    return isNew
  })

  /** Whether the file's being away has been told. */
  let isMissing = false
  const reload = take.pipe(
    Effect.tap(() => Effect.sync(() => void (isMissing = false))),
    Effect.catch((problem) =>
      Effect.suspend(() => {
        const isKnown = isMissing && problem._tag === "ModelUnreadable"
        isMissing = problem._tag === "ModelUnreadable"
        return isKnown ? Effect.succeed(false) : Effect.as(kept(problem, model), false)
      })
    )
  )

  yield* Effect.sleep(interval).pipe(Effect.andThen(reload), Effect.forever, Effect.forkScoped)
  return { current: () => model, reload }
})

const told = ({ data, results, version }: Model.Model, message: string) =>
  Effect.andThen(
    Metrics.count("service_models_loaded_total", { outcome: "loaded" }),
    Effect.logInfo(message).pipe(
      Effect.annotateLogs({
        model_version: version,
        trained_on: data.source,
        beats_market: results.beatsMarket,
        confidence: results.confidence
      })
    )
  )

const kept = ({ message }: Problem, { version }: Model.Model) =>
  Effect.andThen(
    Metrics.count("service_models_loaded_total", { outcome: "refused" }),
    Effect.logError("The model file cannot be used; the model before it goes on answering").pipe(
      Effect.annotateLogs({ model_version: version, message })
    )
  )

const unproven = (file: string, version: string, { difference, from, races, to }: Model.Results): string =>
  `${file}: model ${version} did not beat the market on the ${races} races from ${from} to ${to} that were kept back: ` +
  `its log loss less the market's is ${difference.mean} (95 %: ${difference.low} to ${difference.high}), ` +
  "and the whole interval must be below zero. predict serve --force and predictions.allow_unproven serve it all the same"
