/**
 * Keeps the strategies' performance up to date and answers what a dashboard asks. The settled bets in the database are the
 * source; what has been counted is kept in memory, and after a restart it is counted again from there.
 */
import { Clock, Context, DateTime, Effect, Layer, Semaphore } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Bet } from "../domain/Bet.ts"
import type { StrategyId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Pence } from "../domain/Money.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { type PerformanceRecord, PerformanceRepository } from "../persistence/PerformanceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { StrategyRepository } from "../persistence/StrategyRepository.ts"
import * as Ledger from "./Ledger.ts"
import * as LogFields from "./LogFields.ts"
import * as Metrics from "./Metrics.ts"
import * as Performance from "./Performance.ts"

export interface Dashboard {
  readonly activeStrategies: ReadonlyArray<StrategyId>
  /** Bets placed since the trading day began that are open or settled; those that ended without a match do not count. */
  readonly betsToday: number
  /** Net of commission, of the bets settled since the trading day began. */
  readonly profitToday: Pence
  /** Best net result first. */
  readonly topStrategies: ReadonlyArray<Performance.Performance>
  /** Newest first, settled or not. */
  readonly recentBets: ReadonlyArray<Bet>
}

export interface History {
  readonly results: ReadonlyArray<Performance.SettledResult>
  readonly performances: ReadonlyArray<Performance.Performance>
}

export class Monitor extends Context.Service<
  Monitor,
  {
    /**
     * Counts what has settled since the last time, writes the row of each strategy and day that changed, and tells metrics
     * and log. A row that could not be written is written with the next update.
     */
    readonly updatePerformance: Effect.Effect<ReadonlyArray<Performance.Performance>, StorageFailure>
    /** Every strategy that has bet, as of now, by name. */
    readonly liveMetrics: Effect.Effect<ReadonlyArray<Performance.Performance>, StorageFailure>
    /** Every settled bet of all strategies, in the order of settlement, and what was made of them: both of one moment. */
    readonly history: Effect.Effect<History, StorageFailure>
    readonly dashboardData: Effect.Effect<Dashboard, StorageFailure>
  }
>()("clever-better/monitoring/Monitor") {
  static readonly layer = (mode: Mode) => Layer.effect(Monitor, make(mode))
}

/**
 * How far back each update reads beyond the last one: a bet may be written this long after the instant it settled at.
 */
const lookBackMs = 3_600_000

const topCount = 5
const recentCount = 20

