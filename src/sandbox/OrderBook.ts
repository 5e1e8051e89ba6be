/**
 * The unmatched orders on one runner, and their matching: best price first, then first come, first served, at the price
 * of the order that was there before. Everybody's orders rest here side by side; the crowd's are orders like any other.
 *
 * Prices are ticks of the CLASSIC ladder. What changed since the last publication is kept with the book, so that
 * publishing costs what has changed and not what there is.
 */
import type { Pence } from "../domain/Money.ts"
import { classic } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"

const ticks = classic.length

/** Whoever wants to hear of each match of an order. It must not touch the book while it listens. */
export interface OrderOwner {
  readonly matched: (tick: number, size: Pence) => void
}

export interface Order {
  readonly side: Side
  readonly tick: number
  /** Backer's stake that is not matched yet. */
  remaining: Pence
  /** Whether it stays when the market turns in-play. */
  readonly persists: boolean
  /** An account's; the crowd's orders have none. */
  readonly owner?: OrderOwner
}

export const isCrowds = (order: Order): boolean => order.owner === undefined

/** Ticks that changed, each once, in the order of their first change. */
export class ChangedTicks {
  readonly list: Array<number> = []
  private readonly marked = new Uint8Array(ticks)

  get isEmpty(): boolean {
    return this.list.length === 0
  }

  add(tick: number): void {
    if (this.marked[tick] === 1) return
    this.marked[tick] = 1
    this.list.push(tick)
  }

  clear(): void {
    for (const tick of this.list) this.marked[tick] = 0
    this.list.length = 0
  }
}

/** The resting orders of one side. */
export class RestingOrders {
  readonly side: Side
  /** Pence at each tick. */
  readonly sizes = new Float64Array(ticks)
  readonly changed = new ChangedTicks()
  /** Number of orders. */
  count = 0
  /** The tick that is matched first: the lowest of BACK orders, the highest of LAY orders; off the ladder when there is none. */
  best: number
  /** Which way prices get worse for whoever matches these orders. */
  readonly worse: 1 | -1
  private readonly queues: Array<Array<Order>> = Array.from({ length: ticks }, () => [])

  constructor(side: Side) {
    this.side = side
    this.worse = side === "BACK" ? 1 : -1
    this.best = side === "BACK" ? ticks : -1
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  queueAt(tick: number): ReadonlyArray<Order> {
    return this.queues[tick] ?? []
  }

  /** The tick of the `level`-th best price, or the worst there is. */
  tickAtLevel(level: number): number {
    let tick = this.best
    let found = this.best
    for (let left = level; left >= 0 && tick >= 0 && tick < ticks; tick += this.worse) {
      if (this.isBare(tick)) continue
      found = tick
      left--
    }
    return found
  }

  add(order: Order): void {
    this.queues[order.tick]!.push(order)
    this.count++
    this.resize(order.tick, order.remaining)
    if ((this.best - order.tick) * this.worse > 0) this.best = order.tick
  }

  /** Takes up to `size` from the order at the head of the queue at the best price. Returns how much. */
  takeBest(size: Pence): Pence {
    const tick = this.best
    const queue = this.queues[tick]!
    const order = queue[0]!
    const taken = Math.min(size, order.remaining)
    order.remaining -= taken
    if (order.remaining === 0) {
      queue.shift()
      this.count--
    }
    this.resize(tick, -taken)
    order.owner?.matched(tick, taken)
    return taken
  }

  /** Withdraws what is left of a resting order. */
  remove(order: Order): void {
    const queue = this.queues[order.tick]!
    const index = queue.indexOf(order)
    if (index < 0) return
    queue.splice(index, 1)
    this.count--
    this.resize(order.tick, -order.remaining)
  }

  /** Takes `size`, less than what is left, off a resting order, which keeps its place in the queue. */
  reduce(order: Order, size: Pence): void {
    order.remaining -= size
    this.resize(order.tick, -size)
  }

  /** Withdraws all orders that `goes` says yes to; returns them. */
  removeWhere(goes: (order: Order) => boolean): ReadonlyArray<Order> {
    const removed = this.queues.flatMap((queue) => queue.filter(goes))
    for (const order of removed) this.remove(order)
    return removed
  }

  private isBare(tick: number): boolean {
    return this.sizes[tick] === 0
  }

  private resize(tick: number, by: Pence): void {
    this.sizes[tick] = this.sizes[tick]! + by
    this.changed.add(tick)
    if (tick !== this.best) return
    while (this.best >= 0 && this.best < ticks && this.isBare(this.best)) this.best += this.worse
  }
}

export class OrderBook {
  /** Orders to back: what is available to lay. */
  readonly backs = new RestingOrders("BACK")
  /** Orders to lay: what is available to back. */
  readonly lays = new RestingOrders("LAY")
  /** Pence traded at each tick. The exchange counts both sides of a match, so a matched pound is two. */
  readonly traded = new Float64Array(ticks)
  readonly tradedChanged = new ChangedTicks()
  totalTraded: Pence = 0
  /** Tick of the last match, -1 before the first. */
  lastTick = -1

