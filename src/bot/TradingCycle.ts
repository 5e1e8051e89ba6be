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
import * as OnDemand from "../monitoring/OnDemand.ts"
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
    /** Strategies are to look at markets that have changed, or what they want of them is not answered yet. */
    readonly isTouched: () => boolean
    /**
     * Shows strategies the markets that have changed, if they look at updates; true when they want something. Plain code:
     * this is the path of an update, and mostly its end.
     */
    readonly look: () => boolean
    /** Looks, and does what strategies want. */
    readonly answer: Effect.Effect<void>
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

  const evaluateStrategies = Effect.fnUntraced(function* (upcoming: ReadonlyArray<MarketBook>) {
    const signals = evaluate(upcoming, yield* Clock.currentTimeMillis)
    yield* OnDemand.annotate(() => ({ races: upcoming.length, signals: signals.length }))
    return signals
  }, OnDemand.span("Strategies.evaluate"))

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

  const filterByPredictions = Effect.fnUntraced(function* (signals: ReadonlyArray<StrategySignal>) {
    const kept: Array<StrategySignal> = []
    for (const ofMarket of Map.groupBy(signals, ({ marketId }) => marketId).values()) {
      const filtered = yield* filterMarket(ofMarket)
      for (const decision of filtered.decisions) yield* refuse(decision)
      for (const signal of filtered.kept) kept.push(signal)
    }
    yield* OnDemand.annotate(() => ({ signals: signals.length, kept: kept.length }))
    return kept
  }, OnDemand.span("Predictions.filter"))

  const needsPrediction = (id: StrategySignal["strategyId"]) => strategies.get(id)?.traits.needsPrediction === true

  const filterMarket = (signals: ReadonlyArray<StrategySignal>): Effect.Effect<PredictionFilter.Filtered> => {
    const book = books.get(signals[0]!.marketId)
    const market = book?.definition
    if (!market) return Effect.succeed({ kept: [], decisions: [] })
    const judge = (predictions: PredictionFilter.Predictions | null) =>
      PredictionFilter.filter(signals, {
        market,
        predictions,
        needsPrediction,
        bet: openBets.get,
        minConfidence: trading.minConfidenceThreshold,
        minExpectedValue: trading.minExpectedValue,
        commission: Value.commissionOf(market)
      })
    return features.mlPredictionsEnabled && signals.some(({ strategyId }) => needsPrediction(strategyId))
      ? Effect.map(predict({ market, book, at: clock.currentTimeMillisUnsafe() }), judge)
      : Effect.succeed(judge(null))
  }

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

  const executeSignals = Effect.fnUntraced(function* (wishes: ReadonlyArray<StrategySignal>) {
    const executed: Array<Executed> = []
    for (const wish of wishes) executed.push({ wish, outcome: yield* executeOne(wish) })
    return executed
  }, OnDemand.span("Signals.execute"))

  const executeOne = (wish: StrategySignal): Effect.Effect<Outcome> =>
    Effect.tap(execution.execute(wish), (outcome) => OnDemand.annotate(() => SignalTrace.result(outcome))).pipe(
      OnDemand.span(wish.signal._tag, () => SignalTrace.attributes(wish))
    )

  const recordOutcomes = Effect.fnUntraced(function* (executed: ReadonlyArray<Executed>) {
    for (const { outcome, wish } of executed) {
      yield* Metrics.count("signals_total", { strategy_id: wish.strategyId, signal: wish.signal._tag })
      if (outcome._tag === "Denied") yield* refuse({ ...subjectOf(wish), step: outcome.step, denial: outcome.denial })
      if (outcome._tag === "NotCommitted") yield* notCommitted(outcome.failure)
      if (outcome._tag === "Placed") yield* breaker.recordSuccess
    }
    yield* OnDemand.annotate(() => ({ placed: executed.filter(({ outcome }) => outcome._tag === "Placed").length }))
  }, OnDemand.span("Outcomes.record"))

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

  /** What strategies want of updates, and how many markets they looked at; nothing once it is being answered. */
  let wishes: ReadonlyArray<StrategySignal> = []
  let lookedAt = 0

  const look = (): boolean => {
    if (wishes.length > 0 || !feed.hasTouched()) return wishes.length > 0
    const now = clock.currentTimeMillisUnsafe()
    const markets = feed.takeTouched()
    lookedAt = markets.length
    wishes = evaluate(
      markets.filter((book) => isDue(book, now)),
      now
    )
    return wishes.length > 0
  }

  const answer = Effect.suspend(() => {
    if (!look()) return Effect.void
    const wanted = wishes
    wishes = []
    tally.activity.cycles++
    return filterByPredictions(wanted).pipe(
      Effect.flatMap(executeSignals),
      Effect.flatMap(recordOutcomes),
      OnDemand.span("TradingCycle", () => ({ markets: lookedAt }), { root: true })
    )
  })

  const canWait = (): boolean => {
    const now = clock.currentTimeMillisUnsafe()
    const { failures, phase } = breaker.state(now)
    if (phase !== checked.phase || failures !== checked.failures) return false
    for (const book of feed.tradable()) if (isDue(book, now)) return false
    return true
  }

  return TradingCycle.of({
    run,
    canWait,
    isTouched: () => wishes.length > 0 || feed.hasTouched(),
    look,
    answer
  })
})
