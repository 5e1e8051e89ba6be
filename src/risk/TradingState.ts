/**
 * Whether people let the bot trade: a pause is a break, a halt is for good until somebody resumes. It survives a restart, so
 * that a bot halted in the evening is halted in the morning, whoever starts it. Open bets are followed and cancelled
 * all the same.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { type Denial, deny } from "../domain/Decision.ts"
import type { Mode } from "../domain/Mode.ts"
import * as DurableState from "./DurableState.ts"

export const TradingStatus = Schema.Struct({
  status: Schema.Literals(["Active", "Paused", "Halted"]),
  reason: Schema.String,
  /** Epoch milliseconds. */
  since: Schema.Finite,
  by: Schema.String
})
export type TradingStatus = typeof TradingStatus.Type

export class TradingState extends Context.Service<
  TradingState,
  {
    /** No bets until `resume`. A halted bot stays halted. */
    readonly pause: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** No bets until `resume`, and whoever looks sees that it was meant seriously. */
    readonly halt: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** Ends a pause or a halt. */
    readonly resume: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** Writes what could not be written when it changed. */
    readonly check: Effect.Effect<void>
    readonly current: () => TradingStatus
    /** Why no bet may be placed, or null. */
    readonly denial: () => Denial | null
  }
>()("clever-better/risk/TradingState") {
  static readonly layer = (mode: Mode) => Layer.effect(TradingState, make(mode))
}

const denials: Record<TradingStatus["status"], Denial | null> = {
  Active: null,
  Paused: deny("trading_paused"),
  Halted: deny("trading_halted")
}

const make = Effect.fnUntraced(function* (mode: Mode) {
  const start = yield* Clock.currentTimeMillis
  const kept = yield* DurableState.make<TradingStatus>({
    mode,
    key: "trading_state",
    schema: TradingStatus,
    initial: { status: "Active", reason: "started", since: start, by: "bot" },
    unreadable: (problem) => ({
      status: "Halted",
      reason: `the kept state cannot be read: ${problem}`,
      since: start,
      by: "bot"
    })
  })

  const become = Effect.fnUntraced(function* (status: TradingStatus["status"], reason: string, by: string) {
    const since = yield* Clock.currentTimeMillis
    const before = kept.get()
    const stays = before.status === status || (before.status === "Halted" && status === "Paused")
    if (!stays) {
      kept.change(() => ({ status, reason, since, by }))
      yield* Effect.logWarning("Trading state", { old_state: before.status, new_state: status, reason, by })
    }
    yield* kept.save
    return kept.get()
  })

  return TradingState.of({
    pause: (reason, by = "operator") => become("Paused", reason, by),
    halt: (reason, by = "operator") => become("Halted", reason, by),
    resume: (reason, by = "operator") => become("Active", reason, by),
    check: kept.save,
    current: kept.get,
    denial: () => denials[kept.get().status]
  })
})
