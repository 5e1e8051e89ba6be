/**
 * How well a strategy has done, from its settled bets alone, oldest to newest. Bets are added one at a time to a running
 * record of constant size, so that a performance update costs what is new and not what ever was. Open bets count as
 * `pending` and in nothing else.
 */
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"

/** What counts of a settled bet. */
export interface SettledResult {
  readonly betId: BetId
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly createdAt: number
  readonly settledAt: number
  /** Matched backer's stake. */
  readonly stake: Pence
  readonly commission: Pence
  /** Profit less commission. */
  readonly net: Pence
}

/** Null for a bet that is not settled. */
export const resultOf = (bet: Bet.Bet): SettledResult | null =>
  bet.settlement === null
    ? null
    : {
        betId: bet.id,
        strategyId: bet.strategyId,
        marketId: bet.marketId,
        createdAt: bet.createdAt,
        settledAt: bet.settlement.at,
        stake: Bet.sizeMatched(bet),
        commission: bet.settlement.commission,
        net: bet.settlement.profit - bet.settlement.commission
      }

/** In order of settlement; bets of one instant in the order in which they were intended. */
export const byAge = (a: SettledResult, b: SettledResult): number =>
  a.settledAt - b.settledAt || (a.betId < b.betId ? -1 : a.betId > b.betId ? 1 : 0)

/** The net result of a trading day, `2026-03-29`. */
export interface DayResult {
  readonly day: string
  readonly bets: number
  readonly net: Pence
}

/** The days of a month: the window of the Sharpe ratio, and the number of days kept. */
export const daysOfMonth = 30

/** Everything that the figures are made from. */
export interface Running {
  readonly strategyId: StrategyId
  readonly bets: number
  readonly wins: number
  readonly losses: number
  readonly staked: Pence
  readonly commission: Pence
  readonly net: Pence
  readonly largestWin: Pence
  readonly largestLoss: Pence
  readonly streak: number
  readonly firstDay: string | null
  /** The last days with bets, oldest first, `daysOfMonth` at most. */
  readonly days: ReadonlyArray<DayResult>
  /** Of the cumulated net result, before the group that is still being added to. */
  readonly peak: Pence
  readonly maxDrawdown: Pence
  /** A market's bets settle at one instant: what they do to each other in between is no drawdown. */
  readonly group: { readonly marketId: MarketId; readonly at: number } | null
  readonly last: SettledResult | null
}

export const start = (strategyId: StrategyId): Running => ({
  strategyId,
  bets: 0,
  wins: 0,
  losses: 0,
  staked: 0,
  commission: 0,
  net: 0,
  largestWin: 0,
  largestLoss: 0,
  streak: 0,
  firstDay: null,
  days: [],
  peak: 0,
  maxDrawdown: 0,
  group: null,
  last: null
})

/** Adds the next bet, which must not be older than the last one added; `day` is the trading day it settled on. */
export const add = (running: Running, result: SettledResult, day: string): Running => {
  const { net } = result
  const isSameGroup = running.group?.marketId === result.marketId && running.group.at === result.settledAt
  const { maxDrawdown, peak } = isSameGroup ? running : closeGroup(running)
  return {
    strategyId: running.strategyId,
    bets: running.bets + 1,
    wins: running.wins + (net > 0 ? 1 : 0),
    losses: running.losses + (net < 0 ? 1 : 0),
    staked: running.staked + result.stake,
    commission: running.commission + result.commission,
    net: running.net + net,
    largestWin: Math.max(running.largestWin, net),
    largestLoss: Math.min(running.largestLoss, net),
    streak: nextStreak(running.streak, net),
    firstDay: running.firstDay ?? day,
    days: addToDay(running.days, day, net),
    peak,
    maxDrawdown,
    group: { marketId: result.marketId, at: result.settledAt },
    last: result
  }
}

