import { describe, expect, it } from "vitest"
import { isMissed } from "../../src/execution/MissedNews.ts"
import { orderOf, placedBet } from "./LiveBuilders.ts"

const now = 1_000_000
const bet = placedBet("1")

const matchedAt = (at: number) => {
  const { state } = orderOf(bet, "1")
  return { ...state, fills: [{ at, price: 300, size: 100 }], sizeRemaining: 100 }
}

describe("isMissed", () => {
  it("is a match that the stream has not told of for half a minute", () => {
    expect(isMissed(bet, matchedAt(now - 30_000), true, now)).toBe(true)
    expect(isMissed(bet, matchedAt(now - 29_999), true, now)).toBe(false)
  })

  it("is no catching up with what happened while there was no stream", () => {
    expect(isMissed(bet, matchedAt(now - 600_000), false, now)).toBe(false)
  })

  it("is an end that the stream has not told of, whose time nobody knows", () => {
    const { state } = orderOf(bet, "1")
    const lapsed = { ...state, sizeRemaining: 0, sizeLapsed: 200, complete: true }
    expect(isMissed(bet, lapsed, true, now)).toBe(true)
    expect(isMissed(bet, lapsed, false, now)).toBe(false)
  })

  it("is whatever becomes of a bet that was told to be unknown", () => {
    expect(isMissed({ ...bet, status: "unknown" }, matchedAt(now), false, now)).toBe(true)
  })
})
