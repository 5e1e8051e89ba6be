/** Counts in the metrics what a step of a bet means, each thing once. */
import { Effect } from "effect"
import * as Bet from "../domain/Bet.ts"
import * as Metrics from "../monitoring/Metrics.ts"

const isPlaced = ({ status }: Bet.Bet): boolean => status !== "pending" && status !== "unknown" && status !== "rejected"

const endings = [
  ["cancelled", "sizeCancelled"],
  ["lapsed", "sizeLapsed"],
  ["voided", "sizeVoided"]
] as const

/** Plain code up to the counting itself: each bet comes here a few times. */
export const changed = (before: Bet.Bet, after: Bet.Bet): Effect.Effect<void> => {
  const { side, strategyId: strategy_id } = after
  let counted: Effect.Effect<void> = Effect.void
  const add = (more: Effect.Effect<void>) =>
    void (counted = counted === Effect.void ? more : Effect.andThen(counted, more))
  if (!isPlaced(before) && isPlaced(after)) {
    add(Metrics.count("bets_placed_total", { strategy_id, side }))
    if (after.placedAt !== null) {
      add(Metrics.observe("placement_latency_seconds", {}, after.placedAt - after.createdAt))
    }
  }
  if (before.fills.length === 0 && after.fills.length > 0) {
    add(Metrics.count("bets_matched_total", { strategy_id, side }))
  }
  for (const [how, part] of endings) {
    if (before[part] === 0 && after[part] > 0) add(Metrics.count("bets_cancelled_total", { strategy_id, how }))
  }
  if (before.status === after.status) return counted
  if (after.status === "rejected") add(Metrics.count("bets_rejected_total", { strategy_id }))
  if (after.status === "unknown") add(Metrics.count("bets_unknown_total", { strategy_id }))
  return counted
}
