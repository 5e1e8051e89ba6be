/**
 * One round of trading, from the guards to recorded outcomes. It is one trace: a root span with a child for each step and
 * for each bet. Strategies are asked even when nothing may be placed, because cancelling is always allowed and because
 * refused signals are what tells a user why nothing happens.
 */
import { Clock, Context, Effect, Layer } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import { Executor } from "../execution/Executor.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { Feed } from "./Feed.ts"
import { MarketTurns } from "./MarketTurns.ts"
import { OpenBets } from "./OpenBets.ts"
import * as Outcomes from "./Outcomes.ts"
import type { Executed } from "./Outcomes.ts"
import { RaceRecorder } from "./RaceRecorder.ts"
import { type Outcome, SignalExecution } from "./SignalExecution.ts"
import * as SignalFilter from "./SignalFilter.ts"
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

const none: ReadonlyArray<StrategySignal> = []

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const breaker = yield* CircuitBreaker
  const risk = yield* RiskManager
  const feed = yield* Feed
  const races = yield* RaceRecorder
  const strategies = yield* ActiveStrategies
  const openBets = yield* OpenBets
  const execution = yield* SignalExecution
  const outcomes = yield* Outcomes.make
  const turns = new MarketTurns()
  const scope = yield* Effect.scope
  /** The venue takes its time to answer. */
  const isLive = (yield* Executor).mode === "live"
  const tally = yield* Tally
  const filter = yield* SignalFilter.make

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
    const upcoming = [...feed.tradable()].filter((book) => isDue(book, now) && !turns.isUnderWay(book.marketId))
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

  const evaluate = (markets: ReadonlyArray<MarketBook>, now: number): ReadonlyArray<StrategySignal> => {
    const signals: Array<StrategySignal> = []
    for (const book of markets) signals.push(...ask(book, now))
    return signals
  }

  /** Plain code: it runs for every market of a cycle, or for every update. */
  const ask = (book: MarketBook, now: number): ReadonlyArray<StrategySignal> => {
    if (book.definition === null) return none
    tally.activity.evaluations++
    const signals = strategies.evaluate(book.definition, book, now, openBets.ofStrategy)
    tally.activity.signals += signals.length
    return signals
  }

  const filterByPredictions = Effect.fnUntraced(function* (signals: ReadonlyArray<StrategySignal>) {
    const { decisions, kept } = yield* filter(signals)
    for (const decision of decisions) yield* outcomes.refuse(decision)
    return kept
  })

  const executeSignals = (wishes: ReadonlyArray<StrategySignal>) =>
    (isLive ? executeApart(wishes) : executeInOrder(wishes)).pipe(OnDemand.span("Signals.execute"))

  const executeInOrder = Effect.fnUntraced(function* (wishes: ReadonlyArray<StrategySignal>) {
    const executed: Array<Executed> = []
    for (const wish of wishes) executed.push({ wish, outcome: yield* executeOne(wish) })
    return executed
  })

  /** Each market in its order, and none waits for another's answers. */
  const executeApart = (wishes: ReadonlyArray<StrategySignal>) =>
    Effect.map(
      Effect.forEach(byMarket(wishes), ([marketId, own]) => inTurn(marketId, executeInOrder(own)), {
        concurrency: "unbounded"
      }),
      (executed) => executed.flat()
    )

  const inTurn = <A>(marketId: MarketId, work: Effect.Effect<A>) =>
    Effect.suspend(() => {
      turns.begin(marketId)
      return Effect.ensuring(
        work,
        Effect.sync(() => turns.end(marketId))
      )
    })

  const executeOne = (wish: StrategySignal): Effect.Effect<Outcome> =>
    Effect.tap(execution.execute(wish), (outcome) => OnDemand.annotate(() => SignalTrace.result(outcome))).pipe(
      OnDemand.span(wish.signal._tag, () => SignalTrace.attributes(wish))
    )

  const recordOutcomes = Effect.fnUntraced(function* (executed: ReadonlyArray<Executed>) {
    yield* outcomes.record(executed)
    yield* OnDemand.annotate(() => ({ placed: executed.filter(({ outcome }) => outcome._tag === "Placed").length }))
  }, OnDemand.span("Outcomes.record"))

  /** What strategies want of updates, and how many markets they looked at; nothing once it is being answered. */
  let wishes = none
  let lookedAt = 0

  const look = (): boolean => {
    if (wishes.length > 0) return true
    lookedAt = 0
    if (turns.hasChanged) for (const book of turns.takeChanged()) lookAt(book)
    if (feed.hasTouched()) feed.takeTouched(lookAt)
    return wishes.length > 0
  }

  const lookAt = (book: MarketBook): void => {
    if (turns.isUnderWay(book.marketId)) return turns.change(book)
    lookedAt++
    const now = clock.currentTimeMillisUnsafe()
    const wanted = isDue(book, now) ? ask(book, now) : none
    if (wanted.length > 0) wishes = wishes.length === 0 ? wanted : [...wishes, ...wanted]
  }

  const answer = Effect.suspend(() => {
    if (!look()) return Effect.void
    const wanted = wishes
    wishes = none
    tally.activity.cycles++
    return isLive ? carryOutApart(wanted) : carryOut(wanted)
  })

  const carryOut = (wanted: ReadonlyArray<StrategySignal>) =>
    filterByPredictions(wanted).pipe(
      Effect.flatMap(executeSignals),
      Effect.flatMap(recordOutcomes),
      OnDemand.span("TradingCycle", () => ({ markets: lookedAt }), { root: true })
    )

  /** Returns at once: the next update is looked at while the exchange is still to answer. */
  const carryOutApart = (wanted: ReadonlyArray<StrategySignal>) =>
    Effect.forEach(
      byMarket(wanted),
      ([marketId, own]) =>
        inTurn(marketId, carryOut(own)).pipe(
          Effect.catchCause((cause) => outcomes.failed(cause)),
          Effect.forkIn(scope, { startImmediately: true })
        ),
      { discard: true }
    )

  const canWait = (): boolean => {
    const now = clock.currentTimeMillisUnsafe()
    const { failures, phase } = breaker.state(now)
    if (phase !== checked.phase || failures !== checked.failures) return false
    return !feed.someTradable((book) => isDue(book, now))
  }

  return TradingCycle.of({
    run,
    canWait,
    isTouched: () => wishes.length > 0 || turns.hasChanged || feed.hasTouched(),
    look,
    answer
  })
})

const byMarket = (wishes: ReadonlyArray<StrategySignal>) => [...Map.groupBy(wishes, ({ marketId }) => marketId)]
