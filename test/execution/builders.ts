/** A market in three lines: messages as the exchange sends them, a book built from them, and an engine that watches. */
import type { BetId, MarketId, StrategyId } from "../../src/domain/Identifiers.ts"
import { makeBetId, runnerKey } from "../../src/domain/Identifiers.ts"
import type { LimitOrder, OrderSpec } from "../../src/domain/Order.ts"
import type { Side } from "../../src/domain/Side.ts"
import { MatchingEngine } from "../../src/execution/MatchingEngine.ts"
import { MatchingOrder } from "../../src/execution/MatchingOrder.ts"
import {
  flumine,
  honest,
  type Latencies,
  latencies,
  type MatchingProfile
} from "../../src/execution/MatchingProfile.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { MarketDefinitionMessage, MarketMessage, RunnerChange } from "../../src/market/MarketMessage.ts"

export const marketId = "1.1" as MarketId
/** Scheduled off of the built market; its first message comes a minute before. */
export const offAt = Date.parse("2026-01-01T12:00:00.000Z")
export const startAt = offAt - 60_000

export const definition = (changes: MarketDefinitionMessage = {}): MarketDefinitionMessage => ({
  status: "OPEN",
  inPlay: false,
  version: 1,
  betDelay: 0,
  bspMarket: true,
  bspReconciled: false,
  persistenceEnabled: true,
  turnInPlayEnabled: true,
  marketType: "WIN",
  numberOfWinners: 1,
  eventTypeId: "7",
  marketTime: "2026-01-01T12:00:00.000Z",
  runners: [
    { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
    { id: 2, status: "ACTIVE", adjustmentFactor: 20 },
    { id: 3, status: "ACTIVE", adjustmentFactor: 3 }
  ],
  ...changes
})

export const message = (
  pt: number,
  rc: ReadonlyArray<RunnerChange>,
  marketDefinition?: MarketDefinitionMessage
): MarketMessage => ({
  op: "mcm",
  pt,
  mc: [{ id: marketId, rc, ...(marketDefinition === undefined ? {} : { marketDefinition }) }]
})

export const limitOrder = (price: number, size: number, changes: Partial<LimitOrder> = {}): LimitOrder => ({
  _tag: "LIMIT",
  price,
  size,
  persistence: "LAPSE",
  ...changes
})

let made = 0
export const betId = (): BetId => makeBetId(++made, () => 0.5)

export const makeOrder = (side: Side, order: OrderSpec, selection = 1, owner = "one"): MatchingOrder =>
  new MatchingOrder({ id: betId(), owner: owner as StrategyId, runner: runnerKey(selection), side, order })

/** No time passes by itself: `update` says when it comes, milliseconds after the first message. */
export class Track {
  readonly store = new BookStore()
  readonly engine: MatchingEngine
  now = startAt

  constructor(profile: MatchingProfile, delays: Partial<Latencies> = {}) {
    this.engine = new MatchingEngine(marketId, profile, { ...latencies, ...delays })
    this.store.listen({
      beforeUpdate: (book, publishTime) => this.engine.beforeUpdate(book, publishTime),
      afterUpdate: (book) => this.engine.afterUpdate(book)
    })
    this.update(0, [{ id: 1, atb: [[3, 10]], atl: [[3.1, 20]], trd: [[3, 100]], ltp: 3 }], definition())
  }

  get book() {
    return this.store.get(marketId)!
  }

  update(at: number, rc: ReadonlyArray<RunnerChange> = [], marketDefinition?: MarketDefinitionMessage): this {
    this.now = startAt + at
    this.store.apply(message(this.now, rc, marketDefinition))
    return this
  }

  /** Sends orders now. */
  send(...orders: ReadonlyArray<MatchingOrder>): this {
    this.engine.place(orders, this.book, this.now)
    return this
  }

  back(price: number, size: number, changes: Partial<LimitOrder> & { selection?: number; owner?: string } = {}) {
    return this.place("BACK", price, size, changes)
  }

  lay(price: number, size: number, changes: Partial<LimitOrder> & { selection?: number; owner?: string } = {}) {
    return this.place("LAY", price, size, changes)
  }

  private place(
    side: Side,
    price: number,
    size: number,
    { owner, selection, ...changes }: Partial<LimitOrder> & { selection?: number; owner?: string }
  ): MatchingOrder {
    const order = makeOrder(side, limitOrder(price, size, changes), selection, owner)
    this.send(order)
    return order
  }
}

/** Fills without their times: [price, size]. */
export const fillsOf = (order: MatchingOrder) => order.fills.map(({ price, size }) => [price, size])

export const profiles = [flumine, honest] as const
