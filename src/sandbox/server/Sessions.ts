/**
 * Who may ask: accounts with their passwords, application keys, and the sessions that logins begin. Plain state; whoever
 * asks tells the time.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { AccountId } from "../exchange/ExchangeContract.ts"

export interface Account {
  readonly accountId: AccountId
  readonly username: string
  readonly password: string
}

export interface SessionsOptions {
  readonly accounts: ReadonlyArray<Account>
  /** The key that may bet and sees prices as they are. */
  readonly appKey: string
  /** The key with delayed prices, which may not bet. */
  readonly delayedAppKey: string
  /** A session ends so long after its login or its last keep-alive. */
  readonly sessionMs: number
}

export interface Caller {
  readonly account: Account
  readonly token: string
  readonly appKey: string
  readonly isDelayed: boolean
}

export type Refusal = "NO_APP_KEY" | "INVALID_APP_KEY" | "NO_SESSION" | "INVALID_SESSION_INFORMATION"

interface Session {
  readonly account: Account
  expiresAt: number
}

/** More logins in a minute than this, and the account may not log in for twenty; its sessions stay. */
const loginsPerMinute = 100
const banMs = 20 * 60_000
/** Beyond this the oldest sessions end. */
const maximumSessions = 10_000

export class Sessions {
  readonly options: SessionsOptions
  private readonly sessions = new Map<string, Session>()
  private readonly logins = new Map<string, { at: Array<number>; bannedUntil: number }>()

  constructor(options: SessionsOptions) {
    this.options = options
  }

  /** A new session's token, or why there is none. */
  login(
    username: string,
    password: string,
    now: number
  ):
    | { readonly token: string }
    | { readonly refused: "INVALID_USERNAME_OR_PASSWORD" | "TEMPORARY_BAN_TOO_MANY_REQUESTS" } {
    const account = this.options.accounts.find((known) => known.username === username)
    if (account === undefined || !isSame(account.password, password)) return { refused: "INVALID_USERNAME_OR_PASSWORD" }
    if (this.isBanned(username, now)) return { refused: "TEMPORARY_BAN_TOO_MANY_REQUESTS" }
    const token = randomBytes(32).toString("base64")
    if (this.sessions.size >= maximumSessions) this.sessions.delete(this.sessions.keys().next().value ?? "")
    this.sessions.set(token, { account, expiresAt: now + this.options.sessionMs })
    return { token }
  }

  /** Whose session it is; undefined when there is none, or it has ended. */
  accountOf(token: string, now: number): Account | undefined {
    const session = this.sessions.get(token)
    if (session === undefined) return undefined
    if (session.expiresAt > now) return session.account
    this.sessions.delete(token)
    return undefined
  }

  keepAlive(token: string, now: number): boolean {
    if (this.accountOf(token, now) === undefined) return false
    this.sessions.get(token)!.expiresAt = now + this.options.sessionMs
    return true
  }

  /** False when there was no such session. */
  logout(token: string): boolean {
    return this.sessions.delete(token)
  }

  /** Ends all sessions, or those of one account; returns how many there were. */
  expire(username?: string): number {
    const ended = [...this.sessions].filter(
      ([, { account }]) => username === undefined || account.username === username
    )
    for (const [token] of ended) this.sessions.delete(token)
    return ended.length
  }

  /** @param appKey and `token` as in the headers X-Application and X-Authentication */
  caller(appKey: string | undefined, token: string | undefined, now: number): Caller | Refusal {
    if (appKey === undefined || appKey === "") return "NO_APP_KEY"
    const { appKey: live, delayedAppKey } = this.options
    if (appKey !== live && appKey !== delayedAppKey) return "INVALID_APP_KEY"
    if (token === undefined || token === "") return "NO_SESSION"
    const account = this.accountOf(token, now)
    if (account === undefined) return "INVALID_SESSION_INFORMATION"
    return { account, token, appKey, isDelayed: appKey === delayedAppKey }
  }

  private isBanned(username: string, now: number): boolean {
    const record = this.logins.get(username) ?? { at: [], bannedUntil: 0 }
    this.logins.set(username, record)
    if (now < record.bannedUntil) return true
    record.at = record.at.filter((at) => at > now - 60_000)
    if (record.at.length >= loginsPerMinute) {
      record.bannedUntil = now + banMs
      return true
    }
    record.at.push(now)
    return false
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest()
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))
