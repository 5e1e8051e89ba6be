/**
 * Where accounts' orders stand in a recorded market: matched by the rules of the simulated venue (`execution/Matching…`,
 * profile `default`) with the prices and the traded volume of the recording, and with each other before that. What of the
 * orders goes for other reasons, the exchange's own rules say.
 *
 * Best price first. At one price a resting order of an account is matched before recorded money unless some of that stood
 * there before it.
 */
import type { BetId, MarketId, RunnerKey, StrategyId } from "../../domain/Identifiers.ts"
import type { Pence } from "../../domain/Money.ts"
import { classic, floor, tickOf } from "../../domain/PriceLadder.ts"
import { MatchingMarket } from "../../execution/MatchingMarket.ts"
import { MatchingOrder } from "../../execution/MatchingOrder.ts"
import { crossesAt, joinQueue } from "../../execution/MatchingPlacement.ts"
import { profiles } from "../../execution/MatchingProfile.ts"
import { matchResting } from "../../execution/MatchingQueue.ts"
import * as MatchingTaking from "../../execution/MatchingTaking.ts"
import type { MarketBook, RunnerBook } from "../../market/MarketBook.ts"
import type { Order } from "../OrderBook.ts"

/** An account's order and what stands for it among the simulated venue's. */
interface Standing {
  readonly order: Order
  readonly inner: MatchingOrder
  /** Fills that its owner has heard of. */
  told: number
}

/** Volumes are shared, and orders stand behind each other, over all accounts. */
const everybody = "accounts" as StrategyId

export class RecordedVenue {
  private readonly market: MatchingMarket
  private readonly book: MarketBook
  /** By the simulated venue's order, oldest first. */
  private readonly standing = new Map<MatchingOrder, Standing>()
  private readonly byOrder = new Map<Order, Standing>()
  private readonly traded: (runner: RunnerKey, tick: number, size: Pence) => void
  private placed = 0

  /** @param traded told of each match that the recording does not know of */
  constructor(marketId: MarketId, book: MarketBook, traded: (runner: RunnerKey, tick: number, size: Pence) => void) {
    this.market = new MatchingMarket(marketId, profiles.default)
    this.book = book
    this.traded = traded
  }

  /** Matches what can be matched at the order's price or better; the rest of it rests. */
  place(key: RunnerKey, order: Order): void {
    const one = this.standingOf(key, order, null)
    const { inner } = one
    const runner = this.book.runnersByKey.get(key)
    const crosses = runner !== undefined && crossesAt(this.market, inner, runner)
    this.take(one, runner)
    if (inner.remaining > 0) {
      if (runner !== undefined) joinQueue(this.market, inner, runner, this.book, !crosses)
      this.market.enter(inner)
      this.standing.set(inner, one)
      this.byOrder.set(order, one)
    }
    this.settle()
  }

  /** With recorded money only. */
  fillOrKill(key: RunnerKey, order: Order, minFillSize: Pence): void {
    const runner = this.book.runnersByKey.get(key)
    if (runner === undefined) return
    const one = this.standingOf(key, order, minFillSize)
    MatchingTaking.fillOrKill(this.market, one.inner, runner, this.book.publishTime)
    this.tell(one, true)
    this.settle()
  }

  remove(order: Order): void {
    const one = this.byOrder.get(order)
    if (one === undefined) return
    this.market.end(one.inner, this.book.publishTime)
    this.settle()
  }

  reduce(order: Order, size: Pence): void {
    const one = this.byOrder.get(order)
    if (one === undefined) return
    one.inner.sizeCancelled += size
    order.remaining -= size
  }

  /** To be called after each update of the book; nothing is matched while the market is held. */
  updated(isHeld: boolean): void {
    const { book, market } = this
    market.taken.revise(book.updates)
    if (isHeld) return
    matchResting(market, book)
    for (const one of this.standing.values()) this.tell(one, false)
    this.settle()
  }

  /** What of the recorded money at a price accounts have not taken. */
  left(runner: RunnerBook, isBack: boolean, price: number, size: Pence): Pence {
    return Math.max(0, size - this.market.taken.at(runner, isBack, price))
  }

  /** The resting orders on a runner. */
  resting(key: RunnerKey): ReadonlyArray<Order> {
    return Array.from(this.standing.values()).flatMap(({ inner, order }) => (inner.runner === key ? [order] : []))
  }

  private standingOf(key: RunnerKey, order: Order, minFillSize: Pence | null): Standing {
    this.placed += 1
    const inner = new MatchingOrder({
      id: String(this.placed) as BetId,
      owner: everybody,
      runner: key,
      side: order.side,
      order: {
        _tag: "LIMIT",
        price: classic[order.tick]!,
        size: order.remaining,
        // The exchange lapses it when it is due; the simulated venue must not.
        persistence: "PERSIST",
        ...(minFillSize === null ? {} : { timeInForce: "FILL_OR_KILL", minFillSize })
      }
    })
    inner.sequence = this.placed
    return { order, inner, told: 0 }
  }

  private take(one: Standing, runner: RunnerBook | undefined): void {
    const { inner } = one
    for (const other of this.opposing(inner)) {
      if (inner.remaining === 0) return
      // At its price recorded money comes first only if it was there first.
      const limit = tickOf(other.inner.price) + (other.inner.queue > 0 ? 0 : inner.isBack ? 1 : -1)
      if (runner !== undefined && classic[limit] !== undefined) this.takeRecorded(one, runner, limit)
      this.match(one, other)
    }
    if (runner !== undefined) this.takeRecorded(one, runner, one.order.tick)
  }

  /** Resting orders that the order meets, in the order in which they are matched. */
  private opposing(inner: MatchingOrder): ReadonlyArray<Standing> {
    const better = inner.isBack ? -1 : 1
    return Array.from(this.standing.values())
      .filter(
        (other) =>
          other.inner.runner === inner.runner &&
          other.inner.isBack !== inner.isBack &&
          MatchingTaking.isWithin(inner, other.inner.price)
      )
      .toSorted((a, b) => better * (a.inner.price - b.inner.price) || a.inner.sequence - b.inner.sequence)
  }

  private takeRecorded(one: Standing, runner: RunnerBook, limit: number): void {
    const { inner } = one
    const { price } = inner
    inner.price = classic[limit]!
    MatchingTaking.takeWithinLimit(this.market, inner, runner, this.book.publishTime, "level")
    inner.price = price
    this.tell(one, true)
  }

  private match(one: Standing, other: Standing): void {
    const { price } = other.inner
    const size = Math.min(one.inner.remaining, other.inner.remaining)
    if (size <= 0) return
    for (const each of [other, one]) this.market.fill(each.inner, this.book.publishTime, price, size)
    if (other.inner.remaining === 0) this.market.end(other.inner, this.book.publishTime)
    this.tell(other, false)
    this.tell(one, true)
  }

  /** Tells an order's owner of its new fills; `isNews`: the recording does not know of them. */
  private tell(one: Standing, isNews: boolean): void {
    const { inner, order } = one
    for (; one.told < inner.fills.length; one.told++) {
      const { price, size } = inner.fills[one.told]!
      const tick = tickOf(floor(price))
      order.remaining -= size
      if (isNews) this.traded(inner.runner, tick, size)
      order.owner?.matched(tick, size)
    }
  }

  /** Forgets what has ended. */
  private settle(): void {
    const { market } = this
    for (const inner of market.changed) inner.noted = false
    market.changed.length = 0
    market.sweep()
    for (const [inner, { order }] of this.standing) {
      if (inner.phase !== "COMPLETE") continue
      this.standing.delete(inner)
      this.byOrder.delete(order)
    }
  }
}
