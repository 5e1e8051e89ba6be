import { describe, expect, it } from "vitest"
import * as BinaryDecimal from "../../src/domain/BinaryDecimal.ts"

describe("BinaryDecimal.hundredths", () => {
  it.each([
    ["a half that is one in binary goes to the even neighbour below", 0.125, 12],
    ["a half that is one in binary goes to the even neighbour above", 0.375, 38],
    ["a half that is a little less in binary goes down", 1.005, 100],
    ["a half that is a little more in binary goes up", 8.345, 835],
    ["a loss mirrors a gain", -0.375, -38]
  ])("%s", (_, decimal, expected) => {
    expect(BinaryDecimal.hundredths(decimal)).toBe(expected)
  })
})
