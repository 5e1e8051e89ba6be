/** The limits that every order is held against, in the units of the rules: pence, hundredths of odds, milliseconds. */
import { Duration } from "effect"
import type { SettingsValue } from "../config/Settings.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"

export interface RiskLimits {
  readonly kellyFraction: number
  readonly minStake: Pence
  readonly maxStake: Pence
  readonly maxLiability: Pence
  readonly maxDailyLoss: Pence
  /** Null: no such limit. */
  readonly dailyStopWin: Pence | null
  readonly maxExposure: Pence
  readonly maxMarketExposure: Pence
  readonly maxSelectionExposure: Pence
  readonly maxStrategyExposure: Pence
  readonly maxConcurrentBets: number
  readonly minTimeToStartMs: number
  readonly minOdds: Price
  readonly maxOdds: Price
  readonly maxTicksFromBest: number
  readonly maxPriceAgeMs: number
  readonly minConfidence: number
}

export const fromSettings = (trading: SettingsValue["trading"]): RiskLimits => ({
  kellyFraction: trading.kellyFraction,
  minStake: trading.minStake,
  maxStake: trading.maxStakePerBet,
  maxLiability: trading.maxLiabilityPerBet,
  maxDailyLoss: trading.maxDailyLoss,
  dailyStopWin: trading.dailyStopWin,
  maxExposure: trading.maxExposure,
  maxMarketExposure: trading.maxMarketExposure,
  maxSelectionExposure: trading.maxSelectionExposure,
  maxStrategyExposure: trading.maxStrategyExposure,
  maxConcurrentBets: trading.maxConcurrentBets,
  minTimeToStartMs: Duration.toMillis(trading.minTimeToStartSeconds),
  minOdds: PriceLadder.fromDecimal(trading.minOdds),
  maxOdds: PriceLadder.fromDecimal(trading.maxOdds),
  maxTicksFromBest: trading.maxTicksFromBest,
  maxPriceAgeMs: Duration.toMillis(trading.maxPriceAgeSeconds),
  minConfidence: trading.minConfidenceThreshold
})
