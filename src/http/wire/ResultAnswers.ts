/** What the API answers of results: figures for tables, and bounded series for charts. */
import { Schema } from "effect"
import { MarketId, SelectionId, StrategyId } from "../../domain/Identifiers.ts"
import { Mode } from "../../domain/Mode.ts"
import { Fraction, Instant, Odds, Pence } from "./Basic.ts"

export const EquityAnswer = Schema.Struct({
  mode: Mode,
  strategyId: Schema.NullOr(StrategyId).annotate({ description: "null: all strategies together" }),
  instants: Schema.Int.annotate({
    description: "at which bets settled within the period; more than points: it is thinned"
  }),
  maxDrawdownPence: Pence.annotate({ description: "the deepest fall within the period" }),
  points: Schema.Array(
    Schema.Struct({
      at: Instant,
      netPence: Pence.annotate({
        description: "of all bets settled up to and at this instant, net of commission, in pence"
      }),
      drawdownPence: Pence.annotate({ description: "fall from the highest net so far, 0 or more, in pence" })
    })
  )
}).annotate({ identifier: "Equity" })
export type EquityAnswer = typeof EquityAnswer.Type

export const DailyProfitAnswer = Schema.Struct({
  mode: Mode,
  timeZone: Schema.String,
  days: Schema.Array(
    Schema.Struct({
      day: Schema.String.annotate({ description: "a trading day on which bets settled, 2026-03-29" }),
      bets: Schema.Int,
      netPence: Pence,
      strategies: Schema.Array(Schema.Struct({ strategyId: StrategyId, bets: Schema.Int, netPence: Pence }))
    })
  )
}).annotate({ identifier: "DailyProfit" })
export type DailyProfitAnswer = typeof DailyProfitAnswer.Type

const Interval = Schema.NullOr(Schema.Struct({ low: Schema.Finite, high: Schema.Finite }))

export const StrategyResultAnswer = Schema.Struct({
  strategyId: StrategyId,
  kind: Schema.String,
  active: Schema.Boolean.annotate({ description: "as its row says" }),
  trading: Schema.Boolean.annotate({ description: "whether the bot asks it: false of one that failed too often" }),
  note: Schema.NullOr(Schema.String),
  openBets: Schema.Int,
  exposurePence: Pence,
  bets: Schema.Int.annotate({ description: "settled" }),
  wins: Schema.Int,
  losses: Schema.Int,
  netPence: Pence,
  stakedPence: Pence,
  strikeRate: Schema.NullOr(Fraction).annotate({ description: "wins per bet that won or lost" }),
  strikeRateInterval: Interval.annotate({ description: "95 %, Wilson's" }),
  roi: Schema.NullOr(Fraction).annotate({ description: "net by matched stake" }),
  roiInterval: Interval.annotate({ description: "95 %, markets taken for independent; null below two markets" }),
  streak: Schema.Int.annotate({ description: "wins in a row, or losses as a negative number" }),
  sharpe: Schema.NullOr(Schema.Finite).annotate({
    description: "monthly; null without features.advanced_analytics_enabled"
  }),
  maxDrawdownPence: Pence
}).annotate({ identifier: "StrategyResult" })
export type StrategyResultAnswer = typeof StrategyResultAnswer.Type

const prices = Schema.Array(Schema.NullOr(Odds))

export const PriceHistoryAnswer = Schema.Struct({
  marketId: MarketId,
  source: Schema.Literals(["memory", "database"]).annotate({ description: "memory: of a market that is followed now" }),
  at: Schema.Array(Instant).annotate({ description: "the instants of all the lists below" }),
  runners: Schema.Array(
    Schema.Struct({
      selectionId: SelectionId,
      handicap: Schema.Finite,
      bestBack: prices,
      bestLay: prices,
      lastPriceTraded: prices,
      matchedPence: Schema.Array(Schema.NullOr(Pence))
    })
  )
}).annotate({ identifier: "PriceHistory" })
export type PriceHistoryAnswer = typeof PriceHistoryAnswer.Type

export const LogAnswer = Schema.Struct({
  lines: Schema.Array(
    Schema.Struct({
      number: Schema.Int.annotate({ description: "counts the lines of this process" }),
      at: Instant,
      level: Schema.Literals(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
      message: Schema.String,
      fields: Schema.Record(Schema.String, Schema.String),
      cause: Schema.NullOr(Schema.String)
    })
  ).annotate({ description: "oldest first" }),
  newest: Schema.Int.annotate({ description: "the number of the newest line of any level: ask on with it as after" })
}).annotate({ identifier: "Log" })
export type LogAnswer = typeof LogAnswer.Type
