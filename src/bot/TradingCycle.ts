/**
 * One round of trading, from the guards to recorded outcomes. It is one trace: a root span with a child for each step and
 * for each bet. Strategies are asked even when nothing may be placed, because cancelling is always allowed and because
 * refused signals are what tells a user why nothing happens.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Decision } from "../domain/Decision.ts"
import { runnerKey } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import * as Value from "../domain/Value.ts"
import { Books } from "../market/Books.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import * as PredictionFilter from "../prediction/PredictionFilter.ts"
import { Predictor, type Race } from "../prediction/Predictor.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { Feed } from "./Feed.ts"
import { OpenBets } from "./OpenBets.ts"
import { RaceRecorder } from "./RaceRecorder.ts"
import { type Outcome, SignalExecution } from "./SignalExecution.ts"
import * as SignalTrace from "./SignalTrace.ts"
import { Tally } from "./Tally.ts"

export class TradingCycle extends Context.Service<
  TradingCycle,
  {
    /** Looks at every race in its window. */
    readonly run: Effect.Effect<void>
    /** No race is in its window, and the breaker stands as the last cycle left it. */
    readonly canWait: () => boolean
    /** Looks at these markets only, because they have just changed. */
    readonly look: (markets: ReadonlyArray<MarketBook>) => Effect.Effect<void>
  }
>()("clever-better/bot/TradingCycle") {
  static readonly layer = Layer.effect(
    TradingCycle,
    Effect.suspend(() => make)
  )
}

