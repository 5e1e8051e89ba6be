/**
 * An order as the exchange tells of it, whichever way it was heard: on the stream, in an answer, or when it was asked. Sizes
 * are running totals, so that what comes twice or late says nothing new.
 */
import { fromCustomerOrderRef } from "../domain/Identifiers.ts"
import type { Bet, OrderState } from "../domain/Bet.ts"
import type { BetId, MarketId, SelectionId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { OrderSpec } from "../domain/Order.ts"
import type { Side } from "../domain/Side.ts"

interface Identity {
  readonly betfairBetId: string
  /** As it was given when the order (or the one it replaced) was placed; null without one. */
  readonly customerOrderRef: string | null
  readonly customerStrategyRef: string | null
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  readonly handicap: number
  readonly side: Side
  /** As it was placed; what has become of it is in `state`. */
  readonly order: OrderSpec
  readonly placedAt: number | null
}

/** An order of a market that is not settled. */
export interface ExchangeOrder extends Identity {
  readonly state: OrderState
  /** As of when, epoch milliseconds: when it was published, or when it was asked for. */
  readonly at: number
}

/** What the exchange has cleared of an order: its four lists summed up. */
export interface ClearedOrder extends Identity {
  /** Null where nothing of it was settled. */
  readonly settled: {
    readonly at: number
    readonly size: Pence
    /** Average, in hundredths, not necessarily whole. */
    readonly price: number
    /** Before commission. */
    readonly profit: Pence
  } | null
  readonly voided: Pence
  readonly lapsed: Pence
  readonly cancelled: Pence
  readonly at: number
}

/** Our own id of the bet that an order names; null when it names none. */
export const betIdOf = ({ customerOrderRef }: Pick<Identity, "customerOrderRef">): BetId | null =>
  customerOrderRef === null ? null : fromCustomerOrderRef(customerOrderRef)

const sizeOf = (order: OrderSpec): Pence => (order._tag === "LIMIT" ? order.size : order.liability)

/** How much of the order its lists account for. */
export const clearedSize = ({ cancelled, lapsed, settled, voided }: ClearedOrder): Pence =>
  (settled?.size ?? 0) + voided + lapsed + cancelled

/**
 * True when the lists account for the whole bet. While they do not, a part of it may be elsewhere: the lists are not written
 * all at once. An order for the starting price is matched, voided or lapsed as one.
 */
export const isWhole = (cleared: ClearedOrder, bet: Bet): boolean =>
  bet.order._tag === "LIMIT" ? clearedSize(cleared) >= sizeOf(bet.order) : clearedSize(cleared) > 0

/** The order as it ended. */
export const endOf = ({ betfairBetId, cancelled, lapsed, placedAt, settled, voided }: ClearedOrder): OrderState => ({
  betfairBetId,
  placedAt,
  fills: settled === null || settled.size === 0 ? [] : [{ at: settled.at, price: settled.price, size: settled.size }],
  sizeRemaining: 0,
  sizeCancelled: cancelled,
  sizeLapsed: lapsed,
  sizeVoided: voided,
  complete: true
})
