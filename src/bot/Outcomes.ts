/** What became of signals, told to whoever counts and remembers it: metrics, decisions, the circuit breaker. */
import { Cause, Effect } from "effect"
import type { Bet } from "../domain/Bet.ts"
import type { Decision } from "../domain/Decision.ts"
import { runnerKey } from "../domain/Identifiers.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { OpenBets } from "./OpenBets.ts"
import type { Outcome } from "./SignalExecution.ts"

export interface Executed {
  readonly wish: StrategySignal
  readonly outcome: Outcome
}

export const make = Effect.gen(function* () {
  const breaker = yield* CircuitBreaker
  const decisions = yield* DecisionLog
  const openBets = yield* OpenBets

  const refuse = (decision: Decision) =>
    Effect.suspend(() => {
      decisions.record(decision)
      const { denial, step } = decision
      const counted = Metrics.count("decisions_total", { step, reason: denial.reason })
      return step === "risk"
        ? Effect.andThen(counted, Metrics.count("risk_denials_total", { reason: denial.reason }))
        : counted
    })

  const subjectOf = ({ at, marketId, signal, strategyId }: StrategySignal) => {
    const runner = signal._tag === "Place" ? signal : openBets.get(signal.betId)
    return {
      at,
      strategyId,
      marketId,
      runner: runner === undefined ? null : runnerKey(runner.selectionId, runner.handicap)
    }
  }

  /** A placement that is not answered is a failure; one that is refused has been answered. */
  const answered = ({ note, status }: Bet) =>
    status === "unknown" ? breaker.recordFailure("placement", note ?? "no answer") : breaker.recordSuccess

  const notCommitted = ({ kind, message, operation }: StorageFailure) =>
    Effect.andThen(
      Metrics.count("database_failures_total", { operation, kind }),
      // An outage is the guards' to tell, and one failure, however many bets it keeps back before they see it.
      kind === "unavailable" ? Effect.void : breaker.recordFailure("database", message)
    )

  const record = Effect.fnUntraced(function* (executed: ReadonlyArray<Executed>) {
    for (const { outcome, wish } of executed) {
      yield* Metrics.count("signals_total", { strategy_id: wish.strategyId, signal: wish.signal._tag })
      if (outcome._tag === "Denied") yield* refuse({ ...subjectOf(wish), step: outcome.step, denial: outcome.denial })
      if (outcome._tag === "NotCommitted") yield* notCommitted(outcome.failure)
      if (outcome._tag === "Placed") yield* answered(outcome.bet)
    }
  })

  /** A bug in carrying out what was wanted: told as a failing loop's is. */
  const failed = (cause: Cause.Cause<unknown>) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Effect.andThen(
          breaker.recordFailure("updates", Cause.pretty(cause)),
          Effect.logError("What a strategy wanted could not be carried out", cause)
        )

  return { refuse, record, failed }
})
