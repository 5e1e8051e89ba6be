import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { MarketSelection } from "../../src/market/MarketSelection.ts"

const ids = (...numbers: ReadonlyArray<number>) => numbers.map((number) => `1.${number}` as MarketId)

describe("MarketSelection", () => {
  it("names what is chosen behind what has bets on it, and only when something is new", () => {
    const selection = new MarketSelection(200, ids(9))
    expect(selection.choose(ids(1, 2))).toEqual(ids(9, 1, 2))
    expect(selection.choose(ids(2, 1))).toBe(null)
    expect(selection.choose(ids(2, 3))).toEqual(ids(9, 1, 2, 3))
  })

  it("follows a market that is chosen no more until it has closed", () => {
    const selection = new MarketSelection(200, [])
    selection.choose(ids(1, 2))
    expect(selection.missing).toEqual([])
    expect(selection.choose(ids(2))).toBe(null)
    expect(selection.missing).toEqual(ids(1))
    selection.hasClosed(ids(1)[0]!)
    expect(selection.missing).toEqual([])
    expect(selection.choose(ids(2, 3))).toEqual(ids(2, 3))
  })

  it("does not follow again what has closed and is still on the list", () => {
    const selection = new MarketSelection(200, [])
    selection.choose(ids(1, 2))
    selection.hasClosed(ids(1)[0]!)
    expect(selection.choose(ids(1, 2, 3))).toEqual(ids(2, 3))
  })

  it("names nothing when nothing is chosen", () => {
    expect(new MarketSelection(200, []).choose([])).toBe(null)
  })

  const Step = Schema.Struct({
    chosen: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 }))),
    closed: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })))
  })

  it.prop(
    "never names too many, nor none, nor one twice, and bets come first",
    { steps: Schema.Array(Step) },
    ({ steps }) => {
      const selection = new MarketSelection(10, ids(100, 101))
      for (const { chosen, closed } of steps) {
        const named = selection.choose(ids(...chosen))
        if (named !== null) {
          expect(named.length).toBeGreaterThan(0)
          expect(named.length).toBeLessThanOrEqual(10)
          expect(new Set(named).size).toBe(named.length)
          expect(named.slice(0, 2)).toEqual(ids(100, 101))
        }
        for (const number of closed) selection.hasClosed(ids(number)[0]!)
      }
      expect(selection.missing.slice(0, 2)).toEqual(ids(100, 101))
    }
  )
})
