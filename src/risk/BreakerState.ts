/**
 * When to stop by itself, as a state machine without clock, database or callbacks.
 *
 * CLOSED lets bets pass. It opens on too many losing bets in a row, on a fall of the bankroll from its peak, on too many
 * system failures in a row within a window, or by hand. OPEN lets none pass until the cooldown is over; then it is
 * HALF_OPEN: a few trial bets may be placed, the first one that wins closes it, any loss or failure opens it again.
 */
import { Schema } from "effect"
import { BetId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"

export const Phase = Schema.Literals(["CLOSED", "HALF_OPEN", "OPEN"])
export type Phase = typeof Phase.Type

/** As it is kept in the database, too. Instants are epoch milliseconds, money is pence. */
export const BreakerState = Schema.Struct({
  phase: Phase,
  /** Why it is in this phase. */
  reason: Schema.String,
  /** Since when. */
  since: Schema.Finite,
  /** Opened by a person: then it stops trading even where the breaker may only watch. */
  byHand: Schema.Boolean,
  consecutiveLosses: Schema.Int,
  /** Highest bankroll since the breaker last closed; null until a bankroll is known. */
  peak: Schema.NullOr(Schema.Int),
  bankroll: Schema.NullOr(Schema.Int),
  /** When the failures since the last success happened, oldest first; no more than those that open it. */
  failures: Schema.Array(Schema.Finite),
  /** Trial bets that are out. */
  trials: Schema.Array(BetId),
  /** The bets counted last, oldest first, and the time up to which all others count as counted. */
  counted: Schema.Array(Schema.Struct({ id: BetId, at: Schema.Finite })),
  countedUpTo: Schema.Finite,
  /** How often it has opened. */
  trips: Schema.Int
})
export type BreakerState = typeof BreakerState.Type

export interface BreakerLimits {
  readonly maxConsecutiveLosses: number
  /** Fraction of the peak. */
  readonly maxDrawdown: number
  readonly maxFailures: number
  readonly failureWindowMs: number
  readonly cooldownMs: number
  readonly trials: number
  /** False: it watches and tells, but trading goes on. */
  readonly stopsTrading: boolean
}

/** A settled bet: what it brought net of commission, and the bankroll after it. */
export interface BetResult {
  readonly betId: BetId
  readonly net: Pence
  readonly bankroll: Pence
  /** When it was settled. */
  readonly at: number
}

/** Bets remembered as counted. Bets of one instant are forgotten together, if there are not absurdly many of them. */
export const countedAtMost = 256
const countedOfOneInstant = 4096

export const initial = (now: number): BreakerState => ({
  phase: "CLOSED",
  reason: "started",
  since: now,
  byHand: false,
  consecutiveLosses: 0,
  peak: null,
  bankroll: null,
  failures: [],
  trials: [],
  counted: [],
  countedUpTo: 0,
  trips: 0
})

/** Fall from the peak as a fraction of it; 0 while either is unknown. */
export const drawdown = ({ bankroll, peak }: BreakerState): number =>
  peak === null || bankroll === null || peak <= 0 ? 0 : Math.max(0, (peak - bankroll) / peak)

/** Opens it, or lets an open one begin its cooldown anew. */
export const open = (state: BreakerState, reason: string, now: number, byHand = false): BreakerState => ({
  ...state,
  phase: "OPEN",
  reason,
  since: now,
  byHand,
  trials: [],
  trips: state.trips + (state.phase === "OPEN" ? 0 : 1)
})

/**
 * A fresh start: the row of losses and failures ends, and drawdown is measured from here. Otherwise the fall that opened it
 * would open it again with the next settlement.
 */
export const close = (state: BreakerState, reason: string, now: number): BreakerState => ({
  ...state,
  phase: "CLOSED",
  reason,
  since: now,
  byHand: false,
  consecutiveLosses: 0,
  failures: [],
  trials: [],
  peak: state.bankroll
})

/** An open breaker is half open once the cooldown is over. */
export const atTime = (state: BreakerState, now: number, { cooldownMs }: BreakerLimits): BreakerState =>
  state.phase === "OPEN" && now - state.since >= cooldownMs
    ? { ...state, phase: "HALF_OPEN", reason: "cooldown over", since: now, trials: [] }
    : state

/** What the bankroll is, apart from settlements: at the start, or when money is paid in. It only ever raises the peak. */
export const withBankroll = (state: BreakerState, bankroll: Pence): BreakerState =>
  state.bankroll === bankroll && state.peak !== null && state.peak >= bankroll
    ? state
    : { ...state, bankroll, peak: Math.max(state.peak ?? bankroll, bankroll) }

const isCounted = (state: BreakerState, { at, betId }: BetResult): boolean =>
  at <= state.countedUpTo || state.counted.some(({ id }) => id === betId)

const count = (state: BreakerState, { at, betId }: BetResult): BreakerState => {
  const counted = [...state.counted, { id: betId, at }]
  const oldest = counted[0]!.at
  const isFull = counted.length > (oldest < at ? countedAtMost : countedOfOneInstant)
  return isFull
    ? { ...state, counted: counted.slice(1), countedUpTo: Math.max(state.countedUpTo, oldest) }
    : { ...state, counted }
}

const withoutTrial = (state: BreakerState, id: BetId): BreakerState =>
  state.trials.includes(id) ? { ...state, trials: state.trials.filter((trial) => trial !== id) } : state

const openOnDrawdown = (state: BreakerState, now: number, { maxDrawdown }: BreakerLimits): BreakerState => {
  const fall = drawdown(state)
  return state.phase === "CLOSED" && fall > 0 && fall >= maxDrawdown
    ? open(state, `drawdown of ${(fall * 100).toFixed(1)} %`, now)
    : state
}

/** A loss lengthens the row, a win ends it, and a bet that came to nothing does neither. */
const countResult = (state: BreakerState, { betId, net }: BetResult, now: number, limits: BreakerLimits) => {
  const isTrial = state.trials.includes(betId)
  const next = withoutTrial(state, betId)
  if (net < 0) {
    const lost = { ...next, consecutiveLosses: next.consecutiveLosses + 1 }
    if (lost.phase === "HALF_OPEN") return open(lost, isTrial ? "a trial bet lost" : "a bet lost while half open", now)
    return lost.phase === "CLOSED" && lost.consecutiveLosses >= limits.maxConsecutiveLosses
      ? open(lost, `${lost.consecutiveLosses} losing bets in a row`, now)
      : lost
  }
  if (net === 0) return next
  const won = { ...next, consecutiveLosses: 0 }
  return won.phase === "HALF_OPEN" && isTrial ? close(won, "a trial bet won", now) : won
}

/** Of a bet counted before, only a correction moves the bankroll: it is not older than what was counted last. */
const isNews = (state: BreakerState, { at }: BetResult): boolean => at >= (state.counted.at(-1)?.at ?? 0)

/**
 * Takes a result. Each bet counts once in the row of losses. Drawdown is measured after every settlement, won or lost, and
 * after a correction of one.
 */
export const recordBetResult = (
  before: BreakerState,
  result: BetResult,
  now: number,
  limits: BreakerLimits
): BreakerState => {
  const known = isCounted(before, result)
  if (known && !isNews(before, result)) return before
  // The peak starts at the bankroll before the first result, so that a loss is seen even if nobody told the bankroll.
  const begun = before.peak === null && !known ? withBankroll(before, result.bankroll - result.net) : before
  const settled = withBankroll(atTime(begun, now, limits), result.bankroll)
  const next = known ? settled : countResult(count(settled, result), result, now, limits)
  return openOnDrawdown(next, now, limits)
}

/** Takes a system failure: something that had to work and did not. */
export const recordFailure = (before: BreakerState, cause: string, now: number, limits: BreakerLimits) => {
  const state = atTime(before, now, limits)
  const failures = [...state.failures.filter((at) => now - at < limits.failureWindowMs), now].slice(-limits.maxFailures)
  const next = { ...state, failures }
  if (state.phase === "HALF_OPEN") return open(next, `a failure while half open: ${cause}`, now)
  return state.phase === "CLOSED" && failures.length >= limits.maxFailures
    ? open(next, `${failures.length} failures in a row, the last: ${cause}`, now)
    : next
}

/** A success ends the row of failures. It does not close the breaker: only money that was won does. */
export const recordSuccess = (state: BreakerState): BreakerState =>
  state.failures.length === 0 ? state : { ...state, failures: [] }

/** True when an open breaker is one that stops trading. */
export const isBinding = (state: BreakerState, limits: BreakerLimits): boolean => limits.stopsTrading || state.byHand

/** Takes one of the trial bets. The state is the same when there is none left, or no need of one. */
export const takeTrial = (state: BreakerState, id: BetId, { trials }: BreakerLimits): BreakerState =>
  state.phase === "HALF_OPEN" && state.trials.length < trials && !state.trials.includes(id)
    ? { ...state, trials: [...state.trials, id] }
    : state

/** A trial that never became a bet, or came to nothing, can be tried again. */
export const giveBackTrial = withoutTrial

/** After a restart: only what became a bet is still a trial. */
export const keepTrials = (state: BreakerState, open: ReadonlySet<BetId>): BreakerState =>
  state.trials.every((id) => open.has(id)) ? state : { ...state, trials: state.trials.filter((id) => open.has(id)) }
