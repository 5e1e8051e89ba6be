/**
 * An order inside the simulated venue: plain mutable data, changed in place by the engine of its market and turned into
 * the domain's `OrderState` only when somebody wants to hear of it.
 */
import type { Bet, OrderState } from "../domain/Bet.ts"
import type { BetId, RunnerKey, StrategyId } from "../domain/Identifiers.ts"
import { customerOrderRef, runnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { Fill, OrderSpec, Persistence } from "../domain/Order.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"

/** `RESTORED` waits for its market to be seen again after a restart. */
export type OrderPhase = "PENDING" | "RESTORED" | "LIVE" | "COMPLETE"

/** What was asked of a live order and not yet looked at; one request at a time. */
export type OrderRequest = "NONE" | "CANCEL" | "UPDATE" | "REPLACE"

export interface OrderTerms {
  readonly id: BetId
  readonly owner: StrategyId
  readonly runner: RunnerKey
  readonly side: Side
  readonly order: OrderSpec
}

export class MatchingOrder {
  readonly id: BetId
  /** See `venueId`. */
  readonly venueId: string
  readonly owner: StrategyId
  readonly runner: RunnerKey
  readonly isBack: boolean
  readonly type: OrderSpec["_tag"]
  /** Limit in hundredths, 0 without one. A withdrawal may lower the limit of a lay. */
  price: Price
  /** Backer's stake of a LIMIT order, otherwise the liability it was placed with. */
  readonly size: Pence
  /** Of an order for the starting price: what is still at stake after withdrawals, not necessarily whole pence. */
  liability: number
  persistence: Persistence
  readonly fillOrKill: boolean
  readonly minFillSize: Pence
  phase: OrderPhase = "PENDING"
  request: OrderRequest = "NONE"
  /** Its cancellation was due before it was placed. */
  cancelled = false
  /** Order of submission, which decides between orders at one price. */
  sequence = 0
  placedAt: number | null = null
  completedAt: number | null = null
  fills: Array<Fill> = []
  sizeMatched: Pence = 0
  sizeCancelled: Pence = 0
  sizeLapsed: Pence = 0
  sizeVoided: Pence = 0
  /** Money of others ahead of it in half-pence, because traded volume counts both sides; Infinity while it is not known. */
  queue = 0
  /** The same in pounds, as the reference's arithmetic moves it; only one of the two is kept up, by the profile's rounding. */
  queuePounds = 0
  /** What was last displayed at its price, on its own side. */
  shown: Pence = 0
  /** The market's version and in-play flag as they were when it was placed or last looked at. */
  version = 0
  inPlay = false
  /** The venue's code when it was refused. */
  refusal: string | null = null
  /** Known up to this instant when it was restored: later withdrawals still have to be applied. */
  restoredFrom = 0
  /** It stands in the list of changed orders. */
  noted = false
  /** Its end has been reported; later reports only revise it. */
  isTold = false

  constructor({ id, order, owner, runner, side }: OrderTerms) {
    this.id = id
    this.venueId = venueId(id)
    this.owner = owner
    this.runner = runner
    this.isBack = side === "BACK"
    this.type = order._tag
    this.price = order._tag === "MARKET_ON_CLOSE" ? 0 : order.price
    this.size = order._tag === "LIMIT" ? order.size : order.liability
    this.liability = order._tag === "LIMIT" ? 0 : order.liability
    this.persistence = order._tag === "LIMIT" ? order.persistence : "LAPSE"
    this.fillOrKill = order._tag === "LIMIT" && order.timeInForce === "FILL_OR_KILL"
    this.minFillSize = order._tag === "LIMIT" ? (order.minFillSize ?? order.size) : 0
  }

  /** Unmatched stake of a LIMIT order. */
  get remaining(): Pence {
    return this.size - this.sizeMatched - this.sizeCancelled - this.sizeLapsed - this.sizeVoided
  }

  /** True when it is matched at the starting price, if there is one. */
  get takesStartingPrice(): boolean {
    return this.type !== "LIMIT" || this.persistence === "MARKET_ON_CLOSE"
  }
}

/** The simulator's id of a bet: the same whatever the process. */
export const venueId = (id: BetId): string => `paper-${customerOrderRef(id)}`

export const fromBet = (bet: Bet): MatchingOrder =>
  new MatchingOrder({
    id: bet.id,
    owner: bet.strategyId,
    runner: runnerKey(bet.selectionId, bet.handicap),
    side: bet.side,
    order: bet.order
  })

/** A bet of an earlier process with what is known of it. */
export const fromOpenBet = (bet: Bet): MatchingOrder => {
  const order = fromBet(bet)
  order.phase = bet.complete ? "COMPLETE" : "RESTORED"
  order.placedAt = bet.placedAt
  order.fills = [...bet.fills]
  for (const fill of bet.fills) order.sizeMatched += fill.size
  order.sizeCancelled = bet.sizeCancelled
  order.sizeLapsed = bet.sizeLapsed
  order.sizeVoided = bet.sizeVoided
  order.restoredFrom = bet.updatedAt
  return order
}

export const toState = (order: MatchingOrder): OrderState => {
  const complete = order.phase === "COMPLETE"
  return {
    betfairBetId: order.venueId,
    placedAt: order.placedAt,
    fills: order.fills.slice(),
    sizeRemaining: complete ? 0 : order.type === "LIMIT" ? Math.max(0, order.remaining) : Math.round(order.liability),
    sizeCancelled: order.sizeCancelled,
    sizeLapsed: order.sizeLapsed,
    sizeVoided: Math.round(order.sizeVoided),
    complete
  }
}
