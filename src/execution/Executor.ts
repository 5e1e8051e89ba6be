/**
 * Places, cancels and replaces orders. It takes only what the risk manager approved. Two Layers serve this tag:
 * `ExecutorLive` with real money and `ExecutorPaper` against the real prices.
 */
import { Context, type Effect } from "effect"
import type { ApprovedOrder } from "../domain/ApprovedOrder.ts"
import type { Bet } from "../domain/Bet.ts"
import type { Denial } from "../domain/Decision.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Persistence } from "../domain/Order.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"

export interface ExecutionMetrics {
  readonly placed: number
  readonly rejected: number
  readonly unknown: number
  readonly cancelled: number
}

/** How an order is sent, apart from what it is. */
export interface SendingTerms {
  /** The market's version that the order is meant for: under another one it lapses. Absent: whatever it is. */
  readonly marketVersion?: number
}

export class Executor extends Context.Service<
  Executor,
  {
    readonly mode: Mode
    /**
     * Commits the intent, then places it. The bet comes back as far as it is known: `pending` while the venue has not
     * answered, `rejected` with the venue's code, `unknown` when it may or may not have been placed. Fails only when the
     * intent could not be committed, and then nothing has been sent.
     */
    readonly executeSignal: (order: ApprovedOrder, terms?: SendingTerms) => Effect.Effect<Bet, StorageFailure>
    /** Like `executeSignal` for orders of one market, in one transaction of the exchange. */
    readonly executeBatch: (
      orders: ReadonlyArray<ApprovedOrder>,
      terms?: SendingTerms
    ) => Effect.Effect<ReadonlyArray<Bet>, StorageFailure>
    /** Asks for the unmatched part to be cancelled; whether it was, an order update tells. Null when it was asked for. */
    readonly cancelBet: (bet: Bet) => Effect.Effect<Denial | null>
    /** Asks for all unmatched parts to be cancelled, of one market or of all. Returns how many were asked for. */
    readonly cancelAll: (marketId?: MarketId) => Effect.Effect<number>
    /**
     * Asks for another persistence of the unmatched part. Null when it was asked for. Gotcha: the bet's row keeps the terms
     * it was placed with.
     */
    readonly updateBet: (bet: Bet, persistence: Persistence) => Effect.Effect<Denial | null>
    /** Cancels the unmatched part and places it again at the price of the approved new order. */
    readonly replace: (bet: Bet, order: ApprovedOrder, terms?: SendingTerms) => Effect.Effect<Bet, StorageFailure>
    /** Takes up the open bets of an earlier process, once, before anything is placed. */
    readonly resume: (openBets: ReadonlyArray<Bet>) => Effect.Effect<void>
    readonly metrics: Effect.Effect<ExecutionMetrics>
  }
>()("clever-better/execution/Executor") {}
