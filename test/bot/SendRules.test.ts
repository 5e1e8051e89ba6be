/** The rules of the last look one by one, and `docs/LIVE.md`, which lists them. */
import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as SendRules from "../../src/bot/SendRules.ts"
import { type Denial, deny } from "../../src/domain/Decision.ts"
import type { OrderSpec } from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import * as RiskLimits from "../../src/risk/RiskLimits.ts"
import * as Rule from "../../src/risk/Rule.ts"
import { bet, limit, matched, noon, request, type RequestChanges, settings } from "../risk/Builders.ts"

/** An order of 2.00 at 3.0 that every rule lets pass. */
const sending = (changes: Partial<SendRules.Sending> = {}, asked: RequestChanges = {}): SendRules.Sending => ({
  request: request(asked),
  limits: RiskLimits.fromSettings(settings().trading),
  send: {
    hardCapPerBet: 1000,
    hardCapTotal: 5000,
    maxTransactions: 100,
    maxSilenceMs: 15_000,
    maxSkewMs: 3000,
    maxFundsAgeMs: 60_000
  },
  trading: null,
  isReducing: false,
  raisesMarket: true,
  isBreakerOpen: false,
  isAlone: true,
  stream: { status: "connected", lastMessageAt: noon - 100, latencyMs: 20 },
  clockSkewMs: 0,
  atRisk: 0,
  transactions: 0,
  funds: { available: 10_000, asOf: noon - 5000 },
  reserved: 0,
  ...changes
})

const verdict = (changes: Partial<SendRules.Sending> = {}, asked: RequestChanges = {}): Denial | null =>
  Rule.first(SendRules.rules, sending(changes, asked))

const stream = (changes: Partial<SendRules.Sending["stream"]>): Partial<SendRules.Sending> => ({
  stream: { status: "connected", lastMessageAt: noon - 100, latencyMs: 20, ...changes }
})

describe("SendRules.rules", () => {
  it("lets a good order pass", () => {
    expect(verdict()).toBe(null)
  })

  const cases: ReadonlyArray<readonly [string, Partial<SendRules.Sending>, RequestChanges, Denial]> = [
    ["trading is halted", { trading: deny("trading_halted") }, {}, deny("trading_halted")],
    ["it raises the worst case while trading only reduces", { isReducing: true }, {}, deny("trading_reducing")],
    ["the lock is lost", { isAlone: false }, {}, deny("not_alone")],
    ["the breaker is open", { isBreakerOpen: true }, {}, deny("circuit_breaker_open")],
    ["the stream is cut", stream({ status: "disconnected" }), {}, deny("feed_disconnected")],
    ["the stream is behind (503)", stream({ status: "stale" }), {}, deny("feed_behind")],
    ["the stream is silent", stream({ lastMessageAt: noon - 15_001 }), {}, deny("stale_prices", 15_001, 15_000)],
    ["the stream never said anything", stream({ lastMessageAt: null }), {}, deny("stale_prices", Infinity, 15_000)],
    ["the clocks differ by the exchange's answers", { clockSkewMs: 3001 }, {}, deny("clock_skew", 3001, 3000)],
    ["nothing is known of the clocks", { clockSkewMs: null }, {}, deny("clock_skew", NaN, 3000)],
    ["a message came from the future", stream({ latencyMs: -3001 }), {}, deny("clock_skew", 3001, 3000)],
    ["a message was long on its way", stream({ latencyMs: 3001 }), {}, deny("clock_skew", 3001, 3000)],
    ["the market is suspended", {}, { definition: { status: "SUSPENDED" } }, deny("market_not_open")],
    ["the market is in play", {}, { definition: { inPlay: true } }, deny("market_in_play")],
    ["the runner is not there", {}, { runner: 99 }, deny("runner_not_active")],
    ["the price is off the ladder", {}, { order: limit(303, 200) }, deny("price_not_on_ladder", 3.03)],
    ["there is no price", {}, { prices: { bestBack: 0 } }, deny("no_price")],
    ["the price is far from the best", {}, { order: limit(200, 200) }, deny("price_too_far", 50, 20)],
    ["the stake is too much", {}, { order: limit(300, 1001) }, deny("stake_above_limit", 1001, 1000)],
    [
      "the liability is above the hard cap",
      {},
      { side: "LAY", order: limit(305, 1000) },
      deny("hard_cap_bet", 2050, 1000)
    ],
    ["with all others it is above the hard cap", { atRisk: 4801 }, {}, deny("hard_cap_total", 5001, 5000)],
    ["too much was sent this hour", { transactions: 100 }, {}, deny("transactions_limit", 101, 100)],
    ["nothing is known of the funds", { funds: null }, {}, deny("funds_unknown", Infinity, 60_000)],
    [
      "the funds were told long ago",
      { funds: { available: 10_000, asOf: noon - 60_001 } },
      {},
      deny("funds_unknown", 60_001, 60_000)
    ],
    [
      "the funds do not cover it and what is under way",
      { funds: { available: 500, asOf: noon }, reserved: 301 },
      {},
      deny("insufficient_funds", 501, 500)
    ]
  ]

  for (const [when, changes, asked, denial] of cases) {
    it(`denies an order when ${when}`, () => {
      expect(verdict(changes, asked)).toEqual(denial)
    })
  }

  it("has a case for every reason it can give", () => {
    const given = new Set(cases.map(([, , , { reason }]) => reason))
    const missing = SendRules.rules.flatMap(({ reasons }) => reasons).filter((reason) => !given.has(reason))
    expect(missing).toEqual(["trading_paused"])
  })

  it("lets an order pass on any funds that does not raise the worst case of its market", () => {
    const funds = { available: 0, asOf: noon }
    expect(verdict({ raisesMarket: false, funds })).toBe(null)
    expect(verdict({ raisesMarket: false, isReducing: true, funds })).toBe(null)
  })

  it("passes at each limit exactly", () => {
    expect(verdict({ ...stream({ lastMessageAt: noon - 15_000, latencyMs: 3000 }), clockSkewMs: 3000 })).toBe(null)
    expect(verdict({ atRisk: 4800, transactions: 99 })).toBe(null)
    expect(verdict({ funds: { available: 200, asOf: noon - 60_000 } })).toBe(null)
  })
})