/** What is reported of a strategy. Rates are fractions and null while there is nothing to divide by. */
export interface Performance {
  readonly strategyId: StrategyId
  /** Settled bets. Void ones, which earned nothing, are in neither `wins` nor `losses`. */
  readonly bets: number
  readonly wins: number
  readonly losses: number
  /** Open bets. */
  readonly pending: number
  /** Profit and loss net of commission. */
  readonly net: Pence
  readonly commission: Pence
  readonly staked: Pence
  /** Wins per bet that won or lost. */
  readonly winRate: number | null
  /** Net result per matched stake. */
  readonly roi: number | null
  readonly averageStake: Pence | null
  /** Of one bet, net; 0 without a win. */
  readonly largestWin: Pence
  /** Negative, or 0 without a loss. */
  readonly largestLoss: Pence
  /** Wins in a row up to now, or losses in a row as a negative number; void bets neither end nor lengthen it. */
  readonly currentStreak: number
  /** Null when it is switched off, with fewer than two days, or when all days were the same. */
  readonly sharpe: number | null
  /** Largest fall of the cumulated net result from its highest point, which is 0 at the start. */
  readonly maxDrawdown: Pence
}

export interface ReportOptions {
  readonly pending: number
  /** Today's trading day. */
  readonly day: string
  /** What the Sharpe ratio's returns are measured against; null leaves it out. */
  readonly sharpe: { readonly bankroll: Pence; readonly riskFreeRate: number } | null
}

export const report = (running: Running, { day, pending, sharpe }: ReportOptions): Performance => {
  const decided = running.wins + running.losses
  return {
    strategyId: running.strategyId,
    bets: running.bets,
    wins: running.wins,
    losses: running.losses,
    pending,
    net: running.net,
    commission: running.commission,
    staked: running.staked,
    winRate: decided === 0 ? null : running.wins / decided,
    roi: running.staked === 0 ? null : running.net / running.staked,
    averageStake: running.bets === 0 ? null : Math.round(running.staked / running.bets),
    largestWin: running.largestWin,
    largestLoss: running.largestLoss,
    currentStreak: running.streak,
    sharpe: sharpe === null ? null : sharpeRatio(dailyNets(running, day), sharpe.bankroll, sharpe.riskFreeRate),
    maxDrawdown: closeGroup(running).maxDrawdown
  }
}

/**
 * The monthly Sharpe ratio of daily results: mean(r − f) / sd(r − f) × √30, with r the day's result over the bankroll, f a
 * 365th of the yearly risk-free rate, and the sample's standard deviation. W. F. Sharpe, "The Sharpe Ratio", Journal of
 * Portfolio Management 21 (1994); from daily to monthly by the square root of time, which takes days for independent
 * (A. W. Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58, 2002).
 */
export const sharpeRatio = (daily: ReadonlyArray<Pence>, bankroll: Pence, riskFreeRate: number): number | null => {
  if (daily.every((net) => net === daily[0])) return null
  const excess = daily.map((net) => net / bankroll - riskFreeRate / 365)
  const mean = excess.reduce((sum, value) => sum + value, 0) / excess.length
  const variance = excess.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (excess.length - 1)
  return (mean / Math.sqrt(variance)) * Math.sqrt(daysOfMonth)
}

/** The results of the last month's days up to `today`, days without a bet as 0, none before the first bet. */
export const dailyNets = (
  { days, firstDay }: Pick<Running, "days" | "firstDay">,
  today: string
): ReadonlyArray<Pence> => {
  if (firstDay === null) return []
  const end = dayNumber(today)
  const begin = Math.max(dayNumber(firstDay), end - daysOfMonth + 1)
  const nets = Array.from({ length: Math.max(0, end - begin + 1) }, () => 0)
  for (const { day, net } of days) {
    const index = dayNumber(day) - begin
    if (index >= 0 && index < nets.length) nets[index] = net
  }
  return nets
}

const closeGroup = ({ maxDrawdown, net, peak }: Running) => ({
  peak: Math.max(peak, net),
  maxDrawdown: Math.max(maxDrawdown, peak - net)
})

const nextStreak = (streak: number, net: Pence): number => {
  if (net > 0) return Math.max(streak, 0) + 1
  if (net < 0) return Math.min(streak, 0) - 1
  return streak
}

const addToDay = (days: ReadonlyArray<DayResult>, day: string, net: Pence): ReadonlyArray<DayResult> => {
  const last = days.at(-1)
  return last?.day === day
    ? [...days.slice(0, -1), { day, bets: last.bets + 1, net: last.net + net }]
    : [...days.slice(1 - daysOfMonth), { day, bets: 1, net }]
}

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000
