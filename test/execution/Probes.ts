/**
 * Four of the probes (src/backtest), run directly against the engine over a recording: no bot, no risk manager, only the
 * reference's own exposure limits.
 */
import { readFileSync } from "node:fs"
import { hundredths as binaryHundredths } from "../../src/domain/BinaryDecimal.ts"
import type { BetId, MarketId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import type { OrderSpec, Persistence } from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Side } from "../../src/domain/Side.ts"
import { MatchingEngine } from "../../src/execution/MatchingEngine.ts"
import { MatchingOrder } from "../../src/execution/MatchingOrder.ts"
import { type Latencies, latencies, type MatchingProfile } from "../../src/execution/MatchingProfile.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { MarketBook, RunnerBook } from "../../src/market/MarketBook.ts"

const orderExposureLimit = 100_000
const selectionExposureLimit = 10_500

export interface ProbeOrder {
  readonly order: MatchingOrder
  readonly side: Side
  readonly created: number
  profit: number
}

export interface ProbeRow {
  readonly orders: number
  readonly matched_orders: number
  readonly size_matched: number
  readonly cancelled: number
  readonly lapsed: number
  readonly voided: number
  readonly profit: number
  readonly commission: number
}

type Rule = (run: ProbeRun, book: MarketBook, definition: MarketDefinition, now: number) => void

interface Probe {
  readonly onBook: Rule
  readonly onOrders?: Rule
}

/** Lines of a recording that is not packed. */
export const readRecording = (path: string): ReadonlyArray<string> =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.length > 0)

export class ProbeRun {
  readonly orders: Array<ProbeOrder> = []
  private readonly engine: MatchingEngine
  private readonly probe: Probe
  private readonly owner: StrategyId
  private book: MarketBook | undefined
  private now = 0

  constructor(marketId: string, probe: string, profile: MatchingProfile, delays: Latencies = latencies) {
    this.engine = new MatchingEngine(marketId as MarketId, profile, delays)
    this.probe = probes[probe]!
    this.owner = probe as StrategyId
  }

  /** Another probe as a second strategy in the same market. */
  beside(probe: string): ProbeRun {
    const fields = { ...this, orders: [], probe: probes[probe]!, owner: probe }
    return Object.assign(Object.create(ProbeRun.prototype) as ProbeRun, fields)
  }

  /** Runs this probe, and others in the same market, over a recording; the result is this one's. */
  run(lines: ReadonlyArray<string>, others: ReadonlyArray<ProbeRun> = []): ProbeRow {
    const store = new BookStore()
    const runs = [this, ...others]
    let last: MarketDefinition | null = null
    store.listen({
      beforeUpdate: (book, publishTime) => {
        for (const run of runs) run.now = publishTime
        this.engine.beforeUpdate(book, publishTime)
      },
      afterUpdate: (book) => {
        this.engine.afterUpdate(book)
        const { definition } = book
        last = definition
        for (const run of runs) run.book = book
        if (definition === null || definition.status === "CLOSED") return
        for (const run of runs) run.probe.onOrders?.(run, book, definition, this.now)
        for (const run of runs) run.probe.onBook(run, book, definition, this.now)
      }
    })
    for (const line of lines) store.apply(JSON.parse(line))
    return this.settle(last!)
  }

  isFree(runner: RunnerBook): boolean {
    return !this.orders.some(({ order }) => order.runner === runner.key && order.phase !== "COMPLETE")
  }

  isUntouched(runner: RunnerBook): boolean {
    return !this.orders.some(({ order }) => order.runner === runner.key)
  }

  place(runner: RunnerBook, side: Side, spec: OrderSpec): void {
    const { book, engine } = this
    if (book?.definition?.status !== "OPEN" || (spec._tag !== "MARKET_ON_CLOSE" && spec.price === 0)) return
    if (!this.isFree(runner)) return
    const order = this.newOrder(runner.key, side, spec)
    if (this.isOverexposed(order)) return
    this.orders.push({ order, side, created: this.now, profit: 0 })
    engine.place([order], book, this.now)
  }

  cancelOlderThan(milliseconds: number): void {
    for (const { order } of this.orders) {
      const isOld = order.placedAt !== null && this.now - order.placedAt > milliseconds
      if (order.phase === "LIVE" && order.request === "NONE" && isOld && this.book?.definition?.status === "OPEN") {
        this.engine.cancel(order, this.book, this.now)
      }
    }
  }

  private newOrder(runner: MatchingOrder["runner"], side: Side, order: OrderSpec): MatchingOrder {
    return new MatchingOrder({
      id: `${this.owner} ${this.orders.length}` as BetId,
      owner: this.owner,
      runner,
      side,
      order
    })
  }

