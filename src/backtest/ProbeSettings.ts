/**
 * The conditions under which probes run, so that nothing but the matching rules decides: strategies asked on every update,
 * the reference's latencies, all markets, and limits that never bind. Whatever else the settings say stays as it is.
 */
import { Duration } from "effect"
import type { SettingsValue } from "../config/Settings.ts"
import type { StrategyId } from "../domain/Identifiers.ts"

export type ProfileName = SettingsValue["paper"]["profile"]

export const placeLatencyMs = 120
export const cancelLatencyMs = 170
export const updateLatencyMs = 150
export const replaceLatencyMs = 280

/** Rounds of a loop that are not to come. */
const never = Duration.days(100_000)

/** The account is rich enough for whatever a probe wants, in pence. */
const boundless = 1e13

/** @param kind of the one strategy that trades */
export const of = (settings: SettingsValue, kind: string, profile: ProfileName): SettingsValue => ({
  ...settings,
  trading: {
    ...settings.trading,
    bankroll: boundless,
    maxStakePerBet: Infinity,
    maxLiabilityPerBet: Infinity,
    minStake: 1,
    maxDailyLoss: Infinity,
    dailyStopWin: null,
    maxExposure: Infinity,
    maxMarketExposure: Infinity,
    maxSelectionExposure: Infinity,
    maxStrategyExposure: Infinity,
    maxConcurrentBets: Infinity,
    strategyEvaluationInterval: never,
    evaluation: "on_update",
    minEvaluationGapMs: Duration.zero,
    minOdds: 1.01,
    maxOdds: 1000,
    maxTicksFromBest: Infinity,
    minConfidenceThreshold: 0,
    emergencyShutdownEnabled: false
  },
  bot: {
    ...settings.bot,
    orderMonitoringInterval: never,
    maxOrderAgeSeconds: never,
    performanceUpdateInterval: never
  },
  features: { ...settings.features, mlPredictionsEnabled: false },
  markets: { eventTypes: [], countries: [], marketTypes: [] },
  paper: {
    profile,
    placeLatencyMs: Duration.millis(placeLatencyMs),
    cancelLatencyMs: Duration.millis(cancelLatencyMs),
    updateLatencyMs: Duration.millis(updateLatencyMs),
    replaceLatencyMs: Duration.millis(replaceLatencyMs)
  },
  odds: { ...settings.odds, persist: false },
  strategies: {
    modules: [],
    active: [{ id: kind as StrategyId, kind, active: true, parameters: {} }]
  }
})
