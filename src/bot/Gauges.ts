/** The metrics that are read when somebody looks, because what they show changes with every market update. */
import { Clock, Context, Effect, Layer, type Scope } from "effect"
import * as Metrics from "../monitoring/Metrics.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { TradingState } from "../risk/TradingState.ts"
import { Settings } from "../config/Settings.ts"
import { Executor } from "../execution/Executor.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { Feed } from "./Feed.ts"
import { OddsRecorder } from "./OddsRecorder.ts"
import { OpenBets } from "./OpenBets.ts"
import { PredictionLog } from "./PredictionLog.ts"
import * as ProcessGauges from "./ProcessGauges.ts"
import { Tally } from "./Tally.ts"
import { Watch } from "./Watch.ts"

export class Gauges extends Context.Service<
  Gauges,
  {
    /** Shows them until the scope closes, and counts the breaker's openings. */
    readonly follow: Effect.Effect<void, never, Scope.Scope>
  }
>()("clever-better/bot/Gauges") {
  static readonly layer = Layer.effect(
    Gauges,
    Effect.suspend(() => make)
  )
}

const phases = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 }
const statuses = { Active: 0, Paused: 1, Halted: 2, Reducing: 3 }

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { guards, trading: limits } = yield* Settings
  const { mode } = yield* Executor
  const openBets = yield* OpenBets
  const decisions = yield* DecisionLog
  const watch = yield* Watch
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const strategies = yield* ActiveStrategies
  const feed = yield* Feed
  const odds = yield* OddsRecorder
  const predictions = yield* PredictionLog
  const tally = yield* Tally

  const unknownBets = (): number => {
    let count = 0
    for (const { status } of openBets.all()) if (status === "unknown") count++
    return count
  }

  return Gauges.of({
    follow: Effect.gen(function* () {
      breaker.onOpen(() => Metrics.count("breaker_trips_total", {}))
      yield* Metrics.register
      yield* Metrics.follow("market_updates_total", {}, () => tally.activity.updates)
      yield* Metrics.follow("strategy_evaluations_total", {}, () => tally.activity.evaluations)
      yield* Metrics.follow("commission", {}, () => tally.money.commission)
      yield* Metrics.follow("open_markets", {}, () => [...feed.tradable()].length)
      yield* Metrics.follow("active_strategies", {}, () => strategies.all().length)
      yield* Metrics.follow("odds_buffer", {}, odds.waiting)
      yield* Metrics.follow("odds_dropped_total", {}, odds.dropped)
      yield* Metrics.follow("predictions_dropped_total", {}, predictions.dropped)
      yield* Metrics.follow("decisions_buffer", {}, decisions.waiting)
      yield* Metrics.follow("decisions_dropped_total", {}, decisions.dropped)
      yield* Metrics.follow("feed_age_seconds", {}, () => clock.currentTimeMillisUnsafe() - feed.lastArrival())
      yield* Metrics.follow("unknown_bets", {}, unknownBets)
      yield* Metrics.set("daily_loss_limit", {}, limits.maxDailyLoss)
      yield* Metrics.set("exposure_limit", {}, limits.maxExposure)
      yield* Metrics.set("transactions_limit", {}, guards.maxTransactionsPerHour)
      yield* Metrics.follow("drawdown_ratio", {}, () => breaker.state(clock.currentTimeMillisUnsafe()).drawdown)
      yield* watch.follow
      yield* ProcessGauges.follow(mode)
      yield* Metrics.follow("breaker_state", {}, () => phases[breaker.state(clock.currentTimeMillisUnsafe()).phase])
      yield* Metrics.follow("trading_state", {}, () => statuses[trading.current().status])
    })
  })
})
