/** What a signal and its outcome say of themselves in a trace. */
import { Effect } from "effect"
import * as Decision from "../domain/Decision.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import type { Outcome } from "./SignalExecution.ts"

export const attributes = ({ marketId, signal, strategyId }: StrategySignal): LogFields.Fields => {
  if (signal._tag !== "Place") {
    return { strategy_id: strategyId, race_id: marketId, bet_id: signal.betId, signal_reason: signal.reason }
  }
  const { confidence, order, reason, selectionId, side, sizing } = signal
  return {
    ...LogFields.strategyDecision({
      strategyId,
      marketId,
      selectionId,
      confidence,
      ...(order._tag === "MARKET_ON_CLOSE" ? {} : { price: order.price }),
      ...(sizing._tag === "FIXED" ? { stake: sizing.amount } : {})
    }),
    side,
    signal_reason: reason
  }
}

/** Adds to the current span what became of the signal. */
export const annotate = (outcome: Outcome): Effect.Effect<void> => {
  switch (outcome._tag) {
    case "Placed":
      return Effect.annotateCurrentSpan({ decision: "approved", ...LogFields.placement(outcome.bet) })
    case "CancelRequested":
      return Effect.annotateCurrentSpan({ decision: "cancel_requested", bet_id: outcome.bet.id })
    case "UpdateRequested":
      return Effect.annotateCurrentSpan({ decision: "update_requested", bet_id: outcome.bet.id })
    case "Denied":
      return Effect.annotateCurrentSpan({
        decision: outcome.denial.reason,
        step: outcome.step,
        detail: Decision.explain(outcome.denial)
      })
    case "NotCommitted":
      return Effect.annotateCurrentSpan({ decision: "not_committed", detail: outcome.failure.message })
  }
}