const make = Effect.fnUntraced(function* (mode: Mode) {
  const settings = yield* Settings
  const bets = yield* BetRepository
  const performances = yield* PerformanceRepository
  const strategies = yield* StrategyRepository
  const { advancedAnalyticsEnabled } = settings.features
  const sharpe = advancedAnalyticsEnabled
    ? { bankroll: settings.trading.bankroll, riskFreeRate: settings.bot.riskFreeRate }
    : null
  const dayAt = daysOf(DateTime.zoneMakeNamedUnsafe(settings.trading.timeZone))
  const oneAtATime = Semaphore.makeUnsafe(1)

  const ledgers = new Map<StrategyId, Ledger.Ledger>()
  /** Changed days that are not written yet: one for each strategy and day since the last successful write. */
  const unwritten = new Map<string, Ledger.DayEnd>()
  let readUntil: number | null = null

  const ledgerOf = (strategyId: StrategyId): Ledger.Ledger => {
    const ledger = ledgers.get(strategyId) ?? Ledger.make(strategyId, (at) => dayAt(at).key)
    ledgers.set(strategyId, ledger)
    return ledger
  }

  const readNew = Effect.fnUntraced(function* (now: number) {
    const isFirst = readUntil === null
    const settled = yield* bets.settledBetween(mode, isFirst ? 0 : readUntil! - lookBackMs, now + 1)
    const results = settled.flatMap((bet) => Performance.resultOf(bet) ?? [])
    for (const [strategyId, own] of Map.groupBy(results.toSorted(Performance.byAge), (result) => result.strategyId)) {
      const ends = ledgerOf(strategyId).take(own)
      // Rows of earlier days were written when those days were today.
      for (const end of isFirst ? ends.slice(-1) : ends) unwritten.set(`${strategyId} ${end.day}`, end)
    }
    readUntil = now
  })

  const takeIn = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* readNew(now)
    const open = yield* bets.open(mode)
    return { now, day: dayAt(now), open, pending: Map.groupBy(open, ({ strategyId }) => strategyId) }
  }).pipe(oneAtATime.withPermits(1))

  type Standing = Effect.Success<typeof takeIn>

  const reportOf = (running: Performance.Running, { day, pending }: Standing) =>
    Performance.report(running, {
      pending: pending.get(running.strategyId)?.length ?? 0,
      day: day.key,
      sharpe
    })

  const reportAll = (standing: Standing): ReadonlyArray<Performance.Performance> =>
    [...new Set([...ledgers.keys(), ...standing.pending.keys()])]
      .toSorted()
      .map((strategyId) => reportOf(ledgerOf(strategyId).running(), standing))

  const writeRows = Effect.fnUntraced(function* (standing: Standing) {
    const changed = [...unwritten]
    if (changed.length === 0) return
    const rows = changed.map(([, end]): PerformanceRecord => {
      const report = reportOf(end.running, { ...standing, day: { ...standing.day, key: end.day } })
      return recordOf(mode, end.day, report, standing.now)
    })
    yield* performances.record(rows)
    for (const [key, end] of changed) if (unwritten.get(key) === end) unwritten.delete(key)
    const names = new Set(rows.map(({ strategyId }) => strategyId))
    yield* Effect.forEach(names, (strategyId) => tell(reportOf(ledgerOf(strategyId).running(), standing)), {
      discard: true
    })
  })

  return Monitor.of({
    updatePerformance: Effect.gen(function* () {
      const standing = yield* takeIn
      yield* writeRows(standing)
      return reportAll(standing)
    }).pipe(Effect.withSpan("Monitor.updatePerformance")),
    liveMetrics: Effect.map(takeIn, reportAll),
    history: Effect.map(takeIn, (standing) => ({
      results: [...ledgers.values()].flatMap((ledger) => ledger.results()).toSorted(Performance.byAge),
      performances: reportAll(standing)
    })),
    dashboardData: Effect.gen(function* () {
      const standing = yield* takeIn
      const active = yield* strategies.active
      const { key, start } = standing.day
      const all = [...ledgers.values()]
      return {
        activeStrategies: active.map(({ id }) => id),
        betsToday:
          all.reduce((sum, ledger) => sum + ledger.placedSince(start), 0) +
          standing.open.filter(({ createdAt }) => createdAt >= start).length,
        profitToday: all.reduce((sum, ledger) => sum + ledger.netOn(key), 0),
        topStrategies: reportAll(standing)
          .toSorted((a, b) => b.net - a.net)
          .slice(0, topCount),
        recentBets: yield* bets.recent(mode, recentCount)
      }
    })
  })
})

/** The trading day of an instant, remembered, because most instants lie in the day that was asked for last. */
const daysOf = (timeZone: DateTime.TimeZone) => {
  let last: TradingDay.TradingDay | null = null
  return (at: number): TradingDay.TradingDay => {
    if (last === null || !TradingDay.contains(last, at)) last = TradingDay.at(at, timeZone)
    return last
  }
}

const tell = (performance: Performance.Performance) =>
  Metrics.set("strategy_profit", { strategy_id: performance.strategyId }, performance.net).pipe(
    Effect.andThen(Effect.logInfo("Performance")),
    Effect.annotateLogs(LogFields.performance(performance))
  )

const recordOf = (
  mode: Mode,
  day: string,
  performance: Performance.Performance,
  updatedAt: number
): PerformanceRecord => ({
  mode,
  strategyId: performance.strategyId,
  day,
  bets: performance.bets,
  wins: performance.wins,
  losses: performance.losses,
  pending: performance.pending,
  profit: performance.net,
  commission: performance.commission,
  staked: performance.staked,
  largestWin: performance.largestWin,
  largestLoss: performance.largestLoss,
  currentStreak: performance.currentStreak,
  sharpe: performance.sharpe,
  maxDrawdown: performance.maxDrawdown,
  updatedAt
})
