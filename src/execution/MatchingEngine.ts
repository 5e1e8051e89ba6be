/**
 * The simulated venue for one market. Requests wait for their latency and then meet the book as it stood before the next
 * update; live orders are matched with what each update brings. Synchronous and without a clock: its owner calls
 * `beforeUpdate` and `afterUpdate` round every update, and `tick` when a market is quiet.
 */
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Pence } from "../domain/Money.ts"
import type { Persistence } from "../domain/Order.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import { MatchingMarket } from "./MatchingMarket.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"
import { crossesAt, joinQueue, place, type PlacementTimes } from "./MatchingPlacement.ts"
import { drawLatency, type Latencies, type MatchingProfile } from "./MatchingProfile.ts"
import { matchResting } from "./MatchingQueue.ts"
import { applyMissedRemovals, applyRemovals, noteRemovals } from "./MatchingRemoval.ts"
import { type MatchingRequest, MatchingRequests, type Waiting } from "./MatchingRequests.ts"
import { matchAtStartingPrice } from "./MatchingStartingPrice.ts"

/** The code of orders whose market closed, or was no longer heard of, before they reached it. */
export const marketNotOpen = "MARKET_NOT_OPEN_FOR_BETTING"

export class MatchingEngine {
  readonly market: MatchingMarket
  private readonly profile: MatchingProfile
  private readonly latencies: Latencies
  private readonly draw: (medianMs: number) => number
  private readonly requests: MatchingRequests
  /** As last looked at; null until the market has been seen. */
  private definition: MarketDefinition | null = null
  private restored: Array<MatchingOrder> = []

  constructor(marketId: MarketId, profile: MatchingProfile, latencies: Latencies) {
    this.market = new MatchingMarket(marketId, profile)
    this.profile = profile
    this.latencies = latencies
    this.draw = drawLatency(latencies.seed, marketId, latencies.spread)
    this.requests = new MatchingRequests(profile.honoursDelayModels)
  }

  /** Orders whose request has not been looked at yet. */
  get waiting(): number {
    return this.requests.length
  }

  /** Sends orders in one transaction. They wait for the market's first book if it has not been seen. */
  place(
    orders: ReadonlyArray<MatchingOrder>,
    book: MarketBook | undefined,
    now: number,
    marketVersion: number | null = null
  ): void {
    for (const order of orders) this.market.add(order)
    this.send({ _tag: "Place", orders, marketVersion }, book, now, this.latencies.placeMs)
  }

  /** False when there is nothing to cancel; true also when a request for it is under way already. */
  cancel(order: MatchingOrder, book: MarketBook | undefined, now: number, reduction: Pence | null = null): boolean {
    if (order.phase === "COMPLETE" || order.type !== "LIMIT") return false
    if (order.request !== "NONE") return true
    this.meet(book)
    if (this.definition === null || order.phase === "RESTORED") this.cancelRest(order, now, reduction)
    else {
      order.request = "CANCEL"
      this.send({ _tag: "Cancel", order, reduction }, book, now, this.latencies.cancelMs)
    }
    return true
  }

  /** Changes what becomes of the unmatched part at the off. */
  update(order: MatchingOrder, persistence: Persistence, book: MarketBook | undefined, now: number): boolean {
    if (!this.accepts(order)) return false
    order.request = "UPDATE"
    this.send({ _tag: "Update", order, persistence }, book, now, this.latencies.updateMs)
    return true
  }

  /** Cancels the unmatched part and places as much of it as `replacement` has, at the replacement's terms. */
  replace(
    order: MatchingOrder,
    replacement: MatchingOrder,
    book: MarketBook | undefined,
    now: number,
    marketVersion: number | null = null
  ): boolean {
    if (!this.accepts(order)) return false
    order.request = "REPLACE"
    this.market.add(replacement)
    this.send({ _tag: "Replace", order, replacement, marketVersion }, book, now, this.latencies.replaceMs)
    return true
  }

