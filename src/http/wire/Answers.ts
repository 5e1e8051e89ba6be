/** What the API answers, apart from bets: how the bot stands, its markets, strategies and results. */
import { Schema } from "effect"
import { MarketId, SelectionId, StrategyId } from "../../domain/Identifiers.ts"
import { Mode } from "../../domain/Mode.ts"
import { Fraction, Instant, Odds, Pence } from "./Basic.ts"
import { BetAnswer } from "./BetAnswer.ts"
import { PredictionAnswer } from "./PredictionAnswer.ts"

export const StatusAnswer = Schema.Struct({
  at: Instant,
  version: Schema.String,
  mode: Mode,
  feed: Schema.String,
  startedAt: Instant,
  stopping: Schema.Boolean,
  trading: Schema.Struct({
    status: Schema.Literals(["Active", "Paused", "Reducing", "Halted"]),
    reason: Schema.String,
    since: Instant,
    by: Schema.String
  }),
  breaker: Schema.Struct({
    phase: Schema.Literals(["CLOSED", "HALF_OPEN", "OPEN"]),
    reason: Schema.String,
    since: Instant,
    retryAt: Schema.NullOr(Instant),
    stopsTrading: Schema.Boolean,
    consecutiveLosses: Schema.Int,
    maxConsecutiveLosses: Schema.Int,
    drawdown: Fraction,
    maxDrawdown: Fraction,
    peakPence: Schema.NullOr(Pence),
    failures: Schema.Int,
    trips: Schema.Int
  }),
  noBets: Schema.NullOr(Schema.String).annotate({ description: "why no bet at all may be placed now; null: it may" }),
  money: Schema.Struct({
    bankrollPence: Pence,
    availablePence: Pence,
    fundsPence: Schema.NullOr(Pence).annotate({ description: "what the exchange last told; null: on paper" }),
    exposurePence: Pence,
    exposureLimitPence: Pence,
    liabilityPence: Pence,
    day: Schema.String.annotate({ description: "the trading day, 2026-03-29" }),
    dailyNetPence: Pence,
    dailyLossPence: Pence,
    dailyLossLimitPence: Pence
  }),
  bets: Schema.Struct({
    open: Schema.Int,
    openLimit: Schema.Int,
    unknown: Schema.Int,
    settledSinceStart: Schema.Int.annotate({ description: "when it changes, results have changed" }),
    placedSinceStart: Schema.Int,
    rejectedSinceStart: Schema.Int
  }),
  exposureByStrategy: Schema.Array(
    Schema.Struct({ strategyId: StrategyId, exposurePence: Pence, openBets: Schema.Int })
  ),
  activeStrategies: Schema.Array(StrategyId),
  marketsOpen: Schema.Int,
  marketUpdates: Schema.Int
}).annotate({ identifier: "Status" })
export type StatusAnswer = typeof StatusAnswer.Type

export const CheckAnswer = Schema.Struct({
  name: Schema.String,
  well: Schema.Boolean,
  text: Schema.String
}).annotate({ identifier: "Check" })
export type CheckAnswer = typeof CheckAnswer.Type

export const ReadinessAnswer = Schema.Struct({
  ready: Schema.Boolean,
  checks: Schema.Array(CheckAnswer)
}).annotate({ identifier: "Readiness" })
export type ReadinessAnswer = typeof ReadinessAnswer.Type

export const RefusalAnswer = Schema.Struct({
  at: Instant,
  strategyId: StrategyId,
  selectionId: Schema.NullOr(SelectionId),
  step: Schema.Literals(["window", "strategy", "prediction", "size", "risk", "execution"]),
  reason: Schema.String.annotate({ description: "from the closed list of reasons" }),
  value: Schema.NullOr(Schema.Finite),
  limit: Schema.NullOr(Schema.Finite),
  text: Schema.String.annotate({ description: "the reason in words, with its numbers" })
}).annotate({ identifier: "Refusal" })
export type RefusalAnswer = typeof RefusalAnswer.Type

export const MarketAnswer = Schema.Struct({
  marketId: MarketId,
  name: Schema.String,
  venue: Schema.NullOr(Schema.String),
  marketType: Schema.NullOr(Schema.String),
  status: Schema.Literals(["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"]),
  inPlay: Schema.Boolean,
  off: Instant,
  runners: Schema.Int,
  openBets: Schema.Int,
  lastRefusal: Schema.NullOr(RefusalAnswer)
}).annotate({ identifier: "Market" })
export type MarketAnswer = typeof MarketAnswer.Type

