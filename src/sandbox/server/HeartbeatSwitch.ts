/**
 * The heartbeat API's dead-man's switch: an account that registered and falls silent has its unmatched LIMIT bets cancelled.
 * Registrations live in memory only: as the exchange says of its own, a service that was away has forgotten them.
 *
 * Source: HeartbeatAPING; bounds of 10 and 300 seconds from its documentation.
 */
import type { AccountId } from "../exchange/ExchangeContract.ts"

export type ActionPerformed = "NONE" | "ALL_BETS_CANCELLED" | "SOME_BETS_NOT_CANCELLED"

export interface HeartbeatReport {
  readonly actualTimeoutSeconds: number
  readonly actionPerformed: ActionPerformed
}

const minimumSeconds = 10
const maximumSeconds = 300

interface Registration {
  /** Epoch milliseconds; infinite when it has fired, or is not registered. */
  deadline: number
  /** Since the last heartbeat. */
  performed: ActionPerformed
}

export class HeartbeatSwitch {
  private readonly registrations = new Map<AccountId, Registration>()

  /** A heartbeat of 0 seconds unregisters and still tells what was done. Undefined for a timeout that makes no sense. */
  beat(accountId: AccountId, preferredTimeoutSeconds: unknown, now: number): HeartbeatReport | undefined {
    // Clients that write numbers as texts are understood, as the exchange does.
    const seconds =
      typeof preferredTimeoutSeconds === "string" ? Number(preferredTimeoutSeconds) : preferredTimeoutSeconds
    if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 0) return undefined
    const actionPerformed = this.registrations.get(accountId)?.performed ?? "NONE"
    if (seconds === 0) {
      this.registrations.delete(accountId)
      return { actualTimeoutSeconds: 0, actionPerformed }
    }
    const actualTimeoutSeconds = Math.min(maximumSeconds, Math.max(minimumSeconds, seconds))
    this.registrations.set(accountId, { deadline: now + actualTimeoutSeconds * 1000, performed: "NONE" })
    return { actualTimeoutSeconds, actionPerformed }
  }

  /** Calls `cancelAll` once for each account whose time is up. */
  check(
    now: number,
    cancelAll: (accountId: AccountId) => { readonly found: number; readonly cancelled: number }
  ): void {
    for (const [accountId, registration] of this.registrations) {
      if (now < registration.deadline) continue
      const { cancelled, found } = cancelAll(accountId)
      registration.deadline = Number.POSITIVE_INFINITY
      registration.performed = cancelled === found ? "ALL_BETS_CANCELLED" : "SOME_BETS_NOT_CANCELLED"
    }
  }

  forget(): void {
    this.registrations.clear()
  }
}
