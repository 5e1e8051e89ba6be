/** Orders that take prices in play, and are cancelled when they were not matched within two seconds. */
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import { define, type Probe } from "./Probe.ts"
import { bestLay, limit } from "./ProbeMoments.ts"
import type { ProbeTurn } from "./ProbeTurn.ts"

const patienceMs = 2000

const lay = (turn: ProbeTurn, runner: RunnerBook): void => turn.place(runner, "LAY", limit(bestLay(runner)), 200)

const hasTraded = (runner: RunnerBook): boolean => runner.isActive && runner.lastPriceTraded > 0

export const inplayLay: Probe = define(
  "InplayLay",
  "In play, lays runners that last traded below 2.00 at the best price",
  (turn) => {
    turn.cancelOlderThan(patienceMs)
    const { book, market } = turn.snapshot
    if (!market.inPlay) return
    for (const runner of book.runners) if (hasTraded(runner) && runner.lastPriceTraded < 200) lay(turn, runner)
  }
)

const lowestTraded = ({ runners }: MarketBook): RunnerBook | undefined => {
  let lowest: RunnerBook | undefined
  for (const runner of runners) {
    if (!hasTraded(runner)) continue
    if (lowest === undefined || runner.lastPriceTraded < lowest.lastPriceTraded) lowest = runner
  }
  return lowest
}

export const lowestLay: Probe = define(
  "LowestLay",
  "In play, lays the runner with the lowest last price, if that is 3.00 or less",
  (turn) => {
    turn.cancelOlderThan(patienceMs)
    const { book, market } = turn.snapshot
    if (!market.inPlay || !turn.isOpen) return
    const runner = lowestTraded(book)
    if (runner !== undefined && runner.lastPriceTraded <= 300) lay(turn, runner)
  }
)
