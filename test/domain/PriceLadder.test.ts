import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"

const AnyPrice = Schema.Int.check(Schema.isBetween({ minimum: 101, maximum: 100_000 }))

describe("PriceLadder", () => {
  it("has the exchange's 350 prices from 1.01 to 1000", () => {
    expect(PriceLadder.classic.length).toBe(350)
    expect(PriceLadder.classic[0]).toBe(101)
    expect(PriceLadder.classic.at(-1)).toBe(100_000)
  })

  it.each([
    [199, 1, 200],
    [200, 1, 202],
    [300, 1, 305],
    [400, 1, 410],
    [600, 1, 620],
    [1000, 1, 1050],
    [2000, 1, 2100],
    [3000, 1, 3200],
    [5000, 1, 5500],
    [10_000, 1, 11_000],
    [101, -1, 101],
    [100_000, 3, 100_000]
  ])("moves %i by %i tick to %i", (price, ticks, expected) => {
    expect(PriceLadder.move(price, ticks)).toBe(expected)
  })

  it.prop("floor and ceil enclose a price and agree exactly on the ladder", { price: AnyPrice }, ({ price }) => {
    const low = PriceLadder.floor(price)
    const high = PriceLadder.ceil(price)
    expect(PriceLadder.isOnLadder(low) && PriceLadder.isOnLadder(high)).toBe(true)
    expect(low <= price && price <= high).toBe(true)
    expect(PriceLadder.ticksBetween(low, high)).toBe(PriceLadder.isOnLadder(price) ? 0 : 1)
  })

  it.prop("takes every hundredth on the FINEST ladder", { price: AnyPrice }, ({ price }) => {
    expect(PriceLadder.isOnLadder(price, "FINEST")).toBe(true)
  })

  it("refuses prices outside any ladder", () => {
    expect([100, 0, -5, 100_001, Number.NaN, 150.5].some((price) => PriceLadder.isOnLadder(price))).toBe(false)
    expect([100, 100_001, Number.NaN, 150.5].some((price) => PriceLadder.isOnLadder(price, "FINEST"))).toBe(false)
  })
})
