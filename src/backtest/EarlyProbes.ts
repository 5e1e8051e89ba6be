/**
 * Orders that are placed once on each runner as soon as it has prices on both sides, and left alone: they meet the queue,
 * suspensions, withdrawals, the starting price and the turn in-play.
 */
import type { Pence } from "../domain/Money.ts"
import type { Side } from "../domain/Side.ts"
import type { OrderStyle } from "../domain/Signal.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import { define, type Probe } from "./Probe.ts"
import { beforeOff, bestBack, bestLay, limit, once } from "./ProbeMoments.ts"

const early = (
  name: string,
  description: string,
  side: Side,
  order: (runner: RunnerBook) => OrderStyle,
  amount: Pence
): Probe =>
  define(
    name,
    description,
    beforeOff(
      Infinity,
      once((turn, runner) => {
        if (bestBack(runner) > 0 && bestLay(runner) > 0) turn.place(runner, side, order(runner), amount)
      })
    )
  )

export const earlyRest = early(
  "EarlyRest",
  "Backs every runner early at the best lay price; the order lapses at the off",
  "BACK",
  (runner) => limit(bestLay(runner)),
  500
)

export const earlyRestPersist = early(
  "EarlyRestPersist",
  "Backs every runner early at the best lay price; the order stays in play",
  "BACK",
  (runner) => limit(bestLay(runner), "PERSIST"),
  500
)

export const earlyRestSp = early(
  "EarlyRestSp",
  "Backs every runner early at the best lay price; the order takes the starting price",
  "BACK",
  (runner) => limit(bestLay(runner), "MARKET_ON_CLOSE"),
  500
)

export const earlyRestSpLay = early(
  "EarlyRestSpLay",
  "Lays every runner early at the best back price; the order takes the starting price",
  "LAY",
  (runner) => limit(bestBack(runner), "MARKET_ON_CLOSE"),
  500
)

export const earlyMocLay = early(
  "EarlyMocLay",
  "Lays every runner early on the close at any price",
  "LAY",
  () => ({ _tag: "MARKET_ON_CLOSE" }),
  2000
)
