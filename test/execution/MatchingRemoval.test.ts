import { describe, expect, it } from "vitest"
import { toState } from "../../src/execution/MatchingOrder.ts"
import { flumine, honest } from "../../src/execution/MatchingProfile.ts"
import type { MarketDefinitionMessage } from "../../src/market/MarketMessage.ts"
import { definition, fillsOf, makeOrder, profiles, Track } from "./builders.ts"

/** Runner 2 withdrawn with a factor of 20; runner 1's own is 30. */
const withdrawn = (changes: MarketDefinitionMessage = {}) =>
  definition({
    version: 2,
    runners: [
      { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
      { id: 2, status: "REMOVED", adjustmentFactor: 20 },
      { id: 3, status: "ACTIVE", adjustmentFactor: 3 }
    ],
    ...changes
  })

const both = [{ id: 2, atb: [[4, 3]], atl: [[4.1, 3]] }] as const

describe.each(profiles)("applyRemovals ($name)", (profile) => {
  it("voids what was matched and what was not on the withdrawn runner", () => {
    const track = new Track(profile).update(1, both)
    const matched = track.back(400, 300, { selection: 2 })
    const half = track.back(400, 500, { selection: 2 })
    track.update(200).update(300, [], withdrawn())
    for (const order of [matched, half]) {
      expect(order.fills).toEqual([])
      expect([order.sizeMatched, order.sizeVoided, order.phase]).toEqual([0, order.size, "COMPLETE"])
    }
  })

  it("lowers matched prices on the others once, however often the withdrawal is repeated", () => {
    const track = new Track(profile)
    const order = track.back(300, 500)
    track
      .update(200)
      .update(300, [], withdrawn())
      .update(400, [], withdrawn({ version: 3 }))
    expect(fillsOf(order)).toEqual([[240, 500]])
  })

  it("never lowers a price below 1.01", () => {
    const track = new Track(profile).update(1, [
      {
        id: 1,
        atb: [
          [3, 0],
          [1.02, 50]
        ],
        atl: [[3.1, 0]]
      }
    ])
    const order = track.back(102, 1000)
    track.update(200).update(300, [], withdrawn())
    expect(fillsOf(order)).toEqual([[101, 1000]])
  })

  it("does not count a withdrawal that came before the order", () => {
    const track = new Track(profile).update(1, [], withdrawn())
    const order = track.back(300, 500)
    track.update(200).update(300, [], withdrawn({ version: 3 }))
    expect(fillsOf(order)).toEqual([[300, 500]])
  })

  it.each([
    ["WIN", 1, 2000 * (1 - 20 / 70)],
    ["PLACE", 3, 1600],
    ["OTHER", 1, 2000]
  ] as const)(
    "shrinks the liability of a lay at any starting price in a %s market",
    (marketType, winners, liability) => {
      const market = { marketType, numberOfWinners: winners }
      const track = new Track(profile).update(1, [], definition(market))
      const order = makeOrder("LAY", { _tag: "MARKET_ON_CLOSE", liability: 2000 })
      track.send(order).update(200).update(300, [], withdrawn(market))
      expect(order.liability).toBeCloseTo(liability, 9)
    }
  )
})

describe("applyRemovals (exact bookkeeping)", () => {
  it("voids only what was matched of an order that had ended", () => {
    const track = new Track(honest).update(1, both)
    const order = track.back(400, 500, { selection: 2 })
    track.update(200)
    track.engine.cancel(order, track.book, track.now)
    track.update(400).update(500, [], withdrawn())
    expect(toState(order)).toMatchObject({ fills: [], sizeCancelled: 200, sizeVoided: 300, sizeRemaining: 0 })
  })

  it("voids an order for the starting price with the liability it was placed with, and ends it", () => {
    const track = new Track(honest)
    const order = makeOrder("LAY", { _tag: "MARKET_ON_CLOSE", liability: 2000 }, 2)
    const other = withdrawn({
      runners: [
        { id: 2, status: "ACTIVE", adjustmentFactor: 20 },
        { id: 3, status: "REMOVED", adjustmentFactor: 3 }
      ]
    })
    track
      .send(order)
      .update(200)
      .update(300, [], other)
      .update(400, [], withdrawn({ version: 3 }))
    expect(toState(order)).toMatchObject({ sizeVoided: 2000, complete: true })
  })

  it("takes the reference's reduced liability and leaves the order open in the flumine profile", () => {
    const track = new Track(flumine)
    const order = makeOrder("LAY", { _tag: "MARKET_ON_CLOSE", liability: 2000 }, 2)
    const other = withdrawn({
      runners: [
        { id: 2, status: "ACTIVE", adjustmentFactor: 20 },
        { id: 3, status: "REMOVED", adjustmentFactor: 3 }
      ]
    })
    track
      .send(order)
      .update(200)
      .update(300, [], other)
      .update(400, [], withdrawn({ version: 3 }))
    expect(toState(order)).toMatchObject({ sizeVoided: 1925, complete: false })
  })
})
