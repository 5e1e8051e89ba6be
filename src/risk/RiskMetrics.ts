/** The account's risk in numbers, for people, metrics and the first lines of a cycle. Amounts are pence. */
import type { StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { RiskLimits } from "./RiskLimits.ts"
import type { RiskState } from "./RiskState.ts"

export interface StrategyExposure {
  readonly strategyId: StrategyId
  readonly exposure: Pence
  readonly openBets: number
}

export interface RiskMetrics {
  /** Worst case over all open bets. */
  readonly exposure: Pence
  readonly exposureLimit: Pence
  /** Sum of what each open bet can lose taken alone: never below the exposure but for the rounding of hedges. */
  readonly liability: Pence
  /** 0 until restored. */
  readonly bankroll: Pence
  /** What may still be lost: the bankroll less the exposure. */
  readonly available: Pence
  /** The trading day, `2026-03-29`. */
  readonly day: string
  /** Realised today, net of commission; a loss is negative. */
  readonly dailyNet: Pence
  /** The same as two positive amounts, of which one is 0. */
  readonly dailyProfit: Pence
  readonly dailyLoss: Pence
  readonly dailyLossLimit: Pence
  readonly openBets: number
  /** Of them, bets that may or may not have been placed. */
  readonly unknownBets: number
  /** Strategies with open bets, by name. */
  readonly strategies: ReadonlyArray<StrategyExposure>
}

export const of = (state: RiskState, limits: RiskLimits): RiskMetrics => {
  const { bankroll, dailyNet, open } = state
  return {
    exposure: open.exposure,
    exposureLimit: limits.maxExposure,
    liability: open.liability,
    bankroll: bankroll ?? 0,
    available: (bankroll ?? 0) - open.exposure,
    day: state.day?.key ?? "",
    dailyNet,
    dailyProfit: Math.max(0, dailyNet),
    dailyLoss: Math.max(0, 0 - dailyNet),
    dailyLossLimit: limits.maxDailyLoss,
    openBets: open.openBets,
    unknownBets: open.unknown,
    strategies: Array.from(open.byStrategy(), ([strategyId, { bets, exposure }]) => ({
      strategyId,
      exposure,
      openBets: bets
    })).toSorted((a, b) => (a.strategyId < b.strategyId ? -1 : 1))
  }
}
