/**
 * A model's probabilities for the runners of a race. Where they come from is a matter of Layers; what is done about them is
 * `PredictionFilter`'s.
 */
import { Context, Effect, Layer, Schema } from "effect"
import type { RunnerKey } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { MarketBook } from "../market/MarketBook.ts"

export interface Prediction {
  /** That the runner wins (or is placed), in (0, 1). */
  readonly probability: number
  /** How sure the model is, in (0, 1]. */
  readonly confidence: number
  /** Of the model that answered, never empty. */
  readonly modelVersion: string
  /** What the model was asked with, in the order of `Features.names`, where it was asked with that. */
  readonly features?: ReadonlyArray<number>
}

/** A race as it is known at `at`; what of it a model wants to know is the predictor's to say. The book is read at once. */
export interface Race {
  readonly market: MarketDefinition
  readonly book: MarketBook
  /** Epoch milliseconds. */
  readonly at: number
}

/** The model did not answer, or not in a way that can be read. Whoever needs it places nothing. */
export class PredictionFailure extends Schema.TaggedError<PredictionFailure>()("PredictionFailure", {
  marketId: Schema.String,
  /** The service cannot be reached, its answer came too late, it refused, or what it said cannot be right. */
  kind: Schema.Literals(["unavailable", "late", "refused", "unusable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export class Predictor extends Context.Service<
  Predictor,
  {
    /** The model's opinion of each runner it knows; the answer is not checked here. */
    readonly predict: (race: Race) => Effect.Effect<ReadonlyMap<RunnerKey, Prediction>, PredictionFailure>
  }
>()("clever-better/prediction/Predictor") {
  /** No model at all: strategies that need one place nothing. */
  static readonly layerNone = Layer.succeed(Predictor, Predictor.of({ predict: () => Effect.succeed(new Map()) }))
}