  /** Takes over an order of an earlier process; an unmatched part waits until the market is seen open before the off. */
  restore(order: MatchingOrder): void {
    this.market.add(order)
    this.restored.push(order)
  }

  /** An update of the market is about to be applied: what is due meets the book as it stands. */
  beforeUpdate(book: MarketBook, publishTime: number): void {
    if (publishTime > this.requests.nextDue) this.executeDue(book, publishTime)
  }

  afterUpdate(book: MarketBook): void {
    const { definition } = book
    if (definition === null) return
    const { market, profile } = this
    if (
      definition === this.definition &&
      market.live.length === 0 &&
      market.taken.isEmpty &&
      this.restored.length === 0
    ) {
      return
    }
    const isClosed = definition.status === "CLOSED"
    if (isClosed && !profile.endsAtClose) return
    this.meet(book)
    const isNew = definition !== this.definition
    this.definition = definition
    market.taken.revise(book.updates)
    if (isNew) {
      applyRemovals(market, book, definition)
      if (definition.bspReconciled) matchAtStartingPrice(market, definition, book.publishTime)
    }
    if (isNew && profile.lapsesAtTurn) this.lapseAtTurn(definition, book.publishTime)
    matchResting(market, book)
    if (isNew) this.lapseAtSuspension(definition, book.publishTime)
    this.enterRestored(book, definition)
    if (isClosed) this.close(book.publishTime)
    market.sweep()
  }

  /** Lets time pass on a quiet market. */
  tick(book: MarketBook, now: number): void {
    if (now > this.requests.nextDue) this.executeDue(book, now)
  }

  /** The market is over: nothing waits for it and, where the profile says so, nothing rests. */
  close(at: number): void {
    const { market, profile } = this
    for (const order of market.orders.values()) {
      if (order.phase === "PENDING") market.refuse(order, marketNotOpen, at)
      else if (order.phase === "RESTORED" || (order.phase === "LIVE" && profile.endsAtClose)) market.lapse(order, at)
    }
    this.requests.clear()
    this.restored = []
    market.sweep()
  }

  private accepts(order: MatchingOrder): boolean {
    return order.phase === "LIVE" && order.type === "LIMIT" && order.request === "NONE"
  }

  private send(request: MatchingRequest, book: MarketBook | undefined, now: number, medianMs: number): void {
    this.meet(book)
    this.requests.add(request, now + this.draw(medianMs), book?.definition ?? null)
  }

  /** The first look at the market: what was withdrawn before is no news, except to orders of an earlier process. */
  private meet(book: MarketBook | undefined): void {
    const definition = book?.definition ?? null
    if (this.definition !== null || book === undefined || definition === null) return
    this.definition = definition
    noteRemovals(this.market, definition)
    for (const order of this.restored) applyMissedRemovals(this.market, order, book, definition)
  }

  private executeDue(book: MarketBook, now: number): void {
    const { definition } = book
    if (definition === null) return
    this.meet(book)
    for (const waiting of this.requests.takeDue(now, definition)) {
      const at = Math.max(waiting.dueAt, book.publishTime)
      const times = this.profile.stamp === "book" ? { at: now, stamp: book.publishTime } : { at, stamp: at }
      this.execute(waiting, book, definition, times)
    }
    this.market.sweep()
  }

  private execute(waiting: Waiting, book: MarketBook, definition: MarketDefinition, times: PlacementTimes): void {
    const { request } = waiting
    switch (request._tag) {
      case "Place": {
        for (const order of request.orders) {
          if (order.phase !== "PENDING") continue
          if (this.mustWait(order, book, waiting)) {
            this.requests.postpone({ ...waiting, request: { ...request, orders: [order] } })
          } else place(this.market, order, book, definition, request.marketVersion, times)
        }
        return
      }
      case "Cancel":
        request.order.request = "NONE"
        if (request.order.phase === "PENDING") request.order.cancelled = true
        else if (definition.status === "OPEN") this.cancelRest(request.order, times.at, request.reduction)
        return
      case "Update":
        request.order.request = "NONE"
        if (definition.status === "OPEN" && definition.persistenceEnabled && request.order.phase === "LIVE") {
          request.order.persistence = request.persistence
        }
        return
      case "Replace": {
        if (this.mustWait(request.replacement, book, waiting)) return this.requests.postpone(waiting)
        return this.executeReplace(request.order, request.replacement, book, definition, request.marketVersion, times)
      }
    }
  }

