/** What settled bets have brought, by day, week, month, strategy or track. Pure: every bet is in exactly one row. */
import type { DateTime } from "effect"
import type { Bet } from "../domain/Bet.ts"
import * as Bets from "../domain/Bet.ts"
import type { Pence } from "../domain/Money.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import type { ProfitBy } from "./wire/Answers.ts"

export interface Figures {
  readonly bets: number
  readonly wins: number
  readonly losses: number
  /** Matched backer's stake. */
  readonly stakedPence: Pence
  /** Before commission. */
  readonly profitPence: Pence
  readonly commissionPence: Pence
  readonly netPence: Pence
  readonly roi: number | null
}

export interface ProfitRow extends Figures {
  readonly key: string
}

/** What a row is called for which the market's venue is not known. */
export const noTrack = "(unknown)"

const dayMs = 86_400_000

/** The Monday of a date's week, as a date. */
const mondayOf = (day: string): string => {
  const at = Date.parse(`${day}T00:00:00Z`)
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7
  return new Date(at - sinceMonday * dayMs).toISOString().slice(0, 10)
}

/** Which row a settled bet belongs to. Days are trading days, of the instant of settlement. */
export const keyBy =
  (by: ProfitBy, zone: DateTime.TimeZone, venueOf: (bet: Bet) => string | undefined) =>
  (bet: Bet): string => {
    if (by === "strategy") return bet.strategyId
    if (by === "track") return venueOf(bet) ?? noTrack
    const day = TradingDay.at(bet.settlement!.at, zone).key
    return by === "day" ? day : by === "week" ? mondayOf(day) : day.slice(0, 7)
  }

const figuresOf = (bets: ReadonlyArray<Bet>): Figures => {
  let [wins, losses, stakedPence, profitPence, commissionPence] = [0, 0, 0, 0, 0]
  for (const bet of bets) {
    const { commission, profit } = bet.settlement!
    const net = profit - commission
    if (net > 0) wins++
    if (net < 0) losses++
    stakedPence += Bets.sizeMatched(bet)
    profitPence += profit
    commissionPence += commission
  }
  const netPence = profitPence - commissionPence
  return {
    bets: bets.length,
    wins,
    losses,
    stakedPence,
    profitPence,
    commissionPence,
    netPence,
    roi: stakedPence === 0 ? null : netPence / stakedPence
  }
}

/** Rows in the order of their keys. Bets that are not settled are left out. */
export const make = (
  bets: ReadonlyArray<Bet>,
  key: (bet: Bet) => string
): { readonly rows: ReadonlyArray<ProfitRow>; readonly total: Figures } => {
  const settled = bets.filter(({ settlement }) => settlement !== null)
  const rows = [...Map.groupBy(settled, key)]
    .map(([key, own]): ProfitRow => ({ key, ...figuresOf(own) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return { rows, total: figuresOf(settled) }
}
