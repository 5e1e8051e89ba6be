import { describe, expect, it } from "vitest"
import * as Bet from "../../src/domain/Bet.ts"
import { BetId, customerOrderRef, MarketId, SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import { adoptedBy } from "../../src/execution/Adoption.ts"
import { compare } from "./Comparison.ts"
import type { ExchangeAccount, ExchangeBet } from "./ExchangeBets.ts"

const market = MarketId.make("1.2")
const settledAt = 60_000

const idOf = (serial: number) => BetId.make(`01a203d4-1005-7000-8909-${String(serial).padStart(12, "0")}`)

/** A back of 2.00 at 3.0 that has won, by its number. */
const won = (serial: number, changes: Partial<Bet.Bet> = {}): Bet.Bet => ({
  ...Bet.fromIntent({
    id: idOf(serial),
    mode: "live",
    strategyId: StrategyId.make("restless"),
    marketId: market,
    selectionId: SelectionId.make(7),
    handicap: 0,
    side: "BACK",
    slot: "",
    order: { _tag: "LIMIT", price: 300, size: 200, persistence: "LAPSE" },
    confidence: 1,
    probability: null,
    reason: "test",
    replaces: null,
    createdAt: 1000
  }),
  betfairBetId: `order-${serial}`,
  status: "settled",
  fills: [{ at: 2000, price: 300, size: 200 }],
  sizeRemaining: 0,
  complete: true,
  settlement: { at: settledAt, profit: 400, commission: 20 },
  ...changes
})

const orderOf = ({ betfairBetId, id }: Bet.Bet, changes: Partial<ExchangeBet> = {}): ExchangeBet => ({
  betfairBetId: betfairBetId!,
  customerOrderRef: customerOrderRef(id),
  marketId: market,
  selectionId: 7,
  side: "BACK",
  price: 3,
  matched: 200,
  averagePrice: 3,
  cancelled: 0,
  lapsed: 0,
  voided: 0,
  isComplete: true,
  profit: 400,
  settledAt,
  ...changes
})

/** With what the orders have earned on its statement, and commission on each that won. */
const accountWith = (bets: ReadonlyArray<ExchangeBet>): ExchangeAccount => {
  const movements = [
    { kind: "deposit", marketId: null, amount: 100_000, at: 0 },
    ...bets.flatMap(({ marketId, profit }) =>
      profit === null ? [] : [{ kind: "bet", marketId, amount: profit, at: settledAt }]
    ),
    ...bets.flatMap(({ marketId, profit }) =>
      profit === null ? [] : [{ kind: "commission", marketId, amount: -20, at: settledAt }]
    )
  ]
  return { bets, movements, balance: movements.reduce((sum, { amount }) => sum + amount, 0) }
}

const bet = won(1)
const whatOf = (bets: ReadonlyArray<Bet.Bet>, account: ExchangeAccount, settledBefore?: number) =>
  compare(bets, account, settledBefore).differences.map(({ what }) => what)

describe("Comparison.compare", () => {
  it("finds nothing where both say the same, and sums up", () => {
    expect(compare([bet], accountWith([orderOf(bet)]))).toEqual({
      bets: 1,
      orders: 1,
      byStatus: { settled: 1 },
      profit: 400,
      commission: 20,
      differences: []
    })
  })

  it("finds an order that is nobody's, and one that is there twice", () => {
    const other = orderOf(won(2))
    const settled = won(2, { betfairBetId: null, status: "rejected", settlement: null })
    expect(whatOf([bet], accountWith([orderOf(bet), { ...other, profit: null }]))).toEqual(["order without a bet"])
    const doubled = accountWith([orderOf(bet), orderOf(bet, { betfairBetId: "order-2", profit: null })])
    expect(whatOf([bet, settled], doubled)).toEqual(["order without a bet"])
  })

  it("finds bets without an order, and what is still not answered", () => {
    const nothing = accountWith([])
    const open = { fills: [], settlement: null }
    expect(whatOf([won(1, { ...open, status: "placed" })], nothing)).toEqual(["no order"])
    expect(whatOf([won(1, { ...open, status: "pending", betfairBetId: null })], nothing)).toEqual(["not answered"])
    expect(whatOf([won(1, { ...open, status: "unknown", betfairBetId: null })], nothing)).toEqual(["not answered"])
    expect(whatOf([won(1, { ...open, status: "rejected", betfairBetId: null })], nothing)).toEqual([])
  })

  it("finds a rejected bet that is live, two bets of one order, and an order that had no row", () => {
    const rejected = won(1, { status: "rejected", fills: [], settlement: null })
    expect(whatOf([rejected], accountWith([orderOf(bet, { profit: null, settledAt: null })]))).toContain(
      "rejected, with an order"
    )
    const both = [bet, won(2, { betfairBetId: bet.betfairBetId })]
    expect(whatOf(both, accountWith([orderOf(bet)]))).toContain("order with several bets")
    expect(whatOf([won(1, { strategyId: adoptedBy })], accountWith([orderOf(bet)]))).toEqual(["adopted: it had no row"])
  })

  it("finds a penny in every size, in the profit and in the commission", () => {
    for (const size of ["matched", "cancelled", "lapsed", "voided"] as const) {
      const order = orderOf(bet)
      expect(whatOf([bet], accountWith([{ ...order, [size]: order[size] + 1 }]))).toEqual([size])
    }
    expect(whatOf([bet], accountWith([orderOf(bet, { profit: 401 })]))).toEqual(["profit", "profit of a market"])
    const dearer = won(1, { settlement: { at: settledAt, profit: 400, commission: 21 } })
    expect(whatOf([dearer], accountWith([orderOf(bet)]))).toEqual(["commission of a market"])
  })

  it("takes an average price as the exchange rounds it", () => {
    expect(whatOf([bet], accountWith([orderOf(bet, { averagePrice: 3.01 })]))).toEqual([])
    expect(whatOf([bet], accountWith([orderOf(bet, { averagePrice: 3.02 })]))).toEqual(["average price"])
  })

  it("knows a replacement by the reference of the order that it replaced", () => {
    const replaced = won(2, { replaces: bet.id })
    const order = orderOf(replaced, { customerOrderRef: customerOrderRef(bet.id) })
    expect(whatOf([bet, replaced], accountWith([orderOf(bet), order]))).toEqual([])
    expect(whatOf([bet, won(2)], accountWith([orderOf(bet), order]))).toEqual(["reference"])
  })

  it("demands a settlement only of what was settled while the bot ran", () => {
    const open = won(1, { status: "matched", settlement: null })
    expect(whatOf([open], accountWith([orderOf(bet)]), settledAt)).toEqual([])
    expect(whatOf([open], accountWith([orderOf(bet)]), settledAt + 1000)).toEqual([
      "status",
      "profit",
      "profit of a market",
      "commission of a market"
    ])
  })

  it("finds a balance that its statement does not explain", () => {
    const account = accountWith([orderOf(bet)])
    expect(whatOf([bet], { ...account, balance: account.balance + 1 })).toEqual(["sum of the statement"])
  })
})