  /** The reference's control: the runner's worst case so far on the order's side, plus the order. */
  private isOverexposed(next: MatchingOrder): boolean {
    const risk = riskOf(next, next.price, next.type === "LIMIT" ? next.size : next.liability)
    let win = 0
    let lose = 0
    for (const { order } of this.orders) {
      if (order.runner !== next.runner || order.phase === "PENDING") continue
      if (order.type !== "LIMIT") {
        if (order.isBack) lose -= order.liability
        else win -= order.liability
        continue
      }
      const gain = ((averageOf(order) - 100) * order.sizeMatched) / 100
      win += order.isBack ? gain : -gain
      lose += order.isBack ? -order.sizeMatched : order.sizeMatched
      if (order.phase === "COMPLETE") continue
      if (order.isBack) lose -= order.remaining
      else win -= riskOf(order, order.price, order.remaining)
    }
    return risk > orderExposureLimit || risk - (next.isBack ? lose : win) > selectionExposureLimit
  }

  private settle(definition: MarketDefinition): ProbeRow {
    const winners = definition.runners.filter((runner) => runner.status === "WINNER").length
    const heat = winners > definition.numberOfWinners && definition.numberOfWinners === 1 ? winners : 1
    const total = { matched: 0, size: 0, cancelled: 0, lapsed: 0, voided: 0, profit: 0 }
    for (const placed of this.orders) {
      const { order } = placed
      const status = definition.runners.find((runner) => runner.key === order.runner)?.status
      placed.profit = profitOf(order, status === "WINNER" ? 1 / heat : status === "LOSER" ? 0 : null)
      if (order.sizeMatched > 0) total.matched++
      total.size += order.sizeMatched
      total.cancelled += order.sizeCancelled
      total.lapsed += order.sizeLapsed
      total.voided += order.sizeVoided
      total.profit += placed.profit
    }
    return {
      orders: this.orders.length,
      matched_orders: total.matched,
      size_matched: pounds(total.size),
      cancelled: pounds(total.cancelled),
      lapsed: pounds(total.lapsed),
      voided: pounds(total.voided),
      profit: pounds(total.profit),
      commission: binaryHundredths(Math.max(0, pounds(total.profit) * 0.05)) / 100
    }
  }
}

const pounds = (pence: number): number => Math.round(pence) / 100

const riskOf = (order: MatchingOrder, price: number, size: number): number =>
  order.type !== "LIMIT" || order.isBack ? size : ((price - 100) * size) / 100

/** Average price in hundredths, as the reference rounds it. */
export const averageOf = (order: MatchingOrder): number => {
  let value = 0
  let size = 0
  for (const fill of order.fills) {
    value += (fill.price / 100) * (fill.size / 100)
    size += fill.size / 100
  }
  return size === 0 ? 0 : binaryHundredths(value / size)
}

/** In pence; `won` is the part of the stake that won, null when the bet is void. */
const profitOf = (order: MatchingOrder, won: number | null): number => {
  if (won === null) return 0
  if (won === 0) return order.isBack ? -order.sizeMatched : order.sizeMatched
  const stake = order.sizeMatched / 100
  const gain = stake * won * (averageOf(order) / 100 - 1) - stake * (1 - won)
  return binaryHundredths(order.isBack ? gain : -gain)
}

const limit = (price: number, size: number, persistence: Persistence = "LAPSE"): OrderSpec => ({
  _tag: "LIMIT",
  price,
  size,
  persistence
})

/** Applies `place` to each active runner while the market is before the off and within `seconds` of it. */
const beforeOff =
  (seconds: number, place: (run: ProbeRun, runner: RunnerBook) => void): Rule =>
  (run, book, definition, now) => {
    if (definition.inPlay || definition.marketTime - now >= seconds * 1000) return
    for (const runner of book.runners) if (runner.isActive) place(run, runner)
  }

const bestBack = (runner: RunnerBook) => runner.availableToBack.price(0)
const bestLay = (runner: RunnerBook) => runner.availableToLay.price(0)

const queue = (side: Side, price: (runner: RunnerBook) => number): Probe => ({
  onOrders: (run) => run.cancelOlderThan(5000),
  onBook: beforeOff(600, (run, runner) => run.place(runner, side, limit(price(runner), 200)))
})

export const probes: Readonly<Record<string, Probe>> = {
  InplayLay: {
    onOrders: (run) => run.cancelOlderThan(2000),
    onBook: (run, book, definition) => {
      if (!definition.inPlay) return
      for (const runner of book.runners) {
        if (runner.isActive && runner.lastPriceTraded > 0 && runner.lastPriceTraded < 200) {
          run.place(runner, "LAY", limit(bestLay(runner), 200))
        }
      }
    }
  },
  QueueBack: queue("BACK", bestLay),
  QueueLay: queue("LAY", bestBack),
  Fok: {
    onBook: beforeOff(100, (run, runner) => {
      if (!run.isUntouched(runner)) return
      run.place(runner, "BACK", {
        _tag: "LIMIT",
        price: bestBack(runner) === 0 ? 0 : PriceLadder.move(bestBack(runner), -3),
        size: 2000,
        persistence: "LAPSE",
        timeInForce: "FILL_OR_KILL"
      })
    })
  }
}