  private executeReplace(
    order: MatchingOrder,
    replacement: MatchingOrder,
    book: MarketBook,
    definition: MarketDefinition,
    marketVersion: number | null,
    times: PlacementTimes
  ): void {
    order.request = "NONE"
    const freed = order.phase === "LIVE" ? order.remaining : 0
    if (freed === 0) return this.market.refuse(replacement, "BET_TAKEN_OR_LAPSED", times.at)
    if (definition.status !== "OPEN") return this.market.refuse(replacement, "BET_ACTION_ERROR", times.at)
    this.cancelRest(order, times.at, null)
    replacement.persistence = order.persistence
    replacement.sizeCancelled = Math.max(0, replacement.size - freed)
    place(this.market, replacement, book, definition, marketVersion, times)
  }

  /** True for an order that was spared the bet delay but would be matched at once. */
  private mustWait(order: MatchingOrder, book: MarketBook, { spared }: Waiting): boolean {
    const runner = book.runnersByKey.get(order.runner)
    if (!spared || runner === undefined || order.type !== "LIMIT") return false
    return order.fillOrKill || crossesAt(this.market, order, runner)
  }

  private cancelRest(order: MatchingOrder, at: number, reduction: Pence | null): void {
    if (order.phase === "COMPLETE" || order.type !== "LIMIT") return
    order.sizeCancelled += Math.min(reduction ?? order.remaining, order.remaining)
    if (order.remaining === 0) this.market.end(order, at)
    else this.market.note(order)
  }

  /** What does not persist ends with the turn in-play, before it could meet in-play prices. */
  private lapseAtTurn(definition: MarketDefinition, at: number): void {
    if (!definition.inPlay) return
    for (const order of this.market.live) {
      if (order.type === "LIMIT" && order.persistence === "LAPSE" && !order.inPlay) this.market.lapse(order, at)
    }
  }

  /** What does not persist ends with a material change: a suspension that comes with a new version of the market. */
  private lapseAtSuspension(definition: MarketDefinition, at: number): void {
    for (const order of this.market.live) {
      if (order.type !== "LIMIT" || order.phase !== "LIVE") continue
      const isNewVersion = order.version !== definition.version
      order.version = definition.version
      order.inPlay = definition.inPlay
      if (isNewVersion && definition.status === "SUSPENDED" && order.persistence === "LAPSE")
        this.market.lapse(order, at)
    }
  }

  /** Orders of an earlier process come back at the end of their queue, or lapse if their market has gone on without them. */
  private enterRestored(book: MarketBook, definition: MarketDefinition): void {
    if (this.restored.length === 0) return
    const { market } = this
    const isClosed = definition.status === "CLOSED"
    this.restored = this.restored.filter((order) => {
      if (order.phase !== "RESTORED") return false
      const hasStartingPrice = order.takesStartingPrice && definition.bspReconciled
      const isGone = isClosed || (definition.inPlay && order.persistence === "LAPSE" && order.type === "LIMIT")
      if (isGone && !hasStartingPrice) market.lapse(order, book.publishTime)
      else if (hasStartingPrice || definition.status === "OPEN") this.enter(order, book, definition)
      else return true
      return false
    })
    if (definition.bspReconciled) matchAtStartingPrice(market, definition, book.publishTime)
  }

  private enter(order: MatchingOrder, book: MarketBook, definition: MarketDefinition): void {
    const runner = book.runnersByKey.get(order.runner)
    order.version = definition.version
    order.inPlay = definition.inPlay
    if (runner !== undefined) joinQueue(this.market, order, runner, book, true)
    this.market.enter(order)
  }
}
