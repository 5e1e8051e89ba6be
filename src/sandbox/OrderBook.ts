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

export interface Order {
  readonly side: Side
  readonly tick: number
  /** Backer's stake that is not matched yet. */
  remaining: Pence
  /** Whether it stays when the market turns in-play. */
  readonly persists: boolean
}

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

  /** Matches what can be matched at the order's price or better; the rest of it rests. */
  place(order: Order): void {
    this.take(order)
    if (order.remaining > 0) (order.side === "BACK" ? this.backs : this.lays).add(order)
  }

  /** Matches what can be matched at the order's price or better, and no more. */
  take(order: Order): void {
    const opposite = order.side === "BACK" ? this.lays : this.backs
    while (order.remaining > 0 && !opposite.isEmpty && (order.tick - opposite.best) * opposite.worse >= 0) {
      const tick = opposite.best
      const size = opposite.takeBest(order.remaining)
      order.remaining -= size
      this.recordTrade(tick, size)
    }
  }

  /** Counts a match of `size` pence of backer's stake. */
  recordTrade(tick: number, size: Pence): void {
    this.traded[tick] = this.traded[tick]! + 2 * size
    this.tradedChanged.add(tick)
    this.totalTraded += 2 * size
    this.lastTick = tick
  }
}