interface Executed {
  readonly wish: StrategySignal
  readonly outcome: Outcome
}

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { features, trading } = yield* Settings
  const breaker = yield* CircuitBreaker
  const risk = yield* RiskManager
  const predictor = yield* Predictor
  const books = yield* Books
  const feed = yield* Feed
  const races = yield* RaceRecorder
  const strategies = yield* ActiveStrategies
  const openBets = yield* OpenBets
  const execution = yield* SignalExecution
  const decisions = yield* DecisionLog
  const tally = yield* Tally

  /** As the last cycle left the breaker. */
  let checked = breaker.state(clock.currentTimeMillisUnsafe())

  const run = Effect.gen(function* () {
    yield* checkBreaker
    yield* updateRisk
    yield* verifyLimits
    const upcoming = yield* upcomingRaces
    const signals = yield* evaluateStrategies(upcoming).pipe(Metrics.timed("evaluation_duration_seconds", {}))
    const wanted = yield* filterByPredictions(signals)
    const executed = yield* executeSignals(wanted)
    yield* recordOutcomes(executed)
  }).pipe(
    Effect.withSpan("TradingCycle", { root: true }),
    Metrics.timed("cycle_duration_seconds", {}),
    Effect.andThen(Clock.currentTimeMillis),
    Effect.flatMap((now) => Metrics.set("last_cycle_timestamp_seconds", {}, now))
  )

  const checkBreaker = Effect.gen(function* () {
    yield* breaker.check
    checked = breaker.state(yield* Clock.currentTimeMillis)
    yield* Effect.annotateCurrentSpan({ state: checked.phase, reason: checked.reason })
  }).pipe(Effect.withSpan("CircuitBreaker.check"))

  const updateRisk = Effect.gen(function* () {
    const { bankroll, dailyLoss, dailyNet, exposure, liability, openBets } = yield* risk.riskMetrics
    yield* Metrics.set("bankroll", {}, bankroll)
    yield* Metrics.set("exposure", {}, exposure)
    yield* Metrics.set("liability", {}, liability)
    yield* Metrics.set("daily_profit", {}, dailyNet)
    yield* Metrics.set("open_bets", {}, openBets)
    yield* Effect.annotateCurrentSpan({
      bankroll: Money.toDecimal(bankroll),
      current_exposure: Money.toDecimal(exposure),
      daily_loss: Money.toDecimal(dailyLoss)
    })
  }).pipe(Effect.withSpan("RiskManager.update"))

  const verifyLimits = Effect.gen(function* () {
    const denial = yield* risk.checkRiskLimits()
    yield* Effect.annotateCurrentSpan({ decision: denial?.reason ?? "within_limits" })
  }).pipe(Effect.withSpan("RiskManager.limits"))

  const upcomingRaces = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const upcoming = [...feed.tradable()].filter((book) => isDue(book, now))
    yield* Effect.annotateCurrentSpan({ races: upcoming.length })
    return upcoming
  }).pipe(Effect.withSpan("Races.upcoming"))

  const isDue = (book: MarketBook, now: number): boolean =>
    book.definition !== null && races.isRecorded(book.marketId) && strategies.wants(book.definition, now)

  const evaluateStrategies = Effect.fn("Strategies.evaluate")(function* (upcoming: ReadonlyArray<MarketBook>) {
    const signals = evaluate(upcoming, yield* Clock.currentTimeMillis)
    yield* Effect.annotateCurrentSpan({ races: upcoming.length, signals: signals.length })
    return signals
  })

  /** Plain code: it runs for every market of a cycle, or for every update. */
  const evaluate = (markets: ReadonlyArray<MarketBook>, now: number): ReadonlyArray<StrategySignal> => {
    const signals: Array<StrategySignal> = []
    for (const book of markets) {
      if (book.definition === null) continue
      tally.activity.evaluations++
      const own = strategies.evaluate(book.definition, book, now, (id) => openBets.ofStrategy(book.marketId, id))
      for (const signal of own) signals.push(signal)
    }
    tally.activity.signals += signals.length
    return signals
  }

  const filterByPredictions = Effect.fn("Predictions.filter")(function* (signals: ReadonlyArray<StrategySignal>) {
    const kept: Array<StrategySignal> = []
    for (const ofMarket of Map.groupBy(signals, ({ marketId }) => marketId).values()) {
      const filtered = yield* filterMarket(ofMarket)
      for (const decision of filtered.decisions) yield* refuse(decision)
      kept.push(...filtered.kept)
    }
    yield* Effect.annotateCurrentSpan({ signals: signals.length, kept: kept.length })
    return kept
  })

  const needsPrediction = (id: StrategySignal["strategyId"]) => strategies.get(id)?.traits.needsPrediction === true

  const filterMarket = Effect.fnUntraced(function* (signals: ReadonlyArray<StrategySignal>) {
    const book = books.get(signals[0]!.marketId)
    const market = book?.definition
    if (!market) return { kept: [], decisions: [] }
    const isAsked = features.mlPredictionsEnabled && signals.some(({ strategyId }) => needsPrediction(strategyId))
    const predictions = isAsked ? yield* predict({ market, book, at: yield* Clock.currentTimeMillis }) : null
    return PredictionFilter.filter(signals, {
      market,
      predictions,
      needsPrediction,
      bet: openBets.get,
      minConfidence: trading.minConfidenceThreshold,
      minExpectedValue: trading.minExpectedValue,
      commission: Value.commissionOf(market)
    })
  })

  /** No answer is no prediction: what needs one is then refused. */
  const predict = (race: Race) =>
    predictor
      .predict(race)
      .pipe(
        Effect.catch(({ message }) =>
          Effect.logWarning("No predictions").pipe(
            Effect.annotateLogs({ market_id: race.market.marketId, message }),
            Effect.as(null)
          )
        )
      )

  const executeSignals = Effect.fn("Signals.execute")(function* (wishes: ReadonlyArray<StrategySignal>) {
    const executed: Array<Executed> = []
    for (const wish of wishes) {
      const outcome = yield* execution.execute(wish).pipe(
        Effect.tap((outcome) => SignalTrace.annotate(outcome)),
        // Hundreds in a cycle: a stack trace would point here each time and costs as much as the rest of the span.
        Effect.withSpan(wish.signal._tag, { attributes: SignalTrace.attributes(wish) }, { captureStackTrace: false })
      )
      executed.push({ wish, outcome })
    }
    return executed
  })

  const recordOutcomes = Effect.fn("Outcomes.record")(function* (executed: ReadonlyArray<Executed>) {
    for (const { outcome, wish } of executed) {
      yield* Metrics.count("signals_total", { strategy_id: wish.strategyId, signal: wish.signal._tag })
      if (outcome._tag === "Denied") yield* refuse({ ...subjectOf(wish), step: outcome.step, denial: outcome.denial })
      if (outcome._tag === "NotCommitted") yield* notCommitted(outcome.failure)
      if (outcome._tag === "Placed") yield* breaker.recordSuccess
    }
    yield* Effect.annotateCurrentSpan({ placed: executed.filter(({ outcome }) => outcome._tag === "Placed").length })
  })

  const notCommitted = ({ kind, message, operation }: StorageFailure) =>
    Effect.andThen(
      Metrics.count("database_failures_total", { operation, kind }),
      // An outage is the guards' to tell, and one failure, however many bets it keeps back before they see it.
      kind === "unavailable" ? Effect.void : breaker.recordFailure("database", message)
    )

  const subjectOf = ({ at, marketId, signal, strategyId }: StrategySignal) => {
    const runner = signal._tag === "Place" ? signal : openBets.get(signal.betId)
    return {
      at,
      strategyId,
      marketId,
      runner: runner === undefined ? null : runnerKey(runner.selectionId, runner.handicap)
    }
  }

  const refuse = (decision: Decision) =>
    Effect.suspend(() => {
      decisions.record(decision)
      const { denial, step } = decision
      const counted = Metrics.count("decisions_total", { step, reason: denial.reason })
      return step === "risk"
        ? Effect.andThen(counted, Metrics.count("risk_denials_total", { reason: denial.reason }))
        : counted
    })

  /** The path of an update: nothing but plain code until a strategy wants something. */
  const look = (markets: ReadonlyArray<MarketBook>) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const signals = evaluate(
        markets.filter((book) => isDue(book, now)),
        now
      )
      if (signals.length === 0) return
      tally.activity.cycles++
      yield* filterByPredictions(signals).pipe(
        Effect.flatMap(executeSignals),
        Effect.flatMap(recordOutcomes),
        Effect.withSpan("TradingCycle", { root: true, attributes: { markets: markets.length } })
      )
    })

  const canWait = (): boolean => {
    const now = clock.currentTimeMillisUnsafe()
    const { failures, phase } = breaker.state(now)
    if (phase !== checked.phase || failures !== checked.failures) return false
    for (const book of feed.tradable()) if (isDue(book, now)) return false
    return true
  }

  return TradingCycle.of({ run, look, canWait })
})
