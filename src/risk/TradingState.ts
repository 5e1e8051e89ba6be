/**
 * Whether people let the bot trade. A pause is a break; reducing lets only such orders pass as do not raise what their market
 * can lose; a halt is for good. Only `resume` ends any of them: whatever else is asked, a state gives way to a stricter one
 * alone. It survives a restart, so that a bot halted in the evening is halted in the morning, whoever starts it. Open bets
 * are followed and cancelled all the same.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { type Denial, deny } from "../domain/Decision.ts"
import type { Mode } from "../domain/Mode.ts"
import { type AuditEntry, AuditRepository } from "../persistence/AuditRepository.ts"
import * as Callbacks from "./Callbacks.ts"
import * as DurableState from "./DurableState.ts"

export const TradingStatus = Schema.Struct({
  status: Schema.Literals(["Active", "Paused", "Reducing", "Halted"]),
  reason: Schema.String,
  /** Epoch milliseconds. */
  since: Schema.Finite,
  by: Schema.String
})
export type TradingStatus = typeof TradingStatus.Type

/** The state has changed. */
export interface TradingChange {
  readonly from: TradingStatus
  readonly to: TradingStatus
}

export class TradingState extends Context.Service<
  TradingState,
  {
    /** No bets until `resume`. */
    readonly pause: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** Until `resume`, only orders that do not raise the worst case of their market. */
    readonly reduce: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** No bets until `resume`, and whoever looks sees that it was meant seriously. */
    readonly halt: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /**
     * Halts before it returns. For plain code that must not let another order pass: `check` logs, announces and writes it.
     */
    readonly haltNow: (reason: string, by: string) => void
    /** Ends a pause, a halt, or reducing. */
    readonly resume: (reason: string, by?: string) => Effect.Effect<TradingStatus>
    /** Announces what `haltNow` did, and writes what could not be written when it changed. */
    readonly check: Effect.Effect<void>
    readonly current: () => TradingStatus
    /** Why no bet may be placed, or null. */
    readonly denial: () => Denial | null
    /** True while only orders may be placed that do not raise the worst case of their market. */
    readonly isReducing: () => boolean
    /** Called after each change, in a fiber of its own and for at most 30 seconds; its failure is logged. */
    readonly onChange: (callback: (change: TradingChange) => Effect.Effect<void>) => void
  }
>()("clever-better/risk/TradingState") {
  static readonly layer = (mode: Mode) => Layer.effect(TradingState, make(mode))
}

type Status = TradingStatus["status"]

const denials: Record<Status, Denial | null> = {
  Active: null,
  Reducing: null,
  Paused: deny("trading_paused"),
  Halted: deny("trading_halted")
}

const strictness: Record<Status, number> = { Active: 0, Reducing: 1, Paused: 2, Halted: 3 }

const events: Record<Status, string> = {
  Active: "trading.resumed",
  Reducing: "trading.reducing",
  Paused: "trading.paused",
  Halted: "trading.halted"
}

/** Changes that wait at most to be written to the audit table; of more than these, the oldest are in the log only. */
const unwrittenAtMost = 1000

const make = Effect.fnUntraced(function* (mode: Mode) {
  const clock = yield* Clock.Clock
  const audit = yield* AuditRepository
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
  const callbacks = yield* Callbacks.make<TradingChange>("trading state")
  /** In force and not announced yet. */
  const news: Array<TradingChange> = []
  /** Announced and not in the audit table yet, oldest first. */
  let unaudited: ReadonlyArray<AuditEntry> = []

  const change = (status: Status, reason: string, by: string): void => {
    const from = kept.get()
    if (status !== "Active" && strictness[status] <= strictness[from.status]) return
    if (status === from.status) return
    const to = { status, reason, since: clock.currentTimeMillisUnsafe(), by }
    kept.change(() => to)
    news.push({ from, to })
  }

  const entryOf = ({ from, to }: TradingChange): AuditEntry => ({
    mode,
    at: to.since,
    event: events[to.status],
    subject: "trading_state",
    actor: to.by,
    data: { reason: to.reason, from: from.status }
  })

  const announce = Effect.fnUntraced(function* (event: TradingChange) {
    const { from, to } = event
    unaudited = [...unaudited, entryOf(event)].slice(-unwrittenAtMost)
    yield* Effect.logWarning("Trading state", {
      old_state: from.status,
      new_state: to.status,
      reason: to.reason,
      by: to.by
    })
    yield* callbacks.tell(event)
  })

  const writeAudit = Effect.suspend(() => {
    const entries = unaudited
    if (entries.length === 0) return Effect.void
    // Taken back if it fails: the state itself is what counts, and its row says once that it is late.
    unaudited = []
    return Effect.catch(audit.append(entries), () =>
      Effect.sync(() => {
        unaudited = [...entries, ...unaudited].slice(-unwrittenAtMost)
      })
    )
  })

  // Not to be interrupted half-way: whoever halts may be stopped by what follows from it.
  const check = Effect.suspend(() => Effect.forEach(news.splice(0), announce, { discard: true })).pipe(
    Effect.andThen(kept.save),
    Effect.andThen(writeAudit),
    Effect.uninterruptible
  )

  const become = (status: Status, reason: string, by: string) =>
    Effect.suspend(() => {
      change(status, reason, by)
      return Effect.map(check, kept.get)
    })

  return TradingState.of({
    pause: (reason, by = "operator") => become("Paused", reason, by),
    reduce: (reason, by = "operator") => become("Reducing", reason, by),
    halt: (reason, by = "operator") => become("Halted", reason, by),
    haltNow: (reason, by) => change("Halted", reason, by),
    resume: (reason, by = "operator") => become("Active", reason, by),
    check,
    current: kept.get,
    denial: () => denials[kept.get().status],
    isReducing: () => kept.get().status === "Reducing",
    onChange: callbacks.add
  })
})
