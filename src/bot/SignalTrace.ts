/** What a signal and its outcome say of themselves in a trace. */
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

/** What became of the signal. */
export const result = (outcome: Outcome): LogFields.Fields => {
  switch (outcome._tag) {
    case "Placed":
      return { decision: "approved", ...LogFields.placement(outcome.bet) }
    case "CancelRequested":
      return { decision: "cancel_requested", bet_id: outcome.bet.id }
    case "UpdateRequested":
      return { decision: "update_requested", bet_id: outcome.bet.id }
    case "Denied":
      return { decision: outcome.denial.reason, step: outcome.step, detail: Decision.explain(outcome.denial) }
    case "NotCommitted":
      return { decision: "not_committed", detail: outcome.failure.message }
  }
}