export const RunnerAnswer = Schema.Struct({
  selectionId: SelectionId,
  handicap: Schema.Finite,
  name: Schema.NullOr(Schema.String),
  clothNumber: Schema.NullOr(Schema.String),
  status: Schema.String,
  bestBack: Schema.NullOr(Odds),
  bestBackPence: Pence,
  bestLay: Schema.NullOr(Odds),
  bestLayPence: Pence,
  lastPriceTraded: Schema.NullOr(Odds),
  matchedPence: Pence
}).annotate({ identifier: "Runner" })
export type RunnerAnswer = typeof RunnerAnswer.Type

export const MarketDetailAnswer = Schema.Struct({
  market: MarketAnswer,
  pricesAt: Schema.NullOr(Instant),
  runners: Schema.Array(RunnerAnswer),
  bets: Schema.Array(BetAnswer)
}).annotate({ identifier: "MarketDetail" })
export type MarketDetailAnswer = typeof MarketDetailAnswer.Type

export const PerformanceAnswer = Schema.Struct({
  strategyId: StrategyId,
  bets: Schema.Int,
  wins: Schema.Int,
  losses: Schema.Int,
  pending: Schema.Int,
  netPence: Pence,
  commissionPence: Pence,
  stakedPence: Pence,
  winRate: Schema.NullOr(Fraction),
  roi: Schema.NullOr(Fraction),
  averageStakePence: Schema.NullOr(Schema.Finite),
  largestWinPence: Pence,
  largestLossPence: Pence,
  streak: Schema.Int,
  sharpe: Schema.NullOr(Schema.Finite),
  maxDrawdownPence: Pence
}).annotate({ identifier: "Performance" })
export type PerformanceAnswer = typeof PerformanceAnswer.Type

export const StrategyAnswer = Schema.Struct({
  id: StrategyId,
  kind: Schema.String,
  active: Schema.Boolean.annotate({ description: "as its row says" }),
  trading: Schema.NullOr(Schema.Boolean).annotate({
    description: "whether the running bot asks it: false of one that failed too often; null: no bot was asked"
  }),
  parameters: Schema.Record(Schema.String, Schema.Unknown),
  note: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Strategy" })
export type StrategyAnswer = typeof StrategyAnswer.Type

export const ProfitBy = Schema.Literals(["day", "week", "month", "strategy", "track"])
export type ProfitBy = typeof ProfitBy.Type

const figures = {
  bets: Schema.Int,
  wins: Schema.Int,
  losses: Schema.Int,
  stakedPence: Pence,
  profitPence: Pence.annotate({ description: "before commission, in pence" }),
  commissionPence: Pence,
  netPence: Pence,
  roi: Schema.NullOr(Fraction).annotate({ description: "net by matched stake; null: nothing was matched" })
}

export const ProfitAnswer = Schema.Struct({
  mode: Mode,
  by: ProfitBy,
  timeZone: Schema.String,
  rows: Schema.Array(
    Schema.Struct({
      key: Schema.String.annotate({ description: "2026-03-29, the Monday of a week, 2026-03, a strategy or a track" }),
      ...figures
    })
  ),
  total: Schema.Struct(figures)
}).annotate({ identifier: "Profit" })
export type ProfitAnswer = typeof ProfitAnswer.Type

export const ExplanationAnswer = Schema.Struct({
  mode: Mode,
  marketId: MarketId,
  name: Schema.String,
  off: Schema.NullOr(Instant),
  /** Refused for the whole market, not for one runner. */
  market: Schema.Array(RefusalAnswer),
  runners: Schema.Array(
    Schema.Struct({
      selectionId: SelectionId,
      name: Schema.NullOr(Schema.String),
      status: Schema.NullOr(Schema.String),
      predictions: Schema.Array(PredictionAnswer).annotate({
        description: "the newest of each strategy, side, decision and reason"
      }),
      bets: Schema.Array(BetAnswer),
      refusals: Schema.Array(RefusalAnswer)
    })
  )
}).annotate({ identifier: "Explanation" })
export type ExplanationAnswer = typeof ExplanationAnswer.Type

export const DoneAnswer = Schema.Struct({ text: Schema.String }).annotate({ identifier: "Done" })
export type DoneAnswer = typeof DoneAnswer.Type
