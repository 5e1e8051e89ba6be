/** Bets and their history. Every write appends to the audit table in the same transaction. */
import { Context, type Effect } from "effect"
import type { Bet } from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export class BetRepository extends Context.Service<
  BetRepository,
  {
    /** Commits new intents, all or none. A `conflict` means that the strategy has such a bet open already. */
    readonly create: (bets: ReadonlyArray<Bet>) => Effect.Effect<void, StorageFailure>
    /** Writes bets as they are now, all or none. A row that is already further on (`Bet.transition`) is left as it is. */
    readonly update: (bets: ReadonlyArray<Bet>) => Effect.Effect<void, StorageFailure>
    readonly byId: (id: BetId) => Effect.Effect<Bet | null, StorageFailure>
    readonly byBetfairBetId: (mode: Mode, betfairBetId: string) => Effect.Effect<Bet | null, StorageFailure>
    /** Bets that are neither settled nor ended, oldest first. */
    readonly open: (mode: Mode) => Effect.Effect<ReadonlyArray<Bet>, StorageFailure>
    readonly onMarket: (mode: Mode, marketId: MarketId) => Effect.Effect<ReadonlyArray<Bet>, StorageFailure>
    /** Settled at or after `from` and before `to` (epoch milliseconds), in the order of settlement. */
    readonly settledBetween: (mode: Mode, from: number, to: number) => Effect.Effect<ReadonlyArray<Bet>, StorageFailure>
    /** Newest first. */
    readonly recent: (mode: Mode, limit: number) => Effect.Effect<ReadonlyArray<Bet>, StorageFailure>
  }
>()("clever-better/persistence/BetRepository") {}
