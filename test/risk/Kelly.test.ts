import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { liabilityOf } from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import * as Kelly from "../../src/risk/Kelly.ts"

const limits: Kelly.SizeLimits = { kellyFraction: 0.25, maxStake: 1000, maxLiability: 5000, minStake: 200 }

const back = (changes: Partial<Kelly.Wager> = {}): Kelly.Wager => ({
  side: "BACK",
  price: 300,
  probability: 0.4,
  commission: 0.05,
  ...changes
})
const lay = (changes: Partial<Kelly.Wager> = {}): Kelly.Wager => back({ side: "LAY", probability: 0.2, ...changes })

const reason = (result: Result.Result<unknown, { readonly reason: string }>) =>
  Result.isFailure(result) ? result.failure.reason : null

describe("Kelly.positionSize", () => {
  it("stakes (b·p − q)/b of the bankroll, b net of commission, times the fraction", () => {
    // b = 2 × 0.95 = 1.9; f = (1.9 × 0.4 − 0.6) / 1.9 = 0.084210…; 100000 × 0.25 × f = 2105.26
    const size = Kelly.positionSize(back(), 100_000, { ...limits, maxStake: 10_000 })
    expect(size).toEqual(Result.succeed({ stake: 2105, liability: 2105 }))
  })

  it("mirrors it on the liability for a lay", () => {
    // b = 0.95 / 2 = 0.475; f = (0.475 × 0.8 − 0.2) / 0.475 = 0.378947…; liability 9473.68, stake half of it
    const size = Kelly.positionSize(lay(), 100_000, { ...limits, maxStake: 10_000, maxLiability: 10_000 })
    expect(size).toEqual(Result.succeed({ stake: 4736, liability: 9472 }))
  })

  it("is held at the largest stake, and at the largest liability of a lay", () => {
    expect(Kelly.positionSize(back(), 1_000_000, limits)).toEqual(Result.succeed({ stake: 1000, liability: 1000 }))
    const long = lay({ price: 2000, probability: 0.01 })
    expect(Kelly.positionSize(long, 10_000_000, limits)).toEqual(Result.succeed({ stake: 263, liability: 4997 }))
  })

  it("is no bet below the smallest stake, and never one of nothing", () => {
    expect(Kelly.positionSize(back(), 5000, limits)).toEqual(
      Result.fail({ reason: "size_below_minimum", value: 105, limit: 200 })
    )
    expect(reason(Kelly.positionSize(back(), 0, { ...limits, minStake: 0 }))).toBe("size_below_minimum")
    expect(reason(Kelly.positionSize(back(), -100_000, limits))).toBe("size_below_minimum")
  })

  it.each([
    [back({ probability: 0.33 }), "no_edge"],
    [lay({ probability: 0.34 }), "no_edge"],
    [back({ price: 100 }), "odds_out_of_range"],
    [back({ price: 0 }), "odds_out_of_range"],
    [back({ price: NaN }), "odds_out_of_range"],
    [back({ price: Infinity }), "odds_out_of_range"],
    [back({ probability: 0 }), "probability_invalid"],
    [back({ probability: 1 }), "probability_invalid"],
    [back({ probability: NaN }), "probability_invalid"],
    [back({ commission: NaN }), "risk_unknown"],
    [back({ commission: 1 }), "risk_unknown"]
  ])("refuses what cannot or need not be computed, never a NaN stake (G19): %j", (wager, expected) => {
    expect(reason(Kelly.positionSize(wager, 100_000, limits))).toBe(expected)
  })

  it("refuses a bankroll that is not a number", () => {
    expect(reason(Kelly.positionSize(back(), NaN, limits))).toBe("risk_unknown")
  })
})

const Wager = Schema.Struct({
  side: Schema.Literals(["BACK", "LAY"]),
  tick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 349 })),
  permille: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 999 })),
  commission: Schema.Literals([0, 0.02, 0.05, 0.1])
})
const toWager = ({ commission, permille, side, tick }: typeof Wager.Type): Kelly.Wager => ({
  side,
  price: PriceLadder.classic[tick]!,
  probability: permille / 1000,
  commission
})

const share = (wager: Kelly.Wager) => Result.getOrElse(Kelly.fraction(wager), () => 0)

describe("Kelly properties", () => {
  const Bankroll = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000_000 }))

  it.prop("a size is whole pence (G46) within every limit", { wager: Wager, bankroll: Bankroll }, (given) => {
    const wager = toWager(given.wager)
    const size = Kelly.positionSize(wager, given.bankroll, limits)
    if (Result.isFailure(size)) return
    const { liability, stake } = size.success
    expect(Number.isSafeInteger(stake) && Number.isSafeInteger(liability)).toBe(true)
    expect(stake).toBeGreaterThanOrEqual(limits.minStake)
    expect(stake).toBeLessThanOrEqual(limits.maxStake)
    expect(liability).toBeLessThanOrEqual(limits.maxLiability)
    expect(liability).toBe(liabilityOf(wager.side, wager.price, stake))
    expect(liability).toBeLessThanOrEqual(given.bankroll * limits.kellyFraction + 1)
  })

  it.prop("the fraction makes the bankroll grow faster than a little more or less", { wager: Wager }, (given) => {
    const wager = toWager(given.wager)
    const kelly = Kelly.fraction(wager)
    if (Result.isFailure(kelly)) return
    const odds = (wager.price - 100) / 100
    const gain = (1 - wager.commission) * (wager.side === "BACK" ? odds : 1 / odds)
    const success = wager.side === "BACK" ? wager.probability : 1 - wager.probability
    const growth = (f: number) => success * Math.log1p(gain * f) + (1 - success) * Math.log1p(-f)
    const best = growth(kelly.success)
    expect(kelly.success > 0 && kelly.success < 1).toBe(true)
    expect(best).toBeGreaterThanOrEqual(growth(kelly.success * 0.9) - 1e-12)
    expect(best).toBeGreaterThanOrEqual(growth(kelly.success + (1 - kelly.success) * 0.1) - 1e-12)
  })

  it.prop("there is no edge exactly where the expectation is not positive", { wager: Wager }, (given) => {
    const wager = toWager(given.wager)
    const odds = (wager.price - 100) / 100
    const p = wager.probability
    const expectation =
      wager.side === "BACK" ? p * odds * (1 - wager.commission) - (1 - p) : (1 - p) * (1 - wager.commission) - p * odds
    if (Math.abs(expectation) > 1e-9) expect(Result.isSuccess(Kelly.fraction(wager))).toBe(expectation > 0)
  })

  it.prop("a better probability never stakes less", { wager: Wager }, (given) => {
    const wager = toWager(given.wager)
    const better = { ...wager, probability: wager.probability + (wager.side === "BACK" ? 0.0005 : -0.0005) }
    expect(share(better)).toBeGreaterThanOrEqual(share(wager))
  })
})