  /** Where orders of the side rest. */
  sideOf(side: Side): RestingOrders {
    return side === "BACK" ? this.backs : this.lays
  }

  /** Matches what can be matched at the order's price or better; the rest of it rests. */
  place(order: Order): void {
    this.take(order)
    if (order.remaining > 0) this.sideOf(order.side).add(order)
  }

  /** Matches what can be matched at the order's price or better, and no more. */
  take(order: Order): void {
    const opposite = order.side === "BACK" ? this.lays : this.backs
    while (order.remaining > 0 && !opposite.isEmpty && (order.tick - opposite.best) * opposite.worse >= 0) {
      const tick = opposite.best
      const size = opposite.takeBest(order.remaining)
      order.remaining -= size
      this.recordTrade(tick, size)
      order.owner?.matched(tick, size)
    }
  }

  /** Withdraws what is left of a resting order. */
  remove(order: Order): void {
    this.sideOf(order.side).remove(order)
  }

  /** Takes `size`, less than what is left, off a resting order, which keeps its place in the queue. */
  reduce(order: Order, size: Pence): void {
    this.sideOf(order.side).reduce(order, size)
  }

  /**
   * FILL_OR_KILL: matched at once, at least to the size it must reach, or not at all; what is left of the order does not
   * rest. It may reach beyond its limit as long as the average of what it takes is at the limit or better (the API's "volume
   * weighted average price").
   */
  fillOrKill(order: Order, minFillSize: Pence): void {
    const { size, tick } = this.reach(order)
    if (size >= minFillSize && size > 0) this.take({ ...order, tick, remaining: size })
  }

  /** How much of an order could be taken at an average of its limit or better, and down to which tick. */
  private reach({ remaining, side, tick: limit }: Order): { readonly size: Pence; readonly tick: number } {
    const opposite = side === "BACK" ? this.lays : this.backs
    let taken = 0
    /** By how much, times its size, what is taken is better than the limit. */
    let surplus = 0
    let last = -1
    for (let tick = opposite.best; tick >= 0 && tick < ticks && taken < remaining; tick += opposite.worse) {
      const available = opposite.sizes[tick]!
      if (available === 0) continue
      const better = (classic[tick]! - classic[limit]!) * (side === "BACK" ? 1 : -1)
      const wanted = Math.min(available, remaining - taken)
      const most = better >= 0 ? wanted : Math.min(wanted, Math.floor(surplus / -better))
      if (most <= 0) break
      taken += most
      surplus += most * better
      last = tick
      if (most < wanted) break
    }
    return { size: taken, tick: last }
  }

  /** Counts a match of `size` pence of backer's stake. */
  recordTrade(tick: number, size: Pence): void {
    this.traded[tick] = this.traded[tick]! + 2 * size
    this.tradedChanged.add(tick)
    this.totalTraded += 2 * size
    this.lastTick = tick
  }
}
