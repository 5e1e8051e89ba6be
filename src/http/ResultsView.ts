/**
 * What settled bets have brought, for tables and charts. It is worked out once for all who ask, however many pages are open:
 * again when bets have settled since, and otherwise every half a minute of the bot's time.
 */
import { Cache, Clock, Context, DateTime, Duration, Effect, Exit, Layer } from "effect"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { MarketSettlement } from "../bot/MarketSettlement.ts"
import { Tally } from "../bot/Tally.ts"
import { Settings } from "../config/Settings.ts"
import type { StrategyId } from "../domain/Identifiers.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { Executor } from "../execution/Executor.ts"
import * as DailyResults from "../monitoring/DailyResults.ts"
import * as EquityCurve from "../monitoring/EquityCurve.ts"
import * as Intervals from "../monitoring/Intervals.ts"
import { type History, Monitor } from "../monitoring/Monitor.ts"
import type { SettledResult } from "../monitoring/Performance.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { type Period, Records } from "./Records.ts"
import type { ProfitAnswer, ProfitBy } from "./wire/Answers.ts"
import { instant } from "./wire/Basic.ts"
import type { DailyProfitAnswer, EquityAnswer, StrategyResultAnswer } from "./wire/ResultAnswers.ts"

export interface EquityWanted extends Period {
  /** Null: all strategies together. */
  readonly strategyId: StrategyId | null
  readonly points: number
}

export class ResultsView extends Context.Service<
  ResultsView,
  {
    readonly equity: (wanted: EquityWanted) => Effect.Effect<EquityAnswer, StorageFailure>
    /** The last so many trading days on which bets settled. */
    readonly days: (most: number) => Effect.Effect<DailyProfitAnswer, StorageFailure>
    /** By name. */
    readonly strategies: Effect.Effect<ReadonlyArray<StrategyResultAnswer>, StorageFailure>
    readonly profit: (by: ProfitBy, period: Period) => Effect.Effect<ProfitAnswer, StorageFailure>
  }
>()("clever-better/http/ResultsView") {
  static readonly layer = Layer.effect(
    ResultsView,
    Effect.suspend(() => make)
  )
}

/** How old an answer may get while nothing settles: bets settled by somebody else, and the day, change it too. */
const staleAfterMs = 30_000
/** Different questions about profit whose answers are kept. */
const answersKept = 16

const shared = <Key, A>(lookup: (key: Key) => Effect.Effect<A, StorageFailure>, capacity: number) =>
  Cache.makeWith(lookup, {
    capacity,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
  })

/** The bets on one market win and lose together. */
const clustersOf = (results: ReadonlyArray<SettledResult>): ReadonlyArray<Intervals.Cluster> =>
  [...Map.groupBy(results, ({ marketId }) => marketId).values()].map((bets) => ({
    stake: bets.reduce((sum, { stake }) => sum + stake, 0),
    net: bets.reduce((sum, { net }) => sum + net, 0)
  }))

const intervalOf = (interval: Intervals.Interval | null) =>
  interval === null ? null : { low: interval[0], high: interval[1] }

const intervalsOf = ({ performances, results }: History) => {
  const own = Map.groupBy(results, ({ strategyId }) => strategyId)
  return new Map(
    performances.map(({ losses, strategyId, wins }) => [
      strategyId,
      {
        strikeRateInterval: intervalOf(Intervals.ofRate(wins, wins + losses)),
        roiInterval: intervalOf(Intervals.ofRatio(clustersOf(own.get(strategyId) ?? [])))
      }
    ])
  )
}

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { trading } = yield* Settings
  const { mode } = yield* Executor
  const tally = yield* Tally
  const settlement = yield* MarketSettlement
  const monitor = yield* Monitor
  const records = yield* Records
  const active = yield* ActiveStrategies
  const risk = yield* RiskManager
  const zone = DateTime.zoneMakeNamedUnsafe(trading.timeZone)

  /** Another one as soon as what is told may have changed. */
  const version = () =>
    [
      settlement.settlements(),
      tally.bets.settled,
      tally.bets.placed,
      Math.floor(clock.currentTimeMillisUnsafe() / staleAfterMs)
    ].join(" ")

  const history = yield* shared(
    (_version: string) => Effect.map(monitor.history, (found) => ({ ...found, intervals: intervalsOf(found) })),
    1
  )
  const profits = yield* shared(
    ({ by, from, to }: Period & { readonly version: string; readonly by: ProfitBy }) =>
      records.profit(by, { from, to }),
    answersKept
  )
  const known = Effect.suspend(() => Cache.get(history, version()))

  return ResultsView.of({
    equity: ({ from, points, strategyId, to }) =>
      Effect.map(known, ({ results }) => {
        const own = strategyId === null ? results : results.filter((result) => result.strategyId === strategyId)
        const curve = EquityCurve.of(own).filter(({ at }) => at >= from && at < to)
        return {
          mode,
          strategyId,
          instants: curve.length,
          maxDrawdownPence: curve.reduce((most, { drawdown }) => Math.max(most, drawdown), 0),
          points: EquityCurve.thin(curve, points).map(({ at, drawdown, net }) => ({
            at: instant(at),
            netPence: net,
            drawdownPence: drawdown
          }))
        }
      }),
    days: (most) =>
      Effect.map(known, ({ results }) => ({
        mode,
        timeZone: trading.timeZone,
        days: DailyResults.of(results, (at) => TradingDay.at(at, zone).key, most).map(
          ({ bets, day, net, strategies }) => ({
            day,
            bets,
            netPence: net,
            strategies: strategies.map((own) => ({
              strategyId: own.strategyId,
              bets: own.bets,
              netPence: own.net
            }))
          })
        )
      })),
    strategies: Effect.gen(function* () {
      const { intervals, performances } = yield* known
      const rows = yield* records.strategies
      const { strategies: atRisk } = yield* risk.riskMetrics
      const trading = new Set(active.all().map(({ id }) => id))
      return rows
        .map(({ active, id, kind, note }): StrategyResultAnswer => {
          const found = performances.find(({ strategyId }) => strategyId === id)
          const own = atRisk.find(({ strategyId }) => strategyId === id)
          return {
            strategyId: id,
            kind,
            active,
            trading: trading.has(id),
            note,
            openBets: own?.openBets ?? 0,
            exposurePence: own?.exposure ?? 0,
            bets: found?.bets ?? 0,
            wins: found?.wins ?? 0,
            losses: found?.losses ?? 0,
            netPence: found?.net ?? 0,
            stakedPence: found?.staked ?? 0,
            strikeRate: found?.winRate ?? null,
            strikeRateInterval: intervals.get(id)?.strikeRateInterval ?? null,
            roi: found?.roi ?? null,
            roiInterval: intervals.get(id)?.roiInterval ?? null,
            streak: found?.currentStreak ?? 0,
            sharpe: found?.sharpe ?? null,
            maxDrawdownPence: found?.maxDrawdown ?? 0
          }
        })
        .toSorted((a, b) => (a.strategyId < b.strategyId ? -1 : 1))
    }),
    profit: (by, { from, to }) => Effect.suspend(() => Cache.get(profits, { version: version(), by, from, to }))
  })
})
