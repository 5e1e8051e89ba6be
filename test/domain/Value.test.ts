import { describe, expect, it } from "vitest"
import * as Value from "../../src/domain/Value.ts"

describe("Value.expectedReturn", () => {
  it.each([
    ["a fair back without commission", "BACK", 400, 0.25, 0, 0],
    ["a fair lay without commission", "LAY", 400, 0.25, 0, 0],
    ["a back with an edge", "BACK", 300, 0.4, 0.05, 0.4 * 2 * 0.95 - 0.6],
    ["a lay with an edge, per pound of liability", "LAY", 300, 0.25, 0.05, (0.75 * 0.95 - 0.25 * 2) / 2],
    ["a bet on what cannot win", "BACK", 300, 0, 0.05, -1]
  ] as const)("%s", (_, side, price, probability, commission, expected) => {
    expect(Value.expectedReturn(side, price, probability, commission)).toBeCloseTo(expected, 12)
  })
})

describe("Value.commissionOf", () => {
  it.each([
    [5, 0.05],
    [0, 0],
    [2.5, 0.025],
    [NaN, 0.05],
    [-1, 0.05],
    [100, 0.05]
  ])("reads a base rate of %d %%", (marketBaseRate, expected) => {
    expect(Value.commissionOf({ marketBaseRate })).toBe(expected)
  })
})
