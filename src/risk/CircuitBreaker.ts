/**
 * Stops the bot by itself when it loses, or fails, in a way it should not. While it is open nothing is placed; cancelling
 * always works and the process stays up. It keeps its state over a restart.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { type Denial, deny } from "../domain/Decision.ts"
import type { BetId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Pence } from "../domain/Money.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import * as BreakerState from "./BreakerState.ts"
import type { BetResult, BreakerLimits, Phase } from "./BreakerState.ts"
import * as Callbacks from "./Callbacks.ts"
import * as DurableState from "./DurableState.ts"

/** The breaker has changed its phase. */
export interface BreakerChange {
  readonly at: number
  readonly from: Phase
  readonly to: Phase
  readonly reason: string
  readonly consecutiveLosses: number
  /** Fraction of the peak bankroll, when it changed. */
  readonly drawdown: number
  /** False where `emergency_shutdown_enabled` is off: it is only told. */
  readonly stopsTrading: boolean
}

export interface BreakerStatus {
  readonly phase: Phase
  readonly reason: string
  readonly since: number
  /** When an open breaker becomes half open; null otherwise. */
  readonly retryAt: number | null
  readonly consecutiveLosses: number
  readonly drawdown: number
  readonly peak: Pence | null
  readonly failures: number
  readonly trialsOut: number
  readonly trips: number
  readonly stopsTrading: boolean
}

export class CircuitBreaker extends Context.Service<
  CircuitBreaker,
  {
    /** A bet is settled; call it once the risk manager has the bankroll after it. Each bet counts once. */
    readonly recordBetResult: (result: BetResult) => Effect.Effect<void>
    /** The same with the results of a whole market: they are written together. */
    readonly recordBetResults: (results: ReadonlyArray<BetResult>) => Effect.Effect<void>
    /** Something that had to work failed: `source` names it, for instance `executor` or `database`. */
    readonly recordFailure: (source: string, problem: string) => Effect.Effect<void>
    /** It works again: the row of failures is over. */
    readonly recordSuccess: Effect.Effect<void>
    /** Opens it by hand, whether or not it may stop trading by itself. To stop for good, halt. */
    readonly triggerEmergencyShutdown: (reason: string) => Effect.Effect<void>
    /** Closes it by hand. */
    readonly reset: (reason: string) => Effect.Effect<void>
    /** Ends the cooldown when it is over, and writes what could not be written. */
    readonly check: Effect.Effect<void>
    /** True while no bet may be placed because of it. Looking changes nothing. */
    readonly isOpen: (now: number) => boolean
    readonly state: (now: number) => BreakerStatus
    /**
     * Runs after each opening, once the new state is in force: in a fiber of its own, for at most 30 seconds, and its
     * failure is logged and harms nobody.
     */
    readonly onOpen: (callback: (change: BreakerChange) => Effect.Effect<void>) => void
    /** Why no bet may be placed now, or null. */
    readonly denial: (now: number) => Denial | null
    /** Counts the bet as a trial if the breaker is half open. One step with `denial`, as neither waits. */
    readonly takeTrial: (betId: BetId, now: number) => void
    /** The trial never became a bet. */
    readonly giveBackTrial: (betId: BetId) => void
    /** After a restart: trials that are no open bet never became one, and are given back. */
    readonly keepTrials: (open: ReadonlySet<BetId>) => void
    /** The bankroll, where no settlement has told it: at the start, or when money is paid in. */
    readonly setBankroll: (bankroll: Pence) => void
    /** Logs, announces and writes what `takeTrial`, `giveBackTrial`, `keepTrials` and `setBankroll` have changed. */
    readonly flush: Effect.Effect<void>
  }
>()("clever-better/risk/CircuitBreaker") {
  static readonly layer = (mode: Mode) => Layer.effect(CircuitBreaker, make(mode))
}

const limitsOf = ({ bot, trading }: SettingsValue): BreakerLimits => ({
  maxConsecutiveLosses: bot.maxConsecutiveLosses,
  maxDrawdown: bot.maxDrawdownPercent,
  maxFailures: bot.maxFailures,
  failureWindowMs: Duration.toMillis(bot.failureWindowMinutes),
  cooldownMs: Duration.toMillis(bot.breakerCooldownMinutes),
  trials: bot.halfOpenTrials,
  stopsTrading: trading.emergencyShutdownEnabled
})

