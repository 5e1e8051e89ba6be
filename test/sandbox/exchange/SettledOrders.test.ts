import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { ClearedOrder } from "../../../src/sandbox/exchange/ClearedOrder.ts"
import {
  dateOf,
  newestFirst,
  SettledOrders,
  sizeOf,
  statuses,
  type Wanted
} from "../../../src/sandbox/exchange/SettledOrders.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"
import { horses, limit, onClose, Scene } from "./Exchanges.ts"

const day = 24 * 3_600_000
const begun = Date.UTC(2026, 10, 1)

const order = (id: number, settledAt: number, changes: Partial<ClearedOrder> = {}): ClearedOrder => ({
  terms: {
    betId: String(id),
    accountId: 1,
    selectionId: 1,
    side: "BACK",
    orderType: "LIMIT",
    tick: 100,
    size: 200,
    persistenceType: "LAPSE",
    minFillSize: null,
    customerOrderRef: `ref${id % 7}`,
    customerStrategyRef: ""
  },
  marketId: `1.${settledAt}`,
  eventId: "1",
  eventTypeId: "7",
  placedAt: settledAt - 1000,
  settledAt,
  endedAt: settledAt,
  matchedAt: settledAt - 1000,
  sizeMatched: 200,
  averagePrice: 2,
  priceReduced: false,
  sizeLapsed: 0,
  sizeCancelled: 0,
  sizeVoided: 0,
  profit: 0,
  outcome: "LOST",
  ...changes
})

const everything: Wanted = {
  betIds: null,
  orderRefs: null,
  marketIds: null,
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY
}

const idsIn = (settled: SettledOrders) => settled.all.map(({ terms }) => terms.betId)

describe("SettledOrders.newest", () => {
  it.prop(
    "finds by any name and any dates what looking at every order finds, whatever was forgotten",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })) },
    ({ seed }) => {
      const random = new SeededRandom(seed)
      const settled = new SettledOrders([], 0, 40)
      let [at, id] = [begun, 0]
      for (let market = 0; market < 12; market++) {
        at += random.below(3) === 0 ? 100 : random.below(day)
        const orders = Array.from({ length: 1 + random.below(8) }, () => {
          const [lapsed, cancelled] = [random.below(3), random.below(3)]
          const { terms, ...rest } = order(++id, at, {
            endedAt: at - random.below(5 * 3_600_000),
            sizeMatched: random.below(2) * 100,
            sizeLapsed: lapsed,
            sizeCancelled: cancelled,
            sizeVoided: random.below(2)
          })
          return { ...rest, terms: { ...terms, accountId: 1 + random.below(2) } }
        })
        settled.add(orders)
        settled.forget(at)
      }
      const some = <A>(make: () => A) => (random.chance(0.4) ? [make(), make()] : null)
      for (let i = 0; i < 40; i++) {
        const status = random.pick(statuses)
        const from = random.chance(0.5) ? at - random.below(4 * day) : Number.NEGATIVE_INFINITY
        const wanted: Wanted = {
          betIds: some(() => String(random.below(id + 2))),
          orderRefs: some(() => `ref${random.below(8)}`),
          marketIds: some(() => random.pick(settled.all).marketId),
          from,
          to: random.chance(0.5) ? from + random.below(2 * day) : Number.POSITIVE_INFINITY
        }
        const isFound = (one: ClearedOrder) =>
          dateOf(one, status) >= wanted.from &&
          dateOf(one, status) <= wanted.to &&
          (wanted.betIds?.includes(one.terms.betId) ?? true) &&
          (wanted.orderRefs?.includes(one.terms.customerOrderRef) ?? true) &&
          (wanted.marketIds?.includes(one.marketId) ?? true)
        const all = settled.all
          .filter((one) => one.terms.accountId === 1 && sizeOf[status](one) > 0 && isFound(one))
          .toSorted(newestFirst(status))
        const most = random.below(12)
        expect(settled.newest(1, status, wanted, isFound, Number.POSITIVE_INFINITY)).toEqual(all)
        expect(settled.newest(1, status, wanted, isFound, most).slice(0, most)).toEqual(all.slice(0, most))
      }
    },
    { arbitrary: { runs: 50 } }
  )

  it("looks at no more than the answer, whatever is asked for as clients do", () => {
    const many = Array.from({ length: 5000 }, (_, i) => order(i, begun + Math.floor(i / 10) * 60_000))
    const settled = new SettledOrders(many, 0)
    let looked = 0
    const isFound = () => {
      looked += 1
      return true
    }
    const asked = (wanted: Partial<Wanted>, most = Number.POSITIVE_INFINITY) => {
      looked = 0
      return settled.newest(1, "SETTLED", { ...everything, ...wanted }, isFound, most).length
    }
    expect([asked({ betIds: ["17", "4000", "9999"] }), looked]).toEqual([2, 2])
    expect([asked({ marketIds: [many[70]!.marketId] }), looked]).toEqual([10, 10])
    expect([asked({ from: many[4950]!.settledAt }), looked]).toEqual([50, 50])
    expect([asked({ to: many[40]!.settledAt }), looked]).toEqual([50, 50])
    expect([asked({}, 21), looked]).toEqual([21, 21])
  })
})

