import { describe, expect, it } from "vitest"
import * as ProbeControls from "../../src/backtest/ProbeControls.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import type { Side } from "../../src/domain/Side.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const limit = (price: number) => ({ _tag: "LIMIT", price }) as const

const matched = (side: Side, ...fills: ReadonlyArray<readonly [price: number, size: number]>): Bet =>
  new Scenario([{}]).bet(1, side, fills[0]![0] / 100, 2, {
    fills: fills.map(([price, size]) => ({ at: 1, price, size })),
    sizeRemaining: 0,
    complete: true
  })

describe("ProbeControls.allow", () => {
  it.each([
    ["a back of 1000.00", 0, "BACK", 200, 100_000, false],
    ["a back of 105.00", 0, "BACK", 200, 10_500, true],
    ["a back of 105.01", 0, "BACK", 200, 10_501, false],
    ["a lay whose liability is 105.00", 0, "LAY", 2200, 500, true],
    ["a lay whose liability is 107.50", 0, "LAY", 2250, 500, false],
    ["a lay that just fits beside others", -103.94, "LAY", 153, 200, true],
    ["a lay that does not", -103.95, "LAY", 153, 200, false],
    ["a lay that is paid for by backs", 50, "LAY", 8700, 180, true]
  ] as const)("judges %s", (_, worst, side, price, amount, expected) => {
    expect(ProbeControls.allow(worst, side, limit(price), amount)).toBe(expected)
  })

  it("takes what is risked on the close as it is", () => {
    expect(ProbeControls.allow(0, "LAY", { _tag: "MARKET_ON_CLOSE" }, 10_500)).toBe(true)
    expect(ProbeControls.allow(0, "LAY", { _tag: "MARKET_ON_CLOSE" }, 10_501)).toBe(false)
  })
})

describe("ProbeControls.worstOf", () => {
  it("adds what is matched at average prices in hundredths", () => {
    const lay = matched("LAY", [200, 100], [201, 100])
    expect(ProbeControls.worstOf([lay], "LAY")).toBe(-2)
    expect(ProbeControls.worstOf([lay, matched("BACK", [300, 100])], "LAY")).toBe(0)
    expect(ProbeControls.worstOf([lay], "BACK")).toBe(2)
  })

  it("counts what still waits on the side only", () => {
    const waiting = new Scenario([{}]).bet(1, "LAY", 3, 2)
    expect(ProbeControls.worstOf([waiting], "LAY")).toBe(-4)
    expect(ProbeControls.worstOf([waiting], "BACK")).toBe(0)
  })
})
