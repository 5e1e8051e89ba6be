/**
 * What a model's opinion does to signals. A strategy that needs predictions has its signals blocked where the model gives no
 * value, and re-priced where it does: the model's probability takes the place of the strategy's own, so position size
 * follows the model. Without a usable prediction such a strategy places nothing. Others trade on as they are; all must
 * reach the least confidence. Cancellations always pass.
 */
import type { Bet } from "../domain/Bet.ts"
import type { Decision, Denial, DenialReason } from "../domain/Decision.ts"
import { deny } from "../domain/Decision.ts"
import { type BetId, type RunnerKey, runnerKey, type StrategyId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { PlaceSignal, ReplaceSignal, Signal, StrategySignal } from "../domain/Signal.ts"
import * as Value from "../domain/Value.ts"
import type { Prediction } from "./Predictor.ts"

/** A race's probabilities may miss the number of winners by this much, for rounding and runners the model leaves out. */
const sumTolerance = 0.1

export type Predictions = ReadonlyMap<RunnerKey, Prediction>

export interface Terms {
  readonly market: MarketDefinition
  /** Of this market; null: there are none. */
  readonly predictions: Predictions | null
  /** Why there are none, for whoever needs one. */
  readonly lack?: Lack
  readonly needsPrediction: (id: StrategyId) => boolean
  /** The strategies' open bets, by which a replacement is judged. */
  readonly bet: (id: BetId) => Bet | undefined
  readonly minConfidence: number
  /** Least expected profit per pound at risk, net of `commission` (a fraction). */
  readonly minExpectedValue: number
  readonly commission: number
}

export type Lack = Extract<DenialReason, "prediction_missing" | "prediction_unavailable" | "prediction_unusable">

/** What a prediction did to a signal of a strategy that needs one. */
export interface Judgement {
  readonly strategyId: StrategyId
  readonly runner: RunnerKey
  readonly side: Side
  /** Repriced: the model's probability took the place of another one, the strategy's own. */
  readonly outcome: "passed" | "repriced" | "blocked"
  /** Why it was blocked. */
  readonly reason: DenialReason | null
  /** Profit per pound at risk, net of commission, by the prediction; null where the price is not known before. */
  readonly expectedValue: number | null
}

export interface Filtered {
  readonly kept: ReadonlyArray<StrategySignal>
  readonly decisions: ReadonlyArray<Decision>
  /** Of signals that were judged by a prediction; where there was none, there is a decision alone. */
  readonly judgements: ReadonlyArray<Judgement>
}

/** The signals of one market that may go on, and why the others may not. */
export const filter = (signals: ReadonlyArray<StrategySignal>, terms: Terms): Filtered => {
  const judged = usableOnly(terms)
  const kept: Array<StrategySignal> = []
  const decisions: Array<Decision> = []
  const judgements: Array<Judgement> = []
  for (const wish of signals) {
    const outcome = judge(wish, judged)
    if (outcome.judgement !== undefined) judgements.push({ strategyId: wish.strategyId, ...outcome.judgement })
    if ("signal" in outcome) kept.push(outcome.signal === wish.signal ? wish : { ...wish, signal: outcome.signal })
    else {
      const { at, marketId, strategyId } = wish
      decisions.push({ at, strategyId, marketId, runner: outcome.runner, step: "prediction", denial: outcome.denial })
    }
  }
  return { kept, decisions, judgements }
}

/** Predictions that cannot be right are none at all. */
const usableOnly = (terms: Terms): Terms =>
  terms.predictions === null || terms.predictions.size === 0 || complaint(terms.predictions, terms.market) === null
    ? terms
    : { ...terms, predictions: null, lack: "prediction_unusable" }

/**
 * Why a race's predictions cannot be used, null when they can. One number that is none discredits the whole answer, because
 * the others come from the same computation.
 */
export const complaint = (predictions: Predictions, market: MarketDefinition): string | null => {
  if (predictions.size === 0) return "there are none"
  let sum = 0
  for (const [key, { confidence, modelVersion, probability }] of predictions) {
    if (!(probability > 0 && probability < 1)) return `runner ${key}: the probability is ${probability}`
    if (!(confidence > 0 && confidence <= 1)) return `runner ${key}: the confidence is ${confidence}`
    if (modelVersion === "") return `runner ${key}: the model has no version`
    sum += probability
  }
  const winners = Math.max(1, market.numberOfWinners)
  const isWhole = market.runners.every(({ key, status }) => status !== "ACTIVE" || predictions.has(key))
  if (sum > winners * (1 + sumTolerance) || (isWhole && sum < winners * (1 - sumTolerance))) {
    return `the probabilities sum to ${sum.toFixed(3)}, not to about ${winners}`
  }
  return null
}

type Judged = Omit<Judgement, "strategyId">

type Outcome = { readonly judgement?: Judged } & (
  | { readonly signal: Signal }
  | { readonly runner: RunnerKey | null; readonly denial: Denial }
)

const judge = (wish: StrategySignal, terms: Terms): Outcome => {
  const { signal, strategyId } = wish
  const isNeeded = terms.needsPrediction(strategyId)
  switch (signal._tag) {
    case "Cancel":
    case "Update":
      return { signal }
    case "Replace":
      return isNeeded ? judgeReplace(signal, terms) : { signal }
    case "Place": {
      const runner = runnerKey(signal.selectionId, signal.handicap)
      if (!(signal.confidence >= terms.minConfidence)) {
        return { runner, denial: deny("confidence_too_low", signal.confidence, terms.minConfidence) }
      }
      return isNeeded ? judgePlace(signal, runner, terms) : { signal }
    }
  }
}

const judgePlace = (signal: PlaceSignal, runner: RunnerKey, terms: Terms): Outcome => {
  const price = signal.order._tag === "MARKET_ON_CLOSE" ? null : signal.order.price
  const weighed = weigh(runner, signal.side, price, terms)
  if ("denial" in weighed) return weighed
  const { expectedValue, probability } = weighed
  const isRepriced = signal.probability !== undefined && signal.probability !== probability
  return {
    signal: { ...signal, probability },
    judgement: { runner, side: signal.side, outcome: isRepriced ? "repriced" : "passed", reason: null, expectedValue }
  }
}

const judgeReplace = (signal: ReplaceSignal, terms: Terms): Outcome => {
  const bet = terms.bet(signal.betId)
  if (bet === undefined) return { runner: null, denial: deny("bet_not_found") }
  const runner = runnerKey(bet.selectionId, bet.handicap)
  const weighed = weigh(runner, bet.side, signal.price, terms)
  if ("denial" in weighed) return weighed
  const { expectedValue } = weighed
  return { signal, judgement: { runner, side: bet.side, outcome: "passed", reason: null, expectedValue } }
}

type Weighed =
  | { readonly probability: number; readonly expectedValue: number | null }
  | Extract<Outcome, { readonly denial: Denial }>

/** At the starting price (`price` null) the value is not known before, so only the prediction's presence counts. */
const weigh = (
  runner: RunnerKey,
  side: Side,
  price: Price | null,
  { commission, lack = "prediction_missing", minConfidence, minExpectedValue, predictions }: Terms
): Weighed => {
  const prediction = predictions?.get(runner)
  if (prediction === undefined) return { runner, denial: deny(lack) }
  const { confidence, probability } = prediction
  const expectedValue = price === null ? null : Value.expectedReturn(side, price, probability, commission)
  const blocked = (denial: Denial): Weighed => ({
    runner,
    denial,
    judgement: { runner, side, outcome: "blocked", reason: denial.reason, expectedValue }
  })
  if (confidence < minConfidence) return blocked(deny("confidence_too_low", confidence, minConfidence))
  return expectedValue === null || (expectedValue > 0 && expectedValue >= minExpectedValue)
    ? { probability, expectedValue }
    : blocked(deny("prediction_against", expectedValue, minExpectedValue))
}
