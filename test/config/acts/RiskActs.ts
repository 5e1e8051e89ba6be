/** What the limits of `trading` and `bot` do to orders and to the circuit breaker. */
import { Clock, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import { AuditRepository } from "../../../src/persistence/AuditRepository.ts"
import { TradingStateRepository } from "../../../src/persistence/TradingStateRepository.ts"
import { CircuitBreaker } from "../../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../../src/risk/RiskManager.ts"
import { TradingState } from "../../../src/risk/TradingState.ts"
import {
  betId,
  limit,
  market,
  noon,
  request,
  type RequestChanges,
  settlement,
  strategyId
} from "../../risk/Builders.ts"
import { act, type Acts, type Look } from "./Act.ts"

const layer = (settings: SettingsValue) =>
  RiskManager.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(CircuitBreaker.layer("paper"), TradingState.layer("paper"))),
    Layer.provide(Layer.merge(TradingStateRepository.layerMemory, AuditRepository.layerMemory)),
    Layer.provide(Layer.succeed(Settings, settings))
  )

const looking =
  (look: Effect.Effect<unknown, unknown, RiskManager | CircuitBreaker>, at = noon): Look =>
  (settings) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const risk = yield* RiskManager
      yield* risk.restore({ bankroll: 100_000, openBets: [], settledToday: [] })
      return yield* look
    }).pipe(Effect.provide(layer(settings)))

const reserve = (changes: RequestChanges) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const outcome = yield* RiskManager.use((risk) => risk.reserve(request({ now, ...changes })))
    return Result.isSuccess(outcome) ? "approved" : outcome.failure.reason
  })

/** What the last of these orders is answered. */
const answerTo = (...orders: ReadonlyArray<RequestChanges>) =>
  looking(Effect.map(Effect.forEach(orders, reserve), (answers) => answers.at(-1)))

const settled = (net: number, at = noon) => RiskManager.use((risk) => risk.recordSettlement(settlement(100, net, at)))

const refusing = (reason: string): readonly [unknown, unknown] => ["approved", reason]

/** The stake for an edge of two pence in the pound. */
const kelly = looking(
  RiskManager.use((risk) =>
    risk.calculatePositionSize({ side: "BACK", price: 300, probability: 0.36, market: market() })
  ).pipe(Effect.map((size) => Result.getOrThrow(size).stake))
)

/** A loss of Wednesday evening in London, looked at an hour later, when it is Thursday there. */
const acrossMidnight = looking(
  Effect.gen(function* () {
    yield* settled(-10_000, Date.parse("2026-07-01T22:30:00Z"))
    yield* TestClock.adjust("1 hour")
    return yield* reserve({})
  }),
  Date.parse("2026-07-01T22:30:00Z")
)

const phase = Effect.gen(function* () {
  return (yield* CircuitBreaker).state(yield* Clock.currentTimeMillis).phase
})

const lose = (bets: number, net = -1) =>
  CircuitBreaker.use((breaker) =>
    Effect.forEach(
      Array.from({ length: bets }, (_, n) => n + 1),
      (n) => breaker.recordBetResult({ betId: betId(n), net, bankroll: 100_000 + n * net, at: noon })
    )
  )

const failure = CircuitBreaker.use((breaker) => breaker.recordFailure("executor", "no answer"))
const open = CircuitBreaker.use((breaker) => breaker.triggerEmergencyShutdown("a test"))
const breakerDenial = Effect.gen(function* () {
  return (yield* CircuitBreaker).denial(yield* Clock.currentTimeMillis)?.reason ?? "none"
})

const other = { id: 2, slot: "other" }

export const riskActs: Acts = {
  "trading.max_stake_per_bet": act([10, 5], refusing("stake_above_limit"), answerTo({ order: limit(300, 800) })),
  "trading.max_liability_per_bet": act(
    [50, 7],
    refusing("liability_above_limit"),
    answerTo({ order: limit(300, 800) })
  ),
  "trading.min_stake": act([2, 3], refusing("size_below_minimum"), answerTo({ order: limit(300, 200) })),
  "trading.kelly_fraction": act([0.25, 0.4], [578, 926], kelly),
  "trading.max_daily_loss": act([100, 5], refusing("daily_loss"), looking(Effect.andThen(settled(-600), reserve({})))),
  "trading.daily_stop_win": act(
    [null, 5],
    refusing("daily_stop_win"),
    looking(Effect.andThen(settled(600), reserve({})))
  ),
  "trading.max_exposure": act([500, 3], refusing("account_exposure"), answerTo({}, { ...other, market: 2 })),
  "trading.max_market_exposure": act([100, 3], refusing("market_exposure"), answerTo({}, { ...other, runner: 2 })),
  "trading.max_selection_exposure": act([50, 3], refusing("selection_exposure"), answerTo({}, other)),
  "trading.max_strategy_exposure": act([250, 3], refusing("strategy_exposure"), answerTo({}, { ...other, market: 2 })),
  "trading.max_concurrent_bets": act([10, 1], refusing("concurrent_bets"), answerTo({}, { ...other, market: 2 })),
  "trading.time_zone": act(["Europe/London", "America/New_York"], refusing("daily_loss"), acrossMidnight),
  "trading.min_time_to_start_seconds": act([60, 700], refusing("outside_window"), answerTo({})),
  "trading.min_odds": act([1.01, 3.05], refusing("odds_out_of_range"), answerTo({ order: limit(300, 200) })),
  "trading.max_odds": act([1000, 2.98], refusing("odds_out_of_range"), answerTo({ order: limit(300, 200) })),
  "trading.max_ticks_from_best": act([20, 0], refusing("price_too_far"), answerTo({ order: limit(298, 200) })),
  "trading.max_price_age_seconds": act(
    [120, 5],
    refusing("stale_prices"),
    answerTo({ prices: { publishTime: noon - 10_000 } })
  ),
  "trading.min_confidence_threshold": act([0, 0.7], refusing("confidence_too_low"), answerTo({ confidence: 0.5 })),
  "trading.emergency_shutdown_enabled": act(
    [true, false],
    ["circuit_breaker_open", "none"],
    looking(Effect.andThen(lose(5), breakerDenial))
  ),
  "bot.max_consecutive_losses": act([5, 2], ["CLOSED", "OPEN"], looking(Effect.andThen(lose(2), phase))),
  "bot.max_drawdown_percent": act([0.15, 0.05], ["CLOSED", "OPEN"], looking(Effect.andThen(lose(1, -10_000), phase))),
  "bot.max_failures": act(
    [10, 2],
    ["CLOSED", "OPEN"],
    looking(failure.pipe(Effect.andThen(failure), Effect.andThen(phase)))
  ),
  "bot.failure_window_minutes": act(
    [5, 1],
    ["OPEN", "CLOSED"],
    looking(
      failure.pipe(Effect.andThen(TestClock.adjust("2 minutes")), Effect.andThen(failure), Effect.andThen(phase))
    ),
    { bot: { max_failures: 2 } }
  ),
  "bot.breaker_cooldown_minutes": act(
    [30, 10],
    ["OPEN", "HALF_OPEN"],
    looking(open.pipe(Effect.andThen(TestClock.adjust("15 minutes")), Effect.andThen(phase)))
  ),
  "bot.half_open_trials": act(
    [1, 2],
    ["half_open_trials_used", "approved"],
    looking(
      open.pipe(
        Effect.andThen(TestClock.adjust("30 minutes")),
        Effect.andThen(reserve({ strategyId: strategyId("first") })),
        Effect.andThen(reserve(other))
      )
    )
  )
}
