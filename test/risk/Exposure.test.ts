import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import * as Money from "../../src/domain/Money.ts"
import * as Order from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import { bet, limit, matched } from "./Builders.ts"

describe("Exposure.worstCase", () => {
  it("is the stake of a back, waiting or matched", () => {
    expect(Exposure.worstCase([bet()], 1)).toBe(200)
    expect(Exposure.worstCase([matched()], 1)).toBe(200)
  })

  it("is the liability of a lay, not its stake (G7)", () => {
    const order = limit(1100, 200)
    expect(Exposure.worstCase([bet({ side: "LAY", order })], 1)).toBe(2000)
    expect(Exposure.worstCase([matched({ side: "LAY", order })], 1)).toBe(2000)
  })

  it("keeps a bet that has been matched (G6)", () => {
    expect(Exposure.worstCase([matched({ id: 1 }), matched({ id: 2 })], 1)).toBe(400)
  })

  it("counts a bet whose outcome is unknown in full (D2)", () => {
    expect(Exposure.worstCase([bet({}, { status: "unknown" })], 1)).toBe(200)
  })

  it.each(["rejected", "cancelled", "lapsed", "voided", "settled"] as const)("does not count a %s bet", (status) => {
    expect(Exposure.worstCase([bet({}, { status })], 1)).toBe(0)
  })

  it("counts what is matched of a bet whose rest is cancelled", () => {
    const cut = bet({}, { status: "matched", complete: true, fills: [{ at: 0, price: 300, size: 50 }] })
    expect(Exposure.worstCase([cut], 1)).toBe(50)
  })

  it("counts the liability of a lay on the close, and the stake of a back on the close", () => {
    const order = { _tag: "MARKET_ON_CLOSE", liability: 1500 } as const
    expect(Exposure.worstCase([bet({ side: "LAY", order })], 1)).toBe(1500)
    expect(Exposure.worstCase([bet({ order })], 1)).toBe(1500)
  })

  it("lets lays of several runners lose only as often as runners win", () => {
    const lays = [1, 2, 3].map((runner) =>
      matched({ id: runner, runner, side: "LAY", order: limit(300, 100 * runner) })
    )
    expect(Exposure.worstCase(lays, 1)).toBe(600)
    expect(Exposure.worstCase(lays, 2)).toBe(1000)
    expect(Exposure.worstCase(lays, Infinity)).toBe(1200)
  })

  it("does not let one runner's lay pay for another's, which a withdrawal would void", () => {
    const lays = [1, 2].map((runner) => matched({ id: runner, runner, side: "LAY", order: limit(300, 1000) }))
    expect(Exposure.worstCase(lays, 1)).toBe(2000)
  })

  it("lets a lay of the same runner offset a back, but for the pennies of rounding", () => {
    const hedged = [
      matched({ id: 1, order: limit(300, 1000) }),
      matched({ id: 2, side: "LAY", order: limit(250, 1200) })
    ]
    expect(Exposure.worstCase(hedged, 1)).toBe(24)
    const even = [matched({ id: 1, order: limit(400, 1000) }), matched({ id: 2, side: "LAY", order: limit(400, 1000) })]
    expect(Exposure.worstCase(even, 1)).toBe(22)
  })

  it("does not let winnings pay for a lay on the close, which a withdrawal may leave as it is", () => {
    const back = matched({ id: 1, order: limit(500, 1000) })
    const lay = bet({ id: 2, side: "LAY", order: { _tag: "MARKET_ON_CLOSE", liability: 1500 } })
    expect(Exposure.worstCase([back, lay], 1)).toBe(1500)
  })

  it("does not raise the worst case by a lay that closes a back", () => {
    const back = matched({ id: 1, order: limit(300, 1000) })
    expect(Exposure.worstCase([back, bet({ id: 2, side: "LAY", order: limit(250, 800) })], 1)).toBeLessThan(1030)
  })
})

describe("Exposure.change", () => {
  it("sums a runner's bets, so that a thousand cost no more than one", () => {
    let market = Exposure.emptyMarket(1)
    for (let id = 0; id < 1000; id++)
      market = Exposure.change(market, Exposure.runnerOf(bet()), Exposure.ofBet(matched()), 1)
    expect(market.positions.length).toBe(1)
    expect(market.worst).toBe(200_000)
  })
})

// The true worst case, found by trying: every order matched or not, before or after a withdrawal; every withdrawal; every set
// of winners, dead heats included; each bet settled to the penny as the exchange does.

interface Withdrawal {
  readonly runner: number
  readonly factor: number
}

/** How far an order gets: no further, in full before the withdrawal, or in full after it. */
type Course = "unmatched" | "before" | "after"

const shorten = (price: number, withdrawal: Withdrawal | null) =>
  withdrawal === null ? price : Math.max(101, Math.round(price * (1 - withdrawal.factor / 100)))