describe("SendRules.lossOf", () => {
  it.each([
    ["BACK", limit(1100, 200), 200],
    ["LAY", limit(1100, 200), 2000],
    ["LAY", limit(101, 101), 2],
    ["LAY", { _tag: "MARKET_ON_CLOSE", liability: 700 }, 700],
    ["BACK", { _tag: "LIMIT_ON_CLOSE", price: 300, liability: 700 }, 700],
    ["BACK", limit(300, NaN), Infinity],
    ["BACK", limit(300, 0), Infinity],
    ["BACK", limit(300, 10.5), Infinity],
    ["LAY", limit(100, 200), Infinity],
    ["LAY", limit(NaN, 200), Infinity]
  ] as ReadonlyArray<readonly ["BACK" | "LAY", OrderSpec, number]>)("%s %o", (side, order, loss) => {
    expect(SendRules.lossOf({ side, order })).toBe(loss)
  })

  it.prop(
    "agrees with the exposure of the bet taken alone, waiting or matched",
    {
      side: Schema.Literals(["BACK", "LAY"]),
      tick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 349 })),
      size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
    },
    ({ side, size, tick }) => {
      const order = limit(PriceLadder.classic[tick]!, size)
      const alone = Exposure.lossOf(Exposure.ofBet(bet({ side, order })))
      expect(SendRules.lossOf({ side, order })).toBe(alone)
      for (const one of [bet({ side, order }), matched({ side, order })]) {
        expect(SendRules.openLossOf(one)).toBe(Exposure.lossOf(Exposure.ofBet(one)))
      }
    }
  )
})

describe("docs/LIVE.md", () => {
  it("lists the rules in the order in which they are asked", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/LIVE.md"), "utf8")
    const section = document.split("\n### What is looked at\n")[1]?.split("\n#")[0] ?? ""
    const rows = section
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .slice(2)
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim())
      )
    expect(rows).toEqual(
      SendRules.rules.map(({ asks, reasons }) => [asks, reasons.map((reason) => `\`${reason}\``).join(", ")])
    )
  })
})
