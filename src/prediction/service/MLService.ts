/** The seven calls of the protocol as effects, without a network: a request becomes an answer or a refusal. */
import { Effect, Result, Schema } from "effect"
import * as Metrics from "../../monitoring/Metrics.ts"
import type * as Protocol from "../generated/mlservice.ts"
import * as FeedbackStore from "./FeedbackStore.ts"
import * as RacePredictions from "./RacePredictions.ts"
import { Refusal } from "./Refusal.ts"
import type { ServedModel } from "./ServedModel.ts"
import * as StrategyProposals from "./StrategyProposals.ts"

type Handle<Q, A> = (request: Q) => Effect.Effect<A, Refusal>

export interface MLService {
  readonly getPrediction: Handle<Protocol.PredictionRequest, Protocol.PredictionResponse>
  readonly evaluateStrategy: Handle<Protocol.StrategyRequest, Protocol.StrategyResponse>
  readonly getFeatures: Handle<Protocol.FeatureRequest, Protocol.FeatureResponse>
  readonly healthCheck: Handle<Protocol.Empty, Protocol.HealthStatus>
  readonly submitBacktestFeedback: Handle<Protocol.BacktestFeedbackRequest, Protocol.BacktestFeedbackResponse>
  readonly generateStrategy: Handle<Protocol.StrategyGenerationRequest, Protocol.StrategyGenerationResponse>
  readonly batchPredict: Handle<Protocol.BatchPredictionRequest, Protocol.BatchPredictionResponse>
}

export interface MLServiceParts {
  readonly model: ServedModel
  /** Null: results of backtests are not kept. */
  readonly feedback: FeedbackStore.FeedbackStore | null
  readonly strategies: ReadonlyArray<StrategyProposals.ProposableStrategy>
}

/** Fewer bets than this say nothing of a strategy. */
const enoughBets = 100
const mostFeatures = 1000

export const make = ({ feedback, model, strategies }: MLServiceParts): MLService => {
  const races = RacePredictions.make(model.current)
  const resultsOf = (strategyId: string) => feedback?.ofStrategy(strategyId) ?? []

  return {
    batchPredict: (request) => Effect.tap(races.batch(request), ({ predictions }) => counted(predictions.length)),

    getPrediction: (request) => Effect.tap(races.single(request), () => counted(1)),

    healthCheck: () => Effect.succeed({ status: "SERVING" }),

    evaluateStrategy: Effect.fnUntraced(function* ({ strategyId }) {
      const results = resultsOf(strategyId)
      if (results.length === 0) return yield* unknown(`no result of strategy ${strategyId} was submitted`)
      return {
        strategyId,
        compositeScore: StrategyProposals.mean(results, ({ compositeScore }) => compositeScore),
        recommendation: recommend(results)
      }
    }),

    getFeatures: Effect.fnUntraced(function* ({ backtestResultId }) {
      const found = feedback?.byId(backtestResultId)
      if (found === undefined) return yield* unknown(`no result ${backtestResultId} was submitted`)
      return { features: new Map(Object.entries(found.features)) }
    }),

    submitBacktestFeedback: Effect.fnUntraced(function* (request) {
      if (feedback === null) {
        return yield* new Refusal({
          code: "FAILED_PRECONDITION",
          message: "this service keeps no results: predict serve --data DIR does"
        })
      }
      if (request.mlFeatures.size > mostFeatures) return yield* invalid(`more than ${mostFeatures} ml_features`)
      const { mlFeatures, ...numbers } = request
      const read = Schema.decodeResult(FeedbackStore.Feedback)({
        ...numbers,
        features: Object.fromEntries(mlFeatures)
      })
      if (Result.isFailure(read)) return yield* invalid(read.failure.message)
      const feedbackId = yield* feedback.submit(read.success)
      return { success: true, message: "kept", feedbackId }
    }),

    generateStrategy: Effect.fnUntraced(function* (request) {
      const { maxDrawdownLimit, minWinRate, riskLevel, targetReturn } = request
      if (riskLevel !== "" && !StrategyProposals.riskLevels.includes(riskLevel)) {
        return yield* invalid(`risk_level: found ${riskLevel}, expected ${StrategyProposals.riskLevels.join(", ")}`)
      }
      if (![maxDrawdownLimit, minWinRate, targetReturn].every(Number.isFinite)) {
        return yield* invalid("target_return, max_drawdown_limit and min_win_rate must be numbers")
      }
      return { strategies: StrategyProposals.propose(request, strategies, resultsOf) }
    })
  }
}

const counted = (predictions: number) => Metrics.count("service_predictions_total", {}, predictions)

/** By what the results say and no more: a strategy that lost in them is not to be used. */
const recommend = (results: ReadonlyArray<FeedbackStore.Feedback>): string => {
  if (StrategyProposals.betsOf(results) < enoughBets) return "TOO_FEW_BETS"
  return StrategyProposals.mean(results, ({ roi }) => roi) > 0 ? "CONTINUE" : "STOP"
}

const unknown = (message: string) => new Refusal({ code: "NOT_FOUND", message })
const invalid = (message: string) => new Refusal({ code: "INVALID_ARGUMENT", message })
