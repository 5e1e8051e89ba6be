/** Orders that are placed once on each runner when the off is near, each of another type. */
import * as PriceLadder from "../domain/PriceLadder.ts"
import { define, type Probe } from "./Probe.ts"
import { beforeOff, bestBack, limit, once } from "./ProbeMoments.ts"

/** Seconds to the scheduled off. */
const near = 100

export const limitOnce: Probe = define(
  "LimitOnce",
  "Backs every runner once at the best price when the off is near",
  beforeOff(
    near,
    once((turn, runner) => turn.place(runner, "BACK", limit(bestBack(runner)), 200))
  )
)

const placeAtTheTop = beforeOff(
  near,
  once((turn, runner) => turn.place(runner, "BACK", limit(PriceLadder.maximum), 200))
)

export const replaceOnce: Probe = define(
  "ReplaceOnce",
  "Backs every runner once at the highest price when the off is near, and replaces the order by one at the lowest",
  (turn) => {
    turn.replaceUnmatched(PriceLadder.minimum)
    placeAtTheTop(turn)
  }
)

export const locBack: Probe = define(
  "LocBack",
  "Backs every runner once on the close, at no less than the best price when the off is near",
  beforeOff(
    near,
    once((turn, runner) => turn.place(runner, "BACK", { _tag: "LIMIT_ON_CLOSE", price: bestBack(runner) }, 1000))
  )
)

export const mocLay: Probe = define(
  "MocLay",
  "Lays every runner once on the close at any price, when the off is near",
  beforeOff(
    near,
    once((turn, runner) => turn.place(runner, "LAY", { _tag: "MARKET_ON_CLOSE" }, 10_000))
  )
)

export const fok: Probe = define(
  "Fok",
  "Backs every runner once when the off is near, at an average of three ticks below the best price or not at all",
  beforeOff(
    near,
    once((turn, runner) => {
      const best = bestBack(runner)
      const price = best === 0 ? 0 : PriceLadder.move(best, -3)
      turn.place(runner, "BACK", { _tag: "LIMIT", price, persistence: "LAPSE", fillOrKill: true }, 2000)
    })
  )
)
