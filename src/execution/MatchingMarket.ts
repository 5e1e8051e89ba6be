/**
 * All that the simulated venue holds of one market: its orders, those that are live in their order of priority, what they
 * have taken, and which of them have changed since somebody last asked.
 */
import type { BetId, MarketId, RunnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import type { MatchingProfile } from "./MatchingProfile.ts"
import { TakenLiquidity } from "./TakenLiquidity.ts"

export class MatchingMarket {
  readonly marketId: MarketId
  readonly profile: MatchingProfile
  /** Every order that a withdrawal could still touch. */
  readonly orders = new Map<BetId, MatchingOrder>()
  /** Live orders: by strategy where strategies are apart, then runner, then as `isAhead` says. */
  readonly live: Array<MatchingOrder> = []
  readonly taken = new TakenLiquidity()
  /** Withdrawn runners that have been dealt with, and their factors. */
  readonly removed = new Map<RunnerKey, number>()
  /** Orders to report. Whoever reports one clears `noted`. */
  readonly changed: Array<MatchingOrder> = []
  private ended = false
  private submitted = 0

  constructor(marketId: MarketId, profile: MatchingProfile) {
    this.marketId = marketId
    this.profile = profile
  }

  add(order: MatchingOrder): void {
    order.sequence = ++this.submitted
    this.orders.set(order.id, order)
  }

  note(order: MatchingOrder): void {
    if (order.noted) return
    order.noted = true
    this.changed.push(order)
  }

  /** Makes an order live, in its place among the others. */
  enter(order: MatchingOrder): void {
    order.phase = "LIVE"
    const { live } = this
    let index = live.length
    while (index > 0 && this.isAhead(order, live[index - 1]!)) index--
    live.splice(index, 0, order)
    this.note(order)
  }

  /** Puts an order whose limit has changed into its new place. */
  moved(order: MatchingOrder): void {
    this.live.splice(this.live.indexOf(order), 1)
    this.enter(order)
  }

  fill(order: MatchingOrder, at: number, price: Price, size: Pence): void {
    order.fills.push({ at, price, size })
    order.sizeMatched += size
    this.note(order)
  }

  /** Nothing more can be matched. The order leaves `live` with the next `sweep`, and `orders` at once if nothing can touch it. */
  end(order: MatchingOrder, at: number): void {
    if (order.phase === "COMPLETE") return
    if (order.phase === "LIVE") this.ended = true
    order.phase = "COMPLETE"
    order.request = "NONE"
    order.completedAt = at
    if (order.sizeMatched === 0 && this.profile.bookkeeping === "exact") this.orders.delete(order.id)
    this.note(order)
  }

  lapse(order: MatchingOrder, at: number): void {
    if (order.type === "LIMIT") order.sizeLapsed += Math.max(0, order.remaining)
    else if (order.sizeMatched === 0 && this.profile.bookkeeping === "exact") order.sizeLapsed = order.size
    this.end(order, at)
  }

  /** Ends an order that never reached the market. */
  refuse(order: MatchingOrder, code: string, at: number): void {
    order.refusal = code
    this.end(order, at)
  }

  /** Takes the ended orders out of `live`. */
  sweep(): void {
    if (!this.ended) return
    this.ended = false
    let kept = 0
    for (const order of this.live) if (order.phase === "LIVE") this.live[kept++] = order
    this.live.length = kept
  }

  /** Lays before backs, the price that is better for the other side first, then by submission. */
  private isAhead(a: MatchingOrder, b: MatchingOrder): boolean {
    if (this.profile.volumeSharing === "strategy" && a.owner !== b.owner) return a.owner < b.owner
    if (a.runner !== b.runner) return a.runner < b.runner
    if (a.isBack !== b.isBack) return !a.isBack
    if (a.price !== b.price) return a.isBack ? a.price < b.price : a.price > b.price
    return a.sequence < b.sequence
  }
}
