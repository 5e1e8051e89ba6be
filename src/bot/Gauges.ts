/** The metrics that are read when somebody looks, because what they show changes with every market update. */
import { Clock, Context, Effect, Layer, type Scope } from "effect"
import * as Metrics from "../monitoring/Metrics.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { TradingState } from "../risk/TradingState.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { Feed } from "./Feed.ts"
import { OddsRecorder } from "./OddsRecorder.ts"
import { Tally } from "./Tally.ts"

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
const statuses = { Active: 0, Paused: 1, Halted: 2 }

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const strategies = yield* ActiveStrategies
  const feed = yield* Feed
  const odds = yield* OddsRecorder
  const tally = yield* Tally

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
      yield* Metrics.follow("breaker_state", {}, () => phases[breaker.state(clock.currentTimeMillisUnsafe()).phase])
      yield* Metrics.follow("trading_state", {}, () => statuses[trading.current().status])
    })
  })
})
