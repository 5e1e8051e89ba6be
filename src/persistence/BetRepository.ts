/** Bets and their history. Every write appends to the audit table in the same transaction. */
import { Context, type Effect } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Pence } from "../domain/Money.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export interface BetPage {
  /** Epoch milliseconds; at or after. */
  readonly from: number
  /** Before. */
  readonly to: number
  /** The last bet of the page before; null: the first page. */
  readonly after: BetId | null
  readonly limit: number
}

export class BetRepository extends Context.Service<
  BetRepository,
  {
    /**
     * Commits new intents, all or none. A `conflict` means that the strategy has such a bet open already; a replacement
     * stands beside the bet it replaces, but not beside another open replacement of it. After `unavailable` the intents may or may not have been committed: the bet must not be sent, and reconciliation closes
     * a row that is there.
     */
    readonly create: (bets: ReadonlyArray<Bet.Bet>) => Effect.Effect<void, StorageFailure>
    /**
     * Writes bets as they are now, all or none. A row that is already further on (`Bet.transition`) is left as it is; a
     * bet without a row is `invalid`.
     */
    readonly update: (bets: ReadonlyArray<Bet.Bet>) => Effect.Effect<void, StorageFailure>
    readonly byId: (id: BetId) => Effect.Effect<Bet.Bet | null, StorageFailure>
    readonly byBetfairBetId: (mode: Mode, betfairBetId: string) => Effect.Effect<Bet.Bet | null, StorageFailure>
    /** Bets that are neither settled nor ended, oldest first. */
    readonly open: (mode: Mode) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
    readonly onMarket: (mode: Mode, marketId: MarketId) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
    /** Settled at or after `from` and before `to` (epoch milliseconds), in the order of settlement. */
    readonly settledBetween: (
      mode: Mode,
      from: number,
      to: number
    ) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
    /** What all settled bets brought together, net of commission. */
    readonly totalNet: (mode: Mode) => Effect.Effect<Pence, StorageFailure>
    /** Newest first. */
    readonly recent: (mode: Mode, limit: number) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
    /** The bets that were settled last, the last of them first. */
    readonly lastSettled: (mode: Mode, limit: number) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
    /** Intended within the period, oldest first: so many after the one that a page ended with. */
    readonly page: (mode: Mode, page: BetPage) => Effect.Effect<ReadonlyArray<Bet.Bet>, StorageFailure>
  }
>()("clever-better/persistence/BetRepository") {}

/** What is compared to tell whether a write is news. */
export type Progress = Pick<
  Bet.Bet,
  "status" | "fills" | "sizeCancelled" | "sizeLapsed" | "sizeVoided" | "complete" | "updatedAt"
>

const moved = (bet: Progress) => Bet.sizeMatched(bet) + bet.sizeCancelled + bet.sizeLapsed + bet.sizeVoided

/**
 * Whether `next` may be written over `row`: the order of states of `Bet.transition`, for writers that do not know of each
 * other. `updateGuard` says the same in SQL, and a property test holds the two together.
 */
export const supersedes = (row: Progress, next: Progress): boolean => {
  const unsent = row.status === "pending" || row.status === "unknown"
  const later = next.updatedAt >= row.updatedAt
  switch (next.status) {
    case "pending":
      return row.status === "pending" && later
    case "unknown":
      return row.status === "pending" || (row.status === "unknown" && later)
    case "rejected":
      return unsent
    case "settled":
      return row.status === "settled" ? later : Bet.isOpen(row)
    default: {
      if (unsent) return true
      if (row.status === "rejected" || row.status === "settled") return false
      if (row.complete !== next.complete) return next.complete
      const difference = moved(next) - moved(row)
      return difference === 0 ? later : difference > 0
    }
  }
}
