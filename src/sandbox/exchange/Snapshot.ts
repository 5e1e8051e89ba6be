/**
 * What an exchange has to keep to go on after a restart as if there had been none. Markets are a function of the day and of
 * what accounts did in them, so of open markets only those acts are kept and played again; accounts and settled orders
 * are kept as they are.
 */
import type { AccountState } from "./Account.ts"
import type { KeptDay } from "./ExchangeDay.ts"
import type { MarketAct } from "./MarketAct.ts"
import type { ClearedOrder } from "./ClearedOrder.ts"

export interface Snapshot {
  readonly version: 1
  readonly day: KeptDay
  /** Epoch milliseconds. */
  readonly now: number
  readonly nextBetId: number
  readonly accounts: ReadonlyArray<AccountState>
  /** By market, oldest first: acts in markets that are not settled. */
  readonly acts: Readonly<Record<string, ReadonlyArray<MarketAct>>>
  readonly cleared: ReadonlyArray<ClearedOrder>
  /** How many settled orders there were before the first of `cleared`. */
  readonly clearedBefore: number
}
