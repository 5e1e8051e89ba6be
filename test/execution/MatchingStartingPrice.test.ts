import { describe, expect, it } from "vitest"
import type { OrderSpec } from "../../src/domain/Order.ts"
import type { Side } from "../../src/domain/Side.ts"
import { definition, fillsOf, limitOrder, makeOrder, profiles, Track } from "./builders.ts"

const reconciled = (bsp: number | string) =>
  definition({ bspReconciled: true, runners: [{ id: 1, status: "ACTIVE", bsp, adjustmentFactor: 30 }] })

const onClose = (liability: number, price?: number): OrderSpec =>
  price === undefined ? { _tag: "MARKET_ON_CLOSE", liability } : { _tag: "LIMIT_ON_CLOSE", price, liability }

describe.each(profiles)("matchAtStartingPrice ($name)", (profile) => {
  const run = (side: Side, spec: OrderSpec, bsp: number | string) => {
    const track = new Track(profile)
    const order = makeOrder(side, spec)
    track.send(order).update(200).update(300, [], reconciled(bsp))
    return { order, track }
  }

  it.each([
    ["backs its liability at any price", "BACK", onClose(1000), 2.5, [[250, 1000]]],
    ["lays what its liability buys", "LAY", onClose(1000), 5, [[500, 250]]],
    ["backs at its limit", "BACK", onClose(1000, 250), 2.5, [[250, 1000]]],
    ["does not back below its limit", "BACK", onClose(1000, 260), 2.5, []],
    ["lays at its limit", "LAY", onClose(1000, 500), 5, [[500, 250]]],
    ["does not lay above its limit", "LAY", onClose(1000, 490), 5, []]
  ] as const)("%s", (_, side, spec, bsp, fills) => {
    const { order } = run(side, spec, bsp)
    expect(fillsOf(order)).toEqual(fills)
    expect(order.phase).toBe("COMPLETE")
  })

  it("takes the starting price with what a back order has left", () => {
    const track = new Track(profile)
    const order = track.back(300, 1500, { persistence: "MARKET_ON_CLOSE" })
    track.update(200).update(300, [], reconciled(2.5))
    expect(fillsOf(order)).toEqual([
      [300, 1000],
      [250, 500]
    ])
  })

  it("keeps the liability of a lay and cancels the stake that it no longer buys", () => {
    const track = new Track(profile)
    const order = track.lay(300, 1000, { persistence: "MARKET_ON_CLOSE" })
    track.update(200).update(300, [], reconciled(5))
    expect(fillsOf(order)).toEqual([[500, 500]])
    expect(order.sizeCancelled).toBe(500)
  })

  it("lets a lay lapse whose liability is below the exchange's minimum", () => {
    const track = new Track(profile)
    const order = track.lay(300, 499, { persistence: "MARKET_ON_CLOSE" })
    track.update(200).update(300, [], reconciled(2.5))
    expect([order.sizeMatched, order.sizeLapsed, order.phase]).toEqual([0, 499, "COMPLETE"])
  })

  it("leaves orders of a runner without a starting price waiting", () => {
    const { order, track } = run("BACK", onClose(1000), "NaN")
    expect(order.phase).toBe("LIVE")
    track.update(400, [], reconciled(2.5))
    expect(fillsOf(order)).toEqual([[250, 1000]])
  })

  it("matches an order that takes it by nothing else once it is settled", () => {
    const track = new Track(profile)
    const order = makeOrder("BACK", limitOrder(310, 500, { persistence: "MARKET_ON_CLOSE" }))
    track
      .send(order)
      .update(200)
      .update(300, [{ id: 1, trd: [[3.1, 900]] }], reconciled("NaN"))
    expect(order.fills).toEqual([])
  })
})
