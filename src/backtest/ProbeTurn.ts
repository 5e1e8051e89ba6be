/**
 * One look of a probe at one market: what it may ask of its own orders, and what it wants done. A probe has at most one live
 * order on a runner.
 */
import type { Bet } from "../domain/Bet.ts"
import type { BetId, RunnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { OrderStyle, Signal } from "../domain/Signal.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import type { Snapshot } from "../strategy/Strategy.ts"
import { OwnOrders } from "./OwnOrders.ts"
import * as ProbeControls from "./ProbeControls.ts"
import { cancelLatencyMs } from "./ProbeSettings.ts"

/** What a probe remembers of a market from one turn to the next. */
export class ProbeMemory {
  readonly reason: string
  /** Runners on which there has been an order. */
  readonly touched = new Set<RunnerKey>()
  /** When each cancellation that may be under way was asked for. */
  readonly cancelling = new Map<BetId, number>()
  readonly own = new OwnOrders()
  orders = 0

  constructor(reason: string) {
    this.reason = reason
  }
}

export class ProbeTurn {
  readonly snapshot: Snapshot
  readonly signals: Array<Signal> = []
  private readonly memory: ProbeMemory

  constructor(snapshot: Snapshot, memory: ProbeMemory) {
    this.snapshot = snapshot
    this.memory = memory
    memory.own.see(snapshot.openBets)
  }

  get isOpen(): boolean {
    return this.snapshot.market.status === "OPEN"
  }

  /** True when no order of the probe's is live on the runner. */
  isFree(runner: RunnerBook): boolean {
    return !this.memory.own.isBusy(runner.key)
  }

  /** True when the probe never had an order on the runner. */
  isUntouched(runner: RunnerBook): boolean {
    return !this.memory.touched.has(runner.key)
  }

  /**
   * Wants an order on the runner, if the market is open, the price is one and the reference's controls let it through.
   *
   * @param amount backer's stake; on the close what may be lost
   */
  place(runner: RunnerBook, side: Side, order: OrderStyle, amount: Pence): void {
    if (!this.isOpen || (order._tag !== "MARKET_ON_CLOSE" && order.price === 0)) return
    const { memory } = this
    if (!this.isFree(runner)) return
    if (!ProbeControls.allow(memory.own.worst(runner.key, side), side, order, amount)) return
    memory.touched.add(runner.key)
    this.signals.push({
      _tag: "Place",
      selectionId: runner.selectionId,
      handicap: runner.handicap,
      side,
      order,
      sizing: { _tag: "FIXED", amount },
      confidence: 1,
      reason: memory.reason,
      // A matched bet of earlier is no reason against another.
      slot: String(memory.orders++)
    })
  }

  /** Asks for the cancellation of orders that have rested for more than `ms`. */
  cancelOlderThan(ms: number): void {
    const { now, openBets } = this.snapshot
    for (const bet of openBets) {
      if (bet.complete || bet.placedAt === null || now - bet.placedAt <= ms || !this.isOpen) continue
      if (this.isCancelling(bet, now)) continue
      this.memory.cancelling.set(bet.id, now)
      this.signals.push({ _tag: "Cancel", betId: bet.id, reason: this.memory.reason })
    }
  }

  /** Asks for unmatched orders at other prices to be placed anew at `price`. */
  replaceUnmatched(price: Price): void {
    if (!this.isOpen) return
    const { openBets } = this.snapshot
    for (const bet of openBets) {
      if (bet.complete || bet.placedAt === null || bet.fills.length > 0) continue
      if (bet.order._tag !== "LIMIT" || bet.order.price === price) continue
      if (openBets.some(({ replaces }) => replaces === bet.id)) continue
      this.signals.push({ _tag: "Replace", betId: bet.id, price, reason: this.memory.reason })
    }
  }

  /** A request that was looked at without effect (the market was suspended) is over: it may be asked for again. */
  private isCancelling({ id }: Bet, now: number): boolean {
    const askedAt = this.memory.cancelling.get(id)
    return askedAt !== undefined && now - askedAt <= cancelLatencyMs
  }
}
