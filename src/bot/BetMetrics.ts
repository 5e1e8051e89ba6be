/** Counts in the metrics what a step of a bet means, each thing once. */
import type { Effect } from "effect"
import * as Bet from "../domain/Bet.ts"
import * as Metrics from "../monitoring/Metrics.ts"

const isPlaced = ({ status }: Bet.Bet): boolean => status !== "pending" && status !== "unknown" && status !== "rejected"

/** The venue has accepted it in this step. */
export const becamePlaced = (before: Bet.Bet, after: Bet.Bet): boolean => !isPlaced(before) && isPlaced(after)

const endings = [
  ["cancelled", "sizeCancelled"],
  ["lapsed", "sizeLapsed"],
  ["voided", "sizeVoided"]
] as const

const tell = ({ count, observe }: Metrics.Recorder, before: Bet.Bet, after: Bet.Bet): void => {
  const { side, strategyId: strategy_id } = after
  if (becamePlaced(before, after)) {
    count("bets_placed_total", { strategy_id, side })
    if (after.placedAt !== null) observe("placement_latency_seconds", {}, after.placedAt - after.createdAt)
  }
  if (before.fills.length === 0 && after.fills.length > 0) count("bets_matched_total", { strategy_id, side })
  for (const [how, part] of endings) {
    if (before[part] === 0 && after[part] > 0) count("bets_cancelled_total", { strategy_id, how })
  }
  if (before.status === after.status) return
  if (after.status === "rejected") count("bets_rejected_total", { strategy_id })
  if (after.status === "unknown") count("bets_unknown_total", { strategy_id })
}

/** The steps of several bets at once. */
export const changed = (steps: ReadonlyArray<readonly [before: Bet.Bet, after: Bet.Bet]>): Effect.Effect<void> =>
  Metrics.record((recorder) => {
    for (const [before, after] of steps) tell(recorder, before, after)
  })