/** A bet's result to the penny, rounded once, when part `won / of` of its stake wins. */
const resultOf = (bet: Bet.Bet, course: Course, withdrawal: Withdrawal | null, won: number, of: number) => {
  let value = 0
  const add = (price: number, size: number) => {
    value += (size * price * won) / (100 * of) - size
  }
  for (const { price, size } of bet.fills) add(shorten(price, withdrawal), size)
  if (course !== "unmatched" && !bet.complete && bet.order._tag === "LIMIT") {
    const { price } = bet.order
    add(course === "before" ? shorten(price, withdrawal) : price, bet.sizeRemaining)
  }
  return Money.round(bet.side === "BACK" ? value : -value)
}

/** Parts of stakes that win, by runner: each set of exactly `places` winners, and each dead heat of more for the places. */
const outcomes = (
  runners: ReadonlyArray<number>,
  places: number
): Array<ReadonlyMap<number, readonly [number, number]>> => {
  const found: Array<ReadonlyMap<number, readonly [number, number]>> = []
  for (let set = 0; set < 1 << runners.length; set++) {
    const winners = runners.filter((_, index) => (set >> index) & 1)
    if (winners.length === 0 || winners.length > places + 2) continue
    const part = winners.length <= places ? ([1, 1] as const) : ([places, winners.length] as const)
    found.push(new Map(winners.map((runner) => [runner, part])))
  }
  return found
}

const trueWorst = (bets: ReadonlyArray<Bet.Bet>, runners: ReadonlyArray<number>, places: number): number => {
  let worst = 0
  const withdrawals = [null, ...runners.flatMap((runner) => [3, 12.5, 30, 50].map((factor) => ({ runner, factor })))]
  for (const withdrawal of withdrawals) {
    // Waiting lays are cancelled, but in a place market not below 4 %.
    const laysStay = withdrawal === null || (places > 1 && withdrawal.factor < 4)
    const left = runners.filter((runner) => runner !== withdrawal?.runner)
    const standing = bets.filter(({ selectionId }) => selectionId !== withdrawal?.runner)
    for (const outcome of outcomes(left, places)) {
      let total = 0
      for (const one of standing) {
        const [won, of] = outcome.get(one.selectionId) ?? [0, 1]
        const courses: ReadonlyArray<Course> =
          one.side === "BACK" || laysStay ? ["unmatched", "before", "after"] : ["unmatched", "before"]
        total += Math.min(...courses.map((course) => resultOf(one, course, withdrawal, won, of)))
      }
      worst = Math.max(worst, -total)
    }
  }
  return worst
}

const Book = Schema.Array(
  Schema.Struct({
    runner: Schema.Literals([1, 2, 3, 4]),
    side: Schema.Literals(["BACK", "LAY"]),
    // Few prices and sizes, too, so that backs and lays come close to cancelling out.
    tick: Schema.Union([
      Schema.Literals([3, 40, 99, 149]),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 240 }))
    ]),
    size: Schema.Union([
      Schema.Literals([333, 1000]),
      Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 2000 }))
    ]),
    matched: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
    better: Schema.Literals([0, 0, 0, 1, 20])
  })
).check(Schema.isMaxLength(7))

/** Bets in all states between waiting and matched, some matched at better prices than they asked for. */
const toBets = (orders: typeof Book.Type): ReadonlyArray<Bet.Bet> =>
  orders.map(({ better, matched, runner, side, size, tick }, id) => {
    const price = PriceLadder.classic[tick]!
    const filled = matched > 80 ? size : matched < 20 ? 0 : Math.floor((size * matched) / 100)
    const at = PriceLadder.move(price, side === "BACK" ? better : -better)
    return bet(
      { id, runner, side, order: limit(price, size) },
      {
        fills: filled > 0 ? [{ at: 0, price: at, size: filled }] : [],
        sizeRemaining: size - filled,
        complete: filled === size,
        status: filled === size ? "matched" : filled > 0 ? "partially_matched" : "placed"
      }
    )
  })

describe("Exposure properties", () => {
  it.prop(
    "is never below the true worst case, with withdrawals, dead heats and rounding",
    { orders: Book, places: Schema.Literals([1, 2, 3]) },
    ({ orders, places }) => {
      const bets = toBets(orders)
      expect(Exposure.worstCase(bets, places)).toBeGreaterThanOrEqual(trueWorst(bets, [1, 2, 3, 4, 5], places))
    },
    { arbitrary: { runs: 600 } }
  )

  it.prop("does not depend on the order of bets, and forgets what is taken away", { orders: Book }, ({ orders }) => {
    const bets = toBets(orders)
    let market = Exposure.emptyMarket(1)
    for (const one of bets) market = Exposure.change(market, Exposure.runnerOf(one), Exposure.ofBet(one), 1)
    expect(market.worst).toBe(Exposure.worstCase(bets.toReversed(), 1))
    for (const one of bets) market = Exposure.change(market, Exposure.runnerOf(one), Exposure.ofBet(one), -1)
    expect(market).toEqual(Exposure.emptyMarket(1))
  })

  it.prop("a bet taken alone loses at most what its order says", { orders: Book }, ({ orders }) => {
    for (const one of toBets(orders)) {
      expect(Exposure.worstCase([one], 1)).toBeLessThanOrEqual(Order.maximumLoss(one.side, one.order) + 1)
      expect(Exposure.lossOf(Exposure.ofBet(one))).toBe(Exposure.worstCase([one], 1))
    }
  })
})
