/**
 * A bet of an account on the exchange, from its acceptance to its settlement. At all times matched + remaining + lapsed +
 * cancelled + voided is its size. Only where a liability becomes a stake, at the starting price, the two differ.
 */
import type { Pence } from "../../domain/Money.ts"
import { classic, type Price } from "../../domain/PriceLadder.ts"
import type { Side } from "../../domain/Side.ts"
import type { Order, OrderOwner } from "../OrderBook.ts"

export type PersistenceType = "LAPSE" | "PERSIST" | "MARKET_ON_CLOSE"
export type OrderType = "LIMIT" | "LIMIT_ON_CLOSE" | "MARKET_ON_CLOSE"
/** `PENDING` waits out the bet delay and is nobody's business yet; `EXPIRED` is a FILL_OR_KILL order that was killed. */
export type OrderStatus = "PENDING" | "EXECUTABLE" | "EXECUTION_COMPLETE" | "EXPIRED"

/** Why a bet lapsed, in the order stream's words (`lsrc`). */
export type LapseReason = "MKT_SUSPENDED" | "MKT_VERSION" | "SMALL_STAKE"

/** What an account asked for, once it has been found in order. */
export interface BetTerms {
  readonly betId: string
  readonly accountId: number
  readonly selectionId: number
  readonly side: Side
  readonly orderType: OrderType
  /** Tick of the CLASSIC ladder; -1 for MARKET_ON_CLOSE. */
  readonly tick: number
  /** Backer's stake of a LIMIT order, stake (BACK) or liability (LAY) of one at the starting price. */
  readonly size: Pence
  readonly persistenceType: PersistenceType
  /** FILL_OR_KILL with the least size that may be matched; null for others. */
  readonly minFillSize: Pence | null
  readonly customerOrderRef: string
  readonly customerStrategyRef: string
}

export interface Fill {
  readonly price: Price
  /** Backer's stake. */
  readonly size: Pence
  /** Epoch milliseconds. */
  readonly at: number
}

/** Hears of the matches of a bet's order. */
type Listener = (bet: Bet, tick: number, size: Pence) => void

export class Bet implements OrderOwner {
  readonly terms: BetTerms
  readonly marketId: string
  /** Epoch milliseconds, like all times here. */
  readonly placedAt: number
  status: OrderStatus = "EXECUTABLE"
  persistenceType: PersistenceType
  /** The limit; a withdrawal lowers that of a kept lay. */
  tick: number
  /** Of a LIMIT order its stake; at the starting price the stake or liability that waits. */
  remaining: Pence
  fills: Array<Fill> = []
  lapsed: Pence = 0
  cancelled: Pence = 0
  voided: Pence = 0
  matchedAt: number | null = null
  cancelledAt: number | null = null
  lapsedAt: number | null = null
  voidedAt: number | null = null
  lapseReason: LapseReason | null = null
  priceReduced = false
  /** What stands in the book. */
  resting: Order | null = null
  private readonly listener: Listener

  constructor(terms: BetTerms, marketId: string, placedAt: number, listener: Listener) {
    this.terms = terms
    this.marketId = marketId
    this.placedAt = placedAt
    this.persistenceType = terms.persistenceType
    this.tick = terms.tick
    this.remaining = terms.size
    this.listener = listener
  }

  matched(tick: number, size: Pence): void {
    this.listener(this, tick, size)
  }

  get isLimit(): boolean {
    return this.terms.orderType === "LIMIT"
  }

  /** Something of it can still be matched. */
  get isLive(): boolean {
    return this.status === "PENDING" || this.status === "EXECUTABLE"
  }

  /** The limit price; 0 without one. */
  get price(): Price {
    return this.tick < 0 ? 0 : classic[this.tick]!
  }

  get sizeMatched(): Pence {
    return this.fills.reduce((sum, fill) => sum + fill.size, 0)
  }

  /** Decimal odds, to the hundredth; 0 when nothing is matched. */
  get averagePrice(): number {
    const size = this.sizeMatched
    if (size === 0) return 0
    return Math.round(this.fills.reduce((sum, fill) => sum + fill.price * fill.size, 0) / size) / 100
  }
}

/** The liability of a lay of that stake, pence. */
export const liabilityOf = (price: Price, size: Pence): number => (size * (price - 100)) / 100