describe("SettledOrders.forget", () => {
  it("forgets what is older than ninety days", () => {
    const settled = new SettledOrders([], 0)
    settled.add([order(1, begun), order(2, begun + day)])
    expect(settled.forget(begun + 90 * day)).toBeNull()
    expect(settled.forget(begun + 90 * day + 3_600_000)).toBe(begun + 3_600_000)
    expect([idsIn(settled), settled.before]).toEqual([["2"], 1])
    expect(settled.newest(1, "SETTLED", { ...everything, betIds: ["1"] }, () => true, 9)).toEqual([])
    expect(settled.forget(begun + 1000 * day)).toBe(begun + 910 * day)
    expect([idsIn(settled), settled.before]).toEqual([[], 2])
  })

  it("forgets the oldest markets when there are too many orders, never a part of one, and never the last one", () => {
    const settled = new SettledOrders([], 0, 3)
    const market = (at: number, ...ids: ReadonlyArray<number>) => settled.add(ids.map((id) => order(id, begun + at)))
    market(1, 1, 2)
    market(2, 3)
    expect(settled.forget(begun + 2)).toBeNull()
    market(3, 4)
    expect(settled.forget(begun + 3)).toBe(begun + 2)
    expect(idsIn(settled)).toEqual(["3", "4"])
    market(4, 5, 6, 7, 8)
    expect(settled.forget(begun + 4)).toBe(begun + 4)
    expect(idsIn(settled)).toEqual(["5", "6", "7", "8"])
    expect([settled.forget(begun + 5), settled.before]).toEqual([null, 4])
  })
})

const lasts = (scene: Scene) => ({
  settled: scene.as(1).cleared("SETTLED").length,
  cancelled: scene.as(1).cleared("CANCELLED").length,
  lines: scene.exchange.accountState(1).statement.length
})

describe("an exchange that has run for months", () => {
  it("forgets orders and lines of statements together, and no order of a market that is open", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 60_000)
    const own = scene.exchange.accountState(1)
    const old = Array.from({ length: 30 }, (_, i) => order(i, scene.now - 91 * day + i))
    const lines = old.map(({ marketId, settledAt, terms }) => ({
      at: settledAt,
      refId: terms.betId,
      kind: "bet" as const,
      marketId,
      amount: 0,
      balance: own.balance
    }))
    const { accounts, ...rest } = scene.exchange.snapshot()
    const kept = { ...own, statement: [...lines, ...own.statement] }
    scene.restart({ ...rest, accounts: [kept, ...accounts.slice(1)], cleared: old })
    expect(lasts(scene)).toEqual({ settled: 30, cancelled: 0, lines: 31 })
    const bettor = scene.as(1)
    const first = scene.selections[0]!
    const cancelled = bettor.bet(limit(first, "BACK", 1000, 2))
    bettor.cancel([{ betId: cancelled }])
    bettor.bet(onClose(first, "BACK", 10))
    // Nothing is settled, so nothing has been forgotten.
    expect(lasts(scene)).toEqual({ settled: 30, cancelled: 1, lines: 31 })
    scene.to(horses.closeAt)
    expect(lasts(scene)).toMatchObject({ settled: 1, cancelled: 1 })
    const state = scene.exchange.accountState(1)
    expect(state.statementBefore).toBe(30)
    expect(state.statement.reduce((sum, { amount }) => sum + amount, 0)).toBe(state.balance)
    const before = scene.exchange.snapshot()
    expect(scene.restart().exchange.snapshot()).toEqual(before)
  })
})
