/** Orders that join the queue at the other side's best price, give up after some seconds, and try again. */
import type { Side } from "../domain/Side.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import { define, type Probe, type ProbeRule } from "./Probe.ts"
import { beforeOff, bestBack, bestLay, limit } from "./ProbeMoments.ts"

/** Seconds to the scheduled off. */
const near = 600
const patienceMs = 5000

const join = (side: Side, price: (runner: RunnerBook) => number): ProbeRule => {
  const place = beforeOff(near, (turn, runner) => {
    if (turn.isFree(runner)) turn.place(runner, side, limit(price(runner)), 200)
  })
  return (turn) => {
    turn.cancelOlderThan(patienceMs)
    place(turn)
  }
}

export const queueBack: Probe = define(
  "QueueBack",
  "Backs every runner at the best lay price, cancels after five seconds, and repeats",
  join("BACK", bestLay)
)

export const queueLay: Probe = define(
  "QueueLay",
  "Lays every runner at the best back price, cancels after five seconds, and repeats",
  join("LAY", bestBack)
)
