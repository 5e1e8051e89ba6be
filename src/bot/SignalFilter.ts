/**
 * Signals meet the model: each market that a strategy wants a prediction for is asked about once, all of them at the same
 * time, so that a cycle waits no longer than one answer may take. What needs a prediction and gets none is refused.
 */
import { Clock, Effect } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Decision } from "../domain/Decision.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import { type MarketId, runnerOf } from "../domain/Identifiers.ts"
import * as Value from "../domain/Value.ts"
import { Books } from "../market/Books.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import * as PredictionFilter from "../prediction/PredictionFilter.ts"
import { Predictor, type Race } from "../prediction/Predictor.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { OpenBets } from "./OpenBets.ts"
import { PredictionLog } from "./PredictionLog.ts"
import { Tally } from "./Tally.ts"

type Known = Pick<PredictionFilter.Terms, "predictions" | "lack">

const nothing: Known = { predictions: null, lack: "prediction_missing" }
const nobody: PredictionFilter.Filtered = { kept: [], decisions: [], judgements: [] }

/** Gives the signals that may go on and why the others may not, market by market in the order of the first signals. */
export const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { features, trading } = yield* Settings
  const notifier = yield* Notifier
  const predictor = yield* Predictor
  const books = yield* Books
  const strategies = yield* ActiveStrategies
  const openBets = yield* OpenBets
  const log = yield* PredictionLog
  const { model } = yield* Tally

  const needsPrediction = (id: StrategySignal["strategyId"]) => strategies.get(id)?.traits.needsPrediction === true

  const isAsked = (signals: ReadonlyArray<StrategySignal>) =>
    features.mlPredictionsEnabled && signals.some(({ strategyId }) => needsPrediction(strategyId))

  const ofMarket = (signals: ReadonlyArray<StrategySignal>): Effect.Effect<PredictionFilter.Filtered> => {
    const { marketId } = signals[0]!
    const book = books.get(marketId)
    const market = book?.definition
    if (!market) return Effect.succeed(nobody)
    const judge = (known: Known) =>
      PredictionFilter.filter(signals, {
        market,
        ...known,
        needsPrediction,
        bet: openBets.get,
        minConfidence: trading.minConfidenceThreshold,
        minExpectedValue: trading.minExpectedValue,
        commission: Value.commissionOf(market)
      })
    if (!isAsked(signals)) return Effect.succeed(judge(nothing))
    const at = clock.currentTimeMillisUnsafe()
    return Effect.flatMap(predict({ market, book, at }), (known) => {
      const filtered = judge(known)
      const { predictions } = known
      if (predictions === null) return Effect.succeed(filtered)
      log.record(marketId, predictions, filtered.judgements, at)
      return Effect.as(
        Effect.forEach(filtered.judgements, (judgement) => tell(marketId, predictions, judgement), { discard: true }),
        filtered
      )
    })
  }

  const predict = (race: Race): Effect.Effect<Known> =>
    predictor.predict(race).pipe(
      Effect.flatMap((predictions) => weigh(race, predictions)),
      Effect.catch((failure) =>
        failure.kind === "unusable" ? unusable(race, failure.message) : away(race, failure.message)
      ),
      OnDemand.span("Predictor.predict", () => ({ market_id: race.market.marketId }))
    )

  /** The model did not answer when it was last asked: told once, for it is asked with every signal. */
  let isAway = false
  /** Whether it answered in this round, and whether it did not: one market's answer is not the end of it. */
  let hasAnswered = false
  let hasFailed = false

  const away = ({ market: { marketId } }: Race, message: string): Effect.Effect<Known> =>
    Effect.suspend(() => {
      const level = isAway ? "Debug" : "Warn"
      const told = isAway ? Effect.void : notifier.notify({ _tag: "ModelDown", cause: message })
      isAway = true
      hasFailed = true
      model.problem = message
      return Effect.as(
        Effect.andThen(
          told,
          OnDemand.tell(
            level,
            "No predictions: what needs them is not bet on",
            Effect.succeed({ market_id: marketId, message })
          )
        ),
        { predictions: null, lack: "prediction_unavailable" } as const
      )
    })

  const endRound = Effect.suspend(() => {
    const isBack = isAway && hasAnswered && !hasFailed
    hasAnswered = false
    hasFailed = false
    if (!isBack) return Effect.void
    isAway = false
    return Effect.andThen(notifier.notify({ _tag: "ModelBack" }), Effect.logInfo("Predictions again"))
  })

  const weigh = (race: Race, predictions: PredictionFilter.Predictions): Effect.Effect<Known> => {
    // What is given again from the cache says nothing of the service.
    if (!log.isKnown(predictions)) hasAnswered = true
    if (predictions.size === 0) return Effect.succeed(nothing)
    const complaint = PredictionFilter.complaint(predictions, race.market)
    if (complaint !== null) return unusable(race, complaint)
    model.answers++
    model.lastAnswerAt = race.at
    model.problem = null
    const [first] = predictions.values()
    return Effect.as(
      OnDemand.annotate(() => ({ runners: predictions.size, model_version: first!.modelVersion })),
      { predictions }
    )
  }

  /** What was last found wrong, told once. */
  let lastComplaint = ""

  const unusable = ({ market: { marketId } }: Race, message: string): Effect.Effect<Known> =>
    Effect.suspend(() => {
      const level = message === lastComplaint ? "Debug" : "Warn"
      lastComplaint = message
      model.problem = message
      return Effect.as(
        Effect.andThen(
          Metrics.count("predictions_unusable_total", {}),
          OnDemand.tell(level, "Predictions cannot be used", Effect.succeed({ market_id: marketId, message }))
        ),
        { predictions: null, lack: "prediction_unusable" } as const
      )
    })

  return Effect.fnUntraced(function* (signals: ReadonlyArray<StrategySignal>) {
    const markets = [...Map.groupBy(signals, ({ marketId }) => marketId).values()]
    // Bounded by the markets that are followed.
    const concurrency = markets.length > 1 && isAsked(signals) ? "unbounded" : 1
    const filtered = yield* Effect.forEach(markets, ofMarket, { concurrency })
    const kept: ReadonlyArray<StrategySignal> = filtered.flatMap(({ kept }) => kept)
    const decisions: ReadonlyArray<Decision> = filtered.flatMap(({ decisions }) => decisions)
    yield* endRound
    yield* OnDemand.annotate(() => ({ signals: signals.length, kept: kept.length }))
    return { kept, decisions }
  }, OnDemand.span("Predictions.filter"))
})

/** A span of its own for what a prediction did to a signal, and a line for who reads them all. */
const tell = (
  marketId: MarketId,
  predictions: PredictionFilter.Predictions,
  { expectedValue, outcome, reason, runner, side, strategyId }: PredictionFilter.Judgement
) => {
  const { confidence, modelVersion, probability } = predictions.get(runner)!
  return OnDemand.tell(
    "Debug",
    "Prediction decision",
    Effect.sync(() => ({
      strategy_id: strategyId,
      race_id: marketId,
      runner_id: runnerOf(runner).selectionId,
      side,
      decision: outcome,
      ...(reason === null ? {} : { reason }),
      ...(expectedValue === null ? {} : { expected_value: expectedValue }),
      probability,
      confidence,
      model_version: modelVersion
    }))
  ).pipe(OnDemand.span("Predictions.decide"))
}
