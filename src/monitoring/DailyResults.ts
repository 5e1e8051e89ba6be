/** What each of the last trading days brought, and which strategy brought it. Pure: every bet is in exactly one cell. */
import type { StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"

export interface Result {
  readonly strategyId: StrategyId
  readonly settledAt: number
  readonly net: Pence
}

export interface StrategyDay {
  readonly strategyId: StrategyId
  readonly bets: number
  readonly net: Pence
}

export interface Day {
  /** The trading day, `2026-03-29`. */
  readonly day: string
  readonly bets: number
  readonly net: Pence
  /** By name; those without a bet on the day are left out. */
  readonly strategies: ReadonlyArray<StrategyDay>
}

/**
 * Days on which bets settled, oldest first: the last `most` of them.
 *
 * @param results in the order of settlement
 * @param dayOf the trading day of an instant
 */
export const of = (results: ReadonlyArray<Result>, dayOf: (at: number) => string, most: number): ReadonlyArray<Day> => {
  const days = new Map<string, Map<StrategyId, { bets: number; net: Pence }>>()
  for (let index = results.length - 1; index >= 0; index--) {
    const { net, settledAt, strategyId } = results[index]!
    const key = dayOf(settledAt)
    let day = days.get(key)
    if (day === undefined) {
      if (days.size === most) break
      days.set(key, (day = new Map()))
    }
    const cell = day.get(strategyId) ?? { bets: 0, net: 0 }
    day.set(strategyId, { bets: cell.bets + 1, net: cell.net + net })
  }
  return [...days].map(([day, cells]) => dayFrom(day, cells)).toReversed()
}

const dayFrom = (day: string, cells: ReadonlyMap<StrategyId, { readonly bets: number; readonly net: Pence }>): Day => {
  const strategies = [...cells]
    .map(([strategyId, cell]) => ({ strategyId, ...cell }))
    .toSorted((a, b) => (a.strategyId < b.strategyId ? -1 : 1))
  return {
    day,
    bets: strategies.reduce((sum, { bets }) => sum + bets, 0),
    net: strategies.reduce((sum, { net }) => sum + net, 0),
    strategies
  }
}
