/** Tells the owner when most of a limit is used, and when all of it is. */
import { Effect } from "effect"
import type { LimitUse } from "../monitoring/Notification.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { RiskManager } from "../risk/RiskManager.ts"

type Stage = "well" | "near" | "reached"

const near = 0.8
/** What falls below this may be told again; between this and `near` nothing is news. */
const well = 0.7

/** The stage after the last one, so that an amount that moves about a threshold is told once. */
export const stageOf = (before: Stage, { of, used }: Pick<LimitUse, "of" | "used">): Stage => {
  // A limit of nothing is no limit that could be used up by degrees: the risk rules say what it means.
  const share = of > 0 ? used / of : 0
  if (share >= 1) return "reached"
  if (share >= near) return before === "reached" ? "reached" : "near"
  return share < well ? "well" : before
}

export const make = Effect.gen(function* () {
  const risk = yield* RiskManager
  const notifier = yield* Notifier
  const stages = new Map<LimitUse["limit"], Stage>()

  const look = (use: LimitUse) =>
    Effect.suspend(() => {
      const before = stages.get(use.limit) ?? "well"
      const stage = stageOf(before, use)
      stages.set(use.limit, stage)
      if (stage === before || stage === "well") return Effect.void
      return notifier.notify({ _tag: stage === "near" ? "LimitNear" : "LimitReached", ...use })
    })

  const check = Effect.flatMap(risk.riskMetrics, ({ dailyLoss, dailyLossLimit, exposure, exposureLimit }) =>
    Effect.andThen(
      look({ limit: "daily_loss", used: dailyLoss, of: dailyLossLimit }),
      look({ limit: "exposure", used: exposure, of: exposureLimit })
    )
  )
  return { check }
})
