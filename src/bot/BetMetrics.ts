/** Counts in the metrics what a step of a bet means, each thing once. */
import { Effect } from "effect"
import * as Bet from "../domain/Bet.ts"
import * as Metrics from "../monitoring/Metrics.ts"

const isPlaced = ({ status }: Bet.Bet): boolean => status !== "pending" && status !== "unknown" && status !== "rejected"

export const changed = (before: Bet.Bet, after: Bet.Bet): Effect.Effect<void> =>
  Effect.gen(function* () {
    const strategy_id = after.strategyId
    const side = after.side
    if (!isPlaced(before) && isPlaced(after)) {
      yield* Metrics.count("bets_placed_total", { strategy_id, side })
      if (after.placedAt !== null) {
        yield* Metrics.observe("placement_latency_seconds", {}, after.placedAt - after.createdAt)
      }
    }
    if (before.fills.length === 0 && after.fills.length > 0) {
      yield* Metrics.count("bets_matched_total", { strategy_id, side })
    }
    for (const [how, part] of [
      ["cancelled", "sizeCancelled"],
      ["lapsed", "sizeLapsed"],
      ["voided", "sizeVoided"]
    ] as const) {
      if (before[part] === 0 && after[part] > 0) yield* Metrics.count("bets_cancelled_total", { strategy_id, how })
    }
    if (before.status === after.status) return
    if (after.status === "rejected") yield* Metrics.count("bets_rejected_total", { strategy_id })
    if (after.status === "unknown") yield* Metrics.count("bets_unknown_total", { strategy_id })
  })
