/** What a model said of a runner, and what that did to a strategy's signal. */
import { Schema } from "effect"
import { denialReasons } from "../../domain/Decision.ts"
import { StrategyId } from "../../domain/Identifiers.ts"
import type { PredictionRecord } from "../../persistence/PredictionRepository.ts"
import { Fraction, Instant, instant } from "./Basic.ts"

export const PredictionAnswer = Schema.Struct({
  at: Instant,
  modelName: Schema.String.annotate({ description: "the address of its service; own: the bot's" }),
  modelVersion: Schema.String,
  probability: Fraction,
  confidence: Schema.NullOr(Fraction),
  strategyId: Schema.NullOr(StrategyId).annotate({ description: "whose signal was judged; null: nobody's" }),
  side: Schema.NullOr(Schema.Literals(["BACK", "LAY"])),
  decision: Schema.NullOr(Schema.Literals(["passed", "repriced", "blocked"])).annotate({
    description: "repriced: its probability took the place of the strategy's own"
  }),
  reason: Schema.NullOr(Schema.String).annotate({ description: "why it was blocked, from the closed list of reasons" }),
  expectedValue: Schema.NullOr(Schema.Finite).annotate({
    description: "profit per pound at risk, net of commission; null: the price is not known before"
  }),
  text: Schema.NullOr(Schema.String).annotate({ description: "the reason in words" })
}).annotate({ identifier: "Prediction" })
export type PredictionAnswer = typeof PredictionAnswer.Type

export const of = (record: PredictionRecord): PredictionAnswer => ({
  at: instant(record.at),
  modelName: record.modelName,
  modelVersion: record.modelVersion,
  probability: record.probability,
  confidence: record.confidence,
  strategyId: record.strategyId,
  side: record.side,
  decision: record.decision,
  reason: record.reason,
  expectedValue: record.expectedValue,
  text: record.reason === null ? null : denialReasons[record.reason]
})
