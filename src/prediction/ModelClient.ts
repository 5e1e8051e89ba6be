/** Whoever answers questions about races: the next room of a `Predictor`, behind its cache. */
import { Context, type Effect } from "effect"
import type { RunnerKey } from "../domain/Identifiers.ts"
import type { Prediction, PredictionFailure } from "./Predictor.ts"
import type { Question } from "./Question.ts"

export interface Answer {
  /** Of the model that answered, empty when it did not say. */
  readonly modelVersion: string
  readonly predictions: ReadonlyMap<RunnerKey, Prediction>
}

export class ModelClient extends Context.Service<
  ModelClient,
  {
    /** One call for all runners of the race; runners that the model does not answer for are absent. */
    readonly ask: (question: Question) => Effect.Effect<Answer, PredictionFailure>
  }
>()("clever-better/prediction/ModelClient") {}
