/** How the bot stands, put together from what is in memory: cheap enough for every second. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { Feed } from "../bot/Feed.ts"
import { Funds } from "../bot/Funds.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Tally } from "../bot/Tally.ts"
import { Settings } from "../config/Settings.ts"
import { explain } from "../domain/Decision.ts"
import { Executor } from "../execution/Executor.ts"
import { MarketData } from "../market/MarketData.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { TradingState } from "../risk/TradingState.ts"
import manifest from "../../package.json" with { type: "json" }
import type { StatusAnswer } from "./wire/Answers.ts"
import { instant, instantOrNull } from "./wire/Basic.ts"

export const version: string = manifest.version

export class StatusView extends Context.Service<StatusView, { readonly status: Effect.Effect<StatusAnswer> }>()(
  "clever-better/http/StatusView"
) {
  static readonly layer = Layer.effect(
    StatusView,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  // The bot's own, which in a recording is not the machine's.
  const clock = yield* Clock.Clock
  const { bot, trading: limits } = yield* Settings
  const { mode } = yield* Executor
  const { description } = yield* MarketData
  const orchestrator = yield* Orchestrator
  const trading = yield* TradingState
  const breaker = yield* CircuitBreaker
  const risk = yield* RiskManager
  const feed = yield* Feed
  const tally = yield* Tally
  const strategies = yield* ActiveStrategies
  const funds = yield* Effect.serviceOption(Funds)

  const breakerAt = (now: number): StatusAnswer["breaker"] => {
    const { peak, retryAt, since, trialsOut: _, ...state } = breaker.state(now)
    return {
      ...state,
      since: instant(since),
      retryAt: instantOrNull(retryAt),
      maxConsecutiveLosses: bot.maxConsecutiveLosses,
      maxDrawdown: bot.maxDrawdownPercent,
      peakPence: peak
    }
  }

  return StatusView.of({
    status: Effect.gen(function* () {
      const now = clock.currentTimeMillisUnsafe()
      const metrics = yield* risk.riskMetrics
      const denial = yield* risk.checkRiskLimits(now)
      const { isStopping, startedAt } = orchestrator.status()
      const { since, ...state } = trading.current()
      return {
        at: instant(now),
        version,
        mode,
        feed: description,
        startedAt: instant(startedAt),
        stopping: isStopping,
        trading: { ...state, since: instant(since) },
        breaker: breakerAt(now),
        noBets: denial === null ? null : explain(denial),
        money: {
          bankrollPence: metrics.bankroll,
          availablePence: metrics.available,
          fundsPence: Option.match(funds, { onNone: () => null, onSome: ({ known }) => known()?.available ?? null }),
          exposurePence: metrics.exposure,
          exposureLimitPence: metrics.exposureLimit,
          liabilityPence: metrics.liability,
          day: metrics.day,
          dailyNetPence: metrics.dailyNet,
          dailyLossPence: metrics.dailyLoss,
          dailyLossLimitPence: metrics.dailyLossLimit
        },
        bets: {
          open: metrics.openBets,
          openLimit: limits.maxConcurrentBets,
          unknown: metrics.unknownBets,
          settledSinceStart: tally.bets.settled,
          placedSinceStart: tally.bets.placed,
          rejectedSinceStart: tally.bets.rejected
        },
        exposureByStrategy: metrics.strategies.map(({ exposure, openBets, strategyId }) => ({
          strategyId,
          exposurePence: exposure,
          openBets
        })),
        activeStrategies: strategies.all().map(({ id }) => id),
        marketsOpen: [...feed.tradable()].length,
        marketUpdates: tally.activity.updates
      }
    })
  })
})
