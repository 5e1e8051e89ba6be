import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Money from "../../src/domain/Money.ts"

const Amount = Schema.Int.check(Schema.isBetween({ minimum: -1_000_000_000, maximum: 1_000_000_000 }))

describe("Money", () => {
  it.prop("comes back exactly from its decimal form", { pence: Amount }, ({ pence }) => {
    expect(Money.fromDecimal(Money.toDecimal(pence))).toBe(pence === 0 ? 0 : pence)
  })

  it.each([
    [1.005, 101],
    [-1.005, -101],
    [2.675, 268],
    [0.1 + 0.2, 30]
  ])("rounds %f half away from zero to %i pence", (amount, pence) => {
    expect(Money.fromDecimal(amount)).toBe(pence)
  })

  it.each([
    [0, "0.00"],
    [5, "0.05"],
    [-5, "-0.05"],
    [123_456, "1234.56"]
  ])("writes %i as %s", (pence, text) => {
    expect(Money.format(pence)).toBe(text)
  })

  it("never gives negative zero", () => {
    expect(Object.is(Money.round(-0.2), 0)).toBe(true)
    expect(Object.is(Money.fromDecimal(-0.001), 0)).toBe(true)
  })
})