const make = Effect.fnUntraced(function* (mode: Mode) {
  const limits = limitsOf(yield* Settings)
  const start = yield* Clock.currentTimeMillis
  const initial = BreakerState.initial(start)
  const kept = yield* DurableState.make({
    mode,
    key: "circuit_breaker",
    schema: BreakerState.BreakerState,
    initial,
    unreadable: (problem) => BreakerState.open(initial, `its kept state cannot be read: ${problem}`, start, true)
  })
  const callbacks = yield* Callbacks.make<BreakerChange>("circuit breaker")
  /** Changes that are in force and not announced yet: drained at the end of the operation that made them. */
  const news: Array<BreakerChange> = []

  const describe = (before: BreakerState.BreakerState, after: BreakerState.BreakerState): BreakerChange => ({
    at: after.since,
    from: before.phase,
    to: after.phase,
    reason: after.reason,
    consecutiveLosses: Math.max(before.consecutiveLosses, after.consecutiveLosses),
    drawdown: after.phase === "CLOSED" ? BreakerState.drawdown(before) : BreakerState.drawdown(after),
    stopsTrading: BreakerState.isBinding(after, limits)
  })

  const change = (next: (state: BreakerState.BreakerState) => BreakerState.BreakerState) => {
    const before = kept.get()
    const after = kept.change(next)
    if (after.phase !== before.phase) news.push(describe(before, after))
  }

  /** The phase as time has made it, before the change itself: both are announced. */
  const changeAt = (now: number, next: (state: BreakerState.BreakerState) => BreakerState.BreakerState) => {
    change((state) => BreakerState.atTime(state, now, limits))
    change(next)
  }

  const announce = Effect.fnUntraced(function* (event: BreakerChange) {
    const fields = LogFields.breakerChange(event)
    if (event.to !== "OPEN") return yield* Effect.logInfo("Circuit breaker", fields)
    yield* Effect.logWarning("Circuit breaker", fields)
    yield* callbacks.tell(event)
  })

  // Not to be interrupted half-way: whoever opens the breaker may be stopped by what follows from it.
  const announceAll = Effect.suspend(() =>
    news.length === 0 ? Effect.void : Effect.forEach(news.splice(0), announce, { discard: true })
  ).pipe(Effect.uninterruptible)

  /** After every order: mostly there is nothing to tell. */
  const flush = Effect.suspend(() =>
    news.length === 0 && kept.isWritten() ? Effect.void : Effect.andThen(announceAll, kept.save)
  )

  const inOneStep = (step: (now: number) => void) =>
    Effect.uninterruptible(
      Effect.clockWith((clock) =>
        Effect.suspend(() => {
          step(clock.currentTimeMillisUnsafe())
          return announceAll
        })
      )
    )

  const changeNow = (next: (now: number) => (state: BreakerState.BreakerState) => BreakerState.BreakerState) =>
    inOneStep((now) => changeAt(now, next(now)))

  const recordBetResults = (results: ReadonlyArray<BetResult>) =>
    Effect.andThen(
      inOneStep((now) => {
        for (const result of results) {
          changeAt(now, (state) => BreakerState.recordBetResult(state, result, now, limits))
        }
      }),
      kept.save
    )

  const atTime = (now: number) => BreakerState.atTime(kept.get(), now, limits)

  const isBlocking = (state: BreakerState.BreakerState) =>
    state.phase === "OPEN" && BreakerState.isBinding(state, limits)

  return CircuitBreaker.of({
    recordBetResult: (result) => recordBetResults([result]),
    recordBetResults,
    // A plain failure is not written at once: the database may be what failed.
    recordFailure: (source, problem) =>
      Effect.suspend(() => {
        const trips = kept.get().trips
        return Effect.andThen(
          changeNow((now) => (state) => BreakerState.recordFailure(state, `${source}: ${problem}`, now, limits)),
          Effect.suspend(() => (kept.get().trips === trips ? Effect.void : kept.save))
        )
      }),
    recordSuccess: Effect.sync(() => change(BreakerState.recordSuccess)),
    triggerEmergencyShutdown: (reason) =>
      Effect.andThen(
        changeNow((now) => (state) => BreakerState.open(state, `by hand: ${reason}`, now, true)),
        kept.save
      ),
    reset: (reason) =>
      Effect.andThen(
        changeNow((now) => (state) => BreakerState.close(state, `reset by hand: ${reason}`, now)),
        kept.save
      ),
    check: Effect.andThen(
      changeNow(() => (state) => state),
      kept.save
    ),
    isOpen: (now) => isBlocking(atTime(now)),
    state: (now) => {
      const state = atTime(now)
      return {
        phase: state.phase,
        reason: state.reason,
        since: state.since,
        retryAt: state.phase === "OPEN" ? state.since + limits.cooldownMs : null,
        consecutiveLosses: state.consecutiveLosses,
        drawdown: BreakerState.drawdown(state),
        peak: state.peak,
        failures: state.failures.length,
        trialsOut: state.trials.length,
        trips: state.trips,
        stopsTrading: BreakerState.isBinding(state, limits)
      }
    },
    onOpen: callbacks.add,
    denial: (now) => {
      const state = atTime(now)
      if (state.phase === "CLOSED" || !BreakerState.isBinding(state, limits)) return null
      if (state.phase === "OPEN") return deny("circuit_breaker_open")
      return state.trials.length < limits.trials
        ? null
        : deny("half_open_trials_used", state.trials.length, limits.trials)
    },
    takeTrial: (betId, now) => {
      if (kept.get().phase !== "CLOSED") changeAt(now, (state) => BreakerState.takeTrial(state, betId, limits))
    },
    giveBackTrial: (betId) => change((state) => BreakerState.giveBackTrial(state, betId)),
    keepTrials: (open) => change((state) => BreakerState.keepTrials(state, open)),
    setBankroll: (bankroll) => change((state) => BreakerState.withBankroll(state, bankroll)),
    flush
  })
})
