/** When and on which runners the probes act, and at which prices. */
import type { OrderStyle } from "../domain/Signal.ts"
import type { Persistence } from "../domain/Order.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import type { ProbeRule } from "./Probe.ts"
import type { ProbeTurn } from "./ProbeTurn.ts"

/** 0 when there is none. */
export const bestBack = ({ availableToBack }: RunnerBook): Price => availableToBack.price(0)
export const bestLay = ({ availableToLay }: RunnerBook): Price => availableToLay.price(0)

export const limit = (price: Price, persistence: Persistence = "LAPSE"): OrderStyle => ({
  _tag: "LIMIT",
  price,
  persistence
})

type OnRunner = (turn: ProbeTurn, runner: RunnerBook) => void

/** Acts on each active runner while the market is before the off and less than `seconds` from it. */
export const beforeOff =
  (seconds: number, act: OnRunner): ProbeRule =>
  (turn) => {
    const { book, market, secondsToStart } = turn.snapshot
    if (market.inPlay || secondsToStart >= seconds) return
    for (const runner of book.runners) if (runner.isActive) act(turn, runner)
  }

/** Acts on a runner until it has had an order there. */
export const once =
  (act: OnRunner): OnRunner =>
  (turn, runner) => {
    if (turn.isUntouched(runner)) act(turn, runner)
  }
