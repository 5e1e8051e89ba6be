/**
 * One strategy's settled bets, each counted once however often it is read. A bet whose result was corrected, or that
 * turns up late, makes the figures anew from all bets, so that they are what a fresh start would compute. Keeps about a
 * hundred bytes a bet.
 */
import type { BetId, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as Performance from "./Performance.ts"
import type { Running, SettledResult } from "./Performance.ts"

/** The figures as they stood after a day's last bet so far. */
export interface DayEnd {
  readonly day: string
  readonly running: Running
}

export interface Ledger {
  readonly running: () => Running
  /** In the order of settlement; another list once a bet was corrected or turned up late. */
  readonly results: () => ReadonlyArray<SettledResult>
  /** Takes in bets in the order of their settlement; one entry for each day on which there was something new. */
  readonly take: (results: Iterable<SettledResult>) => ReadonlyArray<DayEnd>
  /** How many bets were placed at or after an instant and are settled. */
  readonly placedSince: (start: number) => number
  /** Net result of the day. */
  readonly netOn: (day: string) => Pence
}

/** @param dayOf the trading day of an instant */
export const make = (strategyId: StrategyId, dayOf: (at: number) => string): Ledger => {
  const known = new Map<BetId, SettledResult>()
  let oldestFirst: Array<SettledResult> = []
  let running = Performance.start(strategyId)

  const add = (result: SettledResult): DayEnd => {
    const day = dayOf(result.settledAt)
    running = Performance.add(running, result, day)
    return { day, running }
  }

  const rebuild = (): DayEnd => {
    oldestFirst = [...known.values()].toSorted(Performance.byAge)
    running = Performance.start(strategyId)
    return oldestFirst.map(add).at(-1)!
  }

  return {
    running: () => running,
    results: () => oldestFirst,
    take: (results) => {
      const days = new Map<string, DayEnd>()
      let isInOrder = true
      for (const result of results) {
        const before = known.get(result.betId)
        if (before !== undefined && isSame(before, result)) continue
        known.set(result.betId, result)
        isInOrder &&= before === undefined && (running.last === null || Performance.byAge(running.last, result) < 0)
        if (!isInOrder) continue
        oldestFirst.push(result)
        const end = add(result)
        days.set(end.day, end)
      }
      return isInOrder ? [...days.values()] : [rebuild()]
    },
    placedSince: (start) => {
      let count = 0
      for (let index = oldestFirst.length - 1; index >= 0 && oldestFirst[index]!.settledAt >= start; index--) {
        if (oldestFirst[index]!.createdAt >= start) count++
      }
      return count
    },
    netOn: (day) => running.days.find((result) => result.day === day)?.net ?? 0
  }
}

const isSame = (a: SettledResult, b: SettledResult): boolean =>
  a.net === b.net && a.commission === b.commission && a.stake === b.stake && a.settledAt === b.settledAt
