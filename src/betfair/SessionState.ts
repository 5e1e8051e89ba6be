/** What is known of the session, and what follows from each event. Times are epoch milliseconds. */
import { Duration, Redacted, Result } from "effect"
import { LoginFailed } from "./BetfairError.ts"
import { type IdentityFailure, kindOf } from "./IdentityCalls.ts"

type Token = Redacted.Redacted<string>

export interface Failure {
  readonly at: number
  readonly status: string
  readonly problem: string
}

export interface LoggedIn {
  readonly _tag: "LoggedIn"
  readonly token: Token
  readonly since: number
  readonly expiresAt: number
  readonly keepAliveAt: number
  /** Sessions in a row before this one that Betfair forgot within a minute. */
  readonly shortLived: number
  readonly lastFailure: Failure | null
}

export interface LoggedOut {
  readonly _tag: "LoggedOut"
  /** What a caller is told instead of another attempt; null when an attempt is due. */
  readonly refusal: LoginFailed | null
  /** Failed attempts since the last success. */
  readonly failures: number
  /** Sessions in a row that Betfair forgot within a minute. */
  readonly shortLived: number
  /** Whether the session is to come back by itself. Not before the first login was asked for. */
  readonly isWanted: boolean
  readonly lastFailure: Failure | null
}

export type SessionState = LoggedIn | LoggedOut

/** For health: nothing secret. */
export interface SessionStatus {
  readonly loggedInSince: number | null
  readonly expiresAt: number | null
  readonly lastFailure: Failure | null
  /** The next login; null when logged in or when only the owner can help. */
  readonly nextLoginAt: number | null
}

export const loggedOut: SessionState = {
  _tag: "LoggedOut",
  refusal: null,
  failures: 0,
  shortLived: 0,
  isWanted: false,
  lastFailure: null
}

const firstDelayMs = 1000
const longestDelayMs = 60_000
/** Betfair's ban for too many logins, and a little more for the clocks. */
const banMs = 20 * 60_000 + 5000
const keepAliveRetryMs = 30_000

const shortLifeMs = 60_000
/** So many sessions may go as soon as they have come before the next is waited for. */
const shortLivesForgiven = 3
/** Then twelve logins a minute at most: far from the hundred that are a ban, and no long silence for the next session that lasts. */
const shortLifeDelayMs = 5000

const backOffMs = (failures: number) => Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 20))

export type ForCall =
  | { readonly _tag: "UseToken"; readonly token: Token }
  | { readonly _tag: "Fail"; readonly error: LoginFailed }
  | { readonly _tag: "Login" }

/** What a caller who needs a token gets. */
export const forCall = (state: SessionState, now: number): ForCall => {
  if (state._tag === "LoggedIn") {
    return now < state.expiresAt ? { _tag: "UseToken", token: state.token } : { _tag: "Login" }
  }
  const { refusal } = state
  const mayTry = refusal === null || (refusal.retryAt !== null && refusal.retryAt <= now)
  return mayTry ? { _tag: "Login" } : { _tag: "Fail", error: refusal }
}

export interface Duty {
  readonly duty: "KeepAlive" | "Login"
  readonly at: number
}

/** What is to be done next without being asked, and when; null when there is nothing. */
export const nextDuty = (state: SessionState): Duty | null => {
  if (state._tag === "LoggedIn") {
    return state.keepAliveAt < state.expiresAt
      ? { duty: "KeepAlive", at: state.keepAliveAt }
      : { duty: "Login", at: state.expiresAt }
  }
  if (!state.isWanted) return null
  if (state.refusal === null) return { duty: "Login", at: 0 }
  return state.refusal.retryAt === null ? null : { duty: "Login", at: state.refusal.retryAt }
}

/** After an attempt to log in; first what its callers get. */
export const afterLogin =
  (attempt: Result.Result<Token, IdentityFailure>, now: number, sessionLength: Duration.Duration) =>
  (state: SessionState): readonly [Result.Result<Token, LoginFailed>, SessionState] => {
    if (Result.isSuccess(attempt)) {
      return [
        Result.succeed(attempt.success),
        {
          _tag: "LoggedIn",
          token: attempt.success,
          since: now,
          ...lasting(now, sessionLength),
          shortLived: state.shortLived,
          lastFailure: state.lastFailure
        }
      ]
    }
    const { problem, status } = attempt.failure
    const failures = state._tag === "LoggedOut" ? state.failures : 0
    const retryAt = retryOf(status, failures, now)
    const refusal = new LoginFailed({ status, problem, retryAt })
    const { shortLived } = state
    const lastFailure = { at: now, status, problem }
    return [
      Result.fail(refusal),
      { _tag: "LoggedOut", refusal, failures: failures + 1, shortLived, isWanted: true, lastFailure }
    ]
  }

/** Null when another attempt would fail as well, or lock the account. */
const retryOf = (status: string, failures: number, now: number): number | null => {
  switch (kindOf(status)) {
    case "Final":
      return null
    case "Ban":
      return now + banMs
    case "Passing":
      return now + backOffMs(failures)
  }
}

/**
 * After Betfair did not know the token of a call. Where each new session is forgotten at once, logins slow down: a hundred
 * of them a minute would end in a ban.
 */
export const afterRefusal =
  (token: Token, now: number) =>
  (state: SessionState): SessionState => {
    if (state._tag !== "LoggedIn" || Redacted.value(state.token) !== Redacted.value(token)) return state
    const status = "INVALID_SESSION_INFORMATION"
    const problem = "Betfair does not know the session"
    const shortLived = now - state.since < shortLifeMs ? state.shortLived + 1 : 0
    const refusal =
      shortLived > shortLivesForgiven ? new LoginFailed({ status, problem, retryAt: now + shortLifeDelayMs }) : null
    return { ...loggedOut, refusal, shortLived, isWanted: true, lastFailure: { at: now, status, problem } }
  }

/** After a keep-alive: longer life, the end of it, or another attempt while there is life left. */
export const afterKeepAlive =
  (token: Token, answer: Result.Result<void, IdentityFailure>, now: number, sessionLength: Duration.Duration) =>
  (state: SessionState): SessionState => {
    if (state._tag !== "LoggedIn" || state.token !== token) return state
    if (Result.isSuccess(answer)) return { ...state, ...lasting(now, sessionLength) }
    const { problem, status } = answer.failure
    const lastFailure = { at: now, status, problem }
    if (sessionGone.has(status)) return { ...loggedOut, isWanted: true, lastFailure }
    return { ...state, keepAliveAt: now + keepAliveRetryMs, lastFailure }
  }

const sessionGone: ReadonlySet<string> = new Set(["NO_SESSION", "INVALID_SESSION_INFORMATION"])

export const status = (state: SessionState): SessionStatus => ({
  loggedInSince: state._tag === "LoggedIn" ? state.since : null,
  expiresAt: state._tag === "LoggedIn" ? state.expiresAt : null,
  lastFailure: state.lastFailure,
  nextLoginAt: state._tag === "LoggedIn" ? null : (state.refusal?.retryAt ?? null)
})

/** Half of the session is left when it is prolonged, so that there is time to try again. */
const lasting = (now: number, sessionLength: Duration.Duration) => {
  const length = Duration.toMillis(sessionLength)
  return { expiresAt: now + length, keepAliveAt: now + length / 2 }
}
