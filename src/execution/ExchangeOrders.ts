/** Asks the exchange what it has of our orders. Reading only; its answers are facts as of when they were asked for. */
import { Context, type Effect, Schema } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { ClearedOrder, ExchangeOrder } from "./ExchangeOrder.ts"

/** The exchange could not be asked. Nothing follows from it for any order. */
export class ExchangeUnavailable extends Schema.TaggedError<ExchangeUnavailable>()("ExchangeUnavailable", {
  operation: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** Which orders are meant: by their own ids or by the references they were placed with, not both at once. */
export interface Wanted {
  readonly betfairBetIds: ReadonlyArray<string>
  readonly customerOrderRefs: ReadonlyArray<string>
}

/** How the exchange settled a market: every bet of the account on it, those of others (by hand, other bots) included. */
export interface ClearedMarket {
  readonly orders: ReadonlyArray<ClearedOrder>
  /** Charged on the account's net winnings on the market; null while the exchange has not said. */
  readonly commission: Pence | null
}

type Asking<A> = Effect.Effect<A, ExchangeUnavailable>

export class ExchangeOrders extends Context.Service<
  ExchangeOrders,
  {
    /** The reference by which this bot's orders are told from others' of the same account. */
    readonly strategyRef: string
    /** All orders of this bot on markets that are not settled: executable, and matched ones. */
    readonly ofThisBot: Asking<ReadonlyArray<ExchangeOrder>>
    /** Those of the wanted orders that are on markets that are not settled, whatever strategy reference they have. */
    readonly current: (wanted: Wanted) => Asking<ReadonlyArray<ExchangeOrder>>
    /** What is cleared of the wanted orders: settled, voided, lapsed and cancelled. */
    readonly cleared: (wanted: Wanted) => Asking<ReadonlyArray<ClearedOrder>>
    /** Orders of this bot that were settled since then, epoch milliseconds. */
    readonly settledSince: (from: number) => Asking<ReadonlyArray<ClearedOrder>>
    readonly clearedMarket: (marketId: MarketId) => Asking<ClearedMarket>
  }
>()("clever-better/execution/ExchangeOrders") {}
