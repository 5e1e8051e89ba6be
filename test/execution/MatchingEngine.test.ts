import { describe, expect, it } from "vitest"
import { toState } from "../../src/execution/MatchingOrder.ts"
import { flumine, honest } from "../../src/execution/MatchingProfile.ts"
import { definition, fillsOf, limitOrder, makeOrder, profiles, Track } from "./builders.ts"

describe.each(profiles)("MatchingEngine.place ($name)", (profile) => {
  it("waits for its latency and meets the book as it stood before the next update", () => {
    const track = new Track(profile)
    const order = track.back(280, 500)
    track.update(120, [
      {
        id: 1,
        atb: [
          [3, 0],
          [2.9, 50]
        ]
      }
    ])
    expect(order.phase).toBe("PENDING")
    track.update(121, [
      {
        id: 1,
        atb: [
          [2.9, 0],
          [4, 50]
        ]
      }
    ])
    expect(fillsOf(order)).toEqual([[290, 500]])
  })

  it("walks the levels down to its limit, each at its own price, and rests with nobody before it", () => {
    const track = new Track(profile).update(1, [
      {
        id: 1,
        atb: [
          [3.05, 2],
          [3, 10],
          [2.9, 40]
        ]
      }
    ])
    const order = track.back(300, 2000)
    track.update(200)
    expect(fillsOf(order)).toEqual([
      [305, 200],
      [300, 1000]
    ])
    expect(order.remaining).toBe(800)
    expect(order.queue).toBe(0)
  })

  it("lays against what is available to lay", () => {
    const track = new Track(profile)
    const order = track.lay(315, 500)
    track.update(200)
    expect(fillsOf(order)).toEqual([[310, 500]])
    expect(order.phase).toBe("COMPLETE")
  })

  it("queues behind the money displayed at its price and is filled by half of the traded volume beyond it", () => {
    const track = new Track(profile)
    const order = track.back(310, 500)
    track.update(200)
    expect(order.queue).toBe(4000)
    track.update(300, [{ id: 1, trd: [[3.1, 40]] }])
    expect(order.fills).toEqual([])
    track.update(400, [{ id: 1, trd: [[3.1, 46]] }])
    expect(fillsOf(order)).toEqual([[310, 300]])
    track.update(500, [{ id: 1, trd: [[3.1, 100]] }])
    expect(fillsOf(order)).toEqual([
      [310, 300],
      [310, 200]
    ])
    expect(order.phase).toBe("COMPLETE")
  })

  it("is reached by trades at better prices, at its own price, and not by worse ones", () => {
    const track = new Track(profile)
    const back = track.back(310, 500)
    const lay = track.lay(300, 500)
    track.update(200).update(300, [{ id: 1, trd: [[3.05, 900]] }])
    expect([back.sizeMatched, lay.sizeMatched]).toEqual([0, 0])
    track.update(400, [{ id: 1, trd: [[3.5, 60]] }])
    expect([fillsOf(back), fillsOf(lay)]).toEqual([[[310, 500]], []])
    track.update(500, [{ id: 1, trd: [[2.5, 60]] }])
    expect(fillsOf(lay)).toEqual([[300, 500]])
  })

  it("waits for the market's bet delay in play", () => {
    const track = new Track(profile).update(1, [], definition({ inPlay: true, betDelay: 5 }))
    const order = track.back(300, 100)
    track.update(5121)
    expect(order.phase).toBe("PENDING")
    track.update(5122)
    expect(fillsOf(order)).toEqual([[300, 100]])
  })

  it.each([
    ["a suspended market", definition({ status: "SUSPENDED" }), ["ERROR_IN_ORDER", "MARKET_SUSPENDED"]],
    ["an inactive market", definition({ status: "INACTIVE" }), ["ERROR_IN_ORDER", "MARKET_NOT_OPEN_FOR_BETTING"]],
    [
      "a withdrawn runner",
      definition({ runners: [{ id: 1, status: "REMOVED", adjustmentFactor: 30 }] }),
      ["RUNNER_REMOVED", "RUNNER_REMOVED"]
    ]
  ] as const)("refuses an order on %s", (_, next, codes) => {
    const track = new Track(profile)
    const order = track.back(300, 500)
    track.update(50, [], next).update(200)
    expect(order.refusal).toBe(codes[profile === flumine ? 0 : 1])
    expect(order.phase).toBe("COMPLETE")
  })

  it.each([
    ["a price between two ticks", limitOrder(301, 500), 1, "INVALID_ODDS"],
    ["a size of nothing", limitOrder(300, 0), 1, "INVALID_BET_SIZE"],
    ["an unknown runner", limitOrder(300, 500), 9, "INVALID_RUNNER"],
    [
      "a least fill above the size",
      limitOrder(300, 500, { timeInForce: "FILL_OR_KILL", minFillSize: 501 }),
      1,
      "INVALID_MIN_FILL_SIZE"
    ]
  ] as const)("refuses %s", (_, terms, selection, code) => {
    const track = new Track(profile)
    const order = makeOrder("BACK", terms, selection)
    track.send(order).update(200)
    expect(order.refusal).toBe(code)
  })

  it("refuses an order that was meant for another version of the market", () => {
    const track = new Track(profile)
    const order = makeOrder("BACK", limitOrder(300, 500))
    track.engine.place([order], track.book, track.now, 1)
    track.update(50, [], definition({ version: 2 })).update(200)
    expect(order.refusal).toBe("BET_TAKEN_OR_LAPSED")
  })

  it.each([
    ["in play", definition({ inPlay: true })],
    ["after reconciliation", definition({ bspReconciled: true })],
    ["in a market without starting price", definition({ bspMarket: false })]
  ] as const)("refuses orders for the starting price %s", (_, next) => {
    const track = new Track(profile).update(1, [], next)
    const persistent = track.back(300, 500, { persistence: "MARKET_ON_CLOSE" })
    const onClose = makeOrder("BACK", { _tag: "MARKET_ON_CLOSE", liability: 500 })
    track.send(onClose).update(10_000)
    expect(persistent.refusal).toBe("BET_ACTION_ERROR")
    expect(onClose.refusal).toBe("MARKET_NOT_OPEN_FOR_BSP_BETTING")
  })

  it("lets orders wait for the first book of a market it has not seen", () => {
    const track = new Track(profile)
    const late = new Track(profile)
    const order = makeOrder("BACK", limitOrder(300, 500))
    late.engine.place([order], undefined, late.now - 1000)
    expect(order.phase).toBe("PENDING")
    late.engine.tick(track.book, late.now)
    expect(fillsOf(order)).toEqual([[300, 500]])
  })
})

describe.each(profiles)("MatchingEngine.place FILL_OR_KILL ($name)", (profile) => {
  const levels = [
    {
      id: 1,
      atb: [
        [3, 10],
        [2.9, 10],
        [2.8, 10]
      ]
    }
  ] as const
  const kill = (price: number, size: number, minFillSize?: number) => {
    const track = new Track(profile).update(1, levels)
    const order = track.back(price, size, {
      timeInForce: "FILL_OR_KILL",
      ...(minFillSize === undefined ? {} : { minFillSize })
    })
    track.update(200)
    return order
  }

  it.each([
    ["fills at once what the limit allows", 300, 1000, undefined, [[300, 1000]], 0],
    ["kills what would not fill whole", 300, 1001, undefined, [], 1001],
    ["fills the least size and cancels the rest", 300, 1500, 500, [[300, 1000]], 500],
    [
      "takes deeper levels while the average is within the limit",
      294,
      2000,
      undefined,
      [
        [300, 1000],
        [290, 1000]
      ],
      0
    ],
    [
      "stops at the level that would spoil the average",
      294,
      3000,
      1000,
      [
        [300, 1000],
        [290, 1000]
      ],
      1000
    ],
    ["kills an order that is beyond the best price", 310, 500, 100, [], 500]
  ] as const)("%s", (_, price, size, least, fills, cancelled) => {
    const order = kill(price, size, least)
    expect(fillsOf(order)).toEqual(fills)
    expect(order.sizeCancelled).toBe(cancelled)
    expect(order.phase).toBe("COMPLETE")
  })
})

describe.each(profiles)("MatchingEngine.cancel ($name)", (profile) => {
  it("takes its latency, during which the order can still be matched", () => {
    const track = new Track(profile)
    const order = track.back(310, 5000)
    track.update(200)
    track.engine.cancel(order, track.book, track.now)
    track.update(300, [{ id: 1, trd: [[3.1, 60]] }])
    track.update(371)
    expect(toState(order)).toMatchObject({ sizeCancelled: 4000, sizeRemaining: 0, complete: true })
    expect(fillsOf(order)).toEqual([[310, 1000]])
  })

  it("fails while the market is suspended and leaves the order as it was", () => {
    const track = new Track(profile)
    const order = track.back(310, 500, { persistence: "PERSIST" })
    track.update(200)
    track.engine.cancel(order, track.book, track.now)
    track.update(250, [], definition({ status: "SUSPENDED", version: 2 })).update(400)
    expect([order.phase, order.request, order.sizeCancelled]).toEqual(["LIVE", "NONE", 0])
  })

  it("takes off no more than is asked", () => {
    const track = new Track(profile)
    const order = track.back(310, 500)
    track.update(200)
    track.engine.cancel(order, track.book, track.now, 200)
    track.update(400)
    expect([order.phase, order.remaining, order.sizeCancelled]).toEqual(["LIVE", 300, 200])
  })

  it("cancels an order that is still on its way as soon as it is placed", () => {
    const track = new Track(profile).update(1, [], definition({ inPlay: true, betDelay: 5 }))
    const order = track.back(310, 500)
    track.engine.cancel(order, track.book, track.now)
    track.update(300).update(6000)
    expect([order.phase, order.sizeCancelled, order.refusal]).toEqual(["COMPLETE", 500, null])
  })

  it("does not touch orders for the starting price", () => {
    const track = new Track(profile)
    const order = makeOrder("BACK", { _tag: "MARKET_ON_CLOSE", liability: 500 })
    track.send(order).update(200)
    expect(track.engine.cancel(order, track.book, track.now)).toBe(false)
  })
})

const replaceResting = (track: Track, price: number, size: number) => {
  const order = track.back(310, 500)
  track.update(200)
  const next = makeOrder("BACK", limitOrder(price, size))
  expect(track.engine.replace(order, next, track.book, track.now)).toBe(true)
  return { order, next }
}

describe.each(profiles)("MatchingEngine.replace ($name)", (profile) => {
  it("cancels the rest and places it anew at the new price", () => {
    const track = new Track(profile)
    const { next, order } = replaceResting(track, 300, 500)
    track.update(480)
    expect(next.phase).toBe("PENDING")
    track.update(481)
    expect([order.phase, order.sizeCancelled]).toEqual(["COMPLETE", 500])
    expect(fillsOf(next)).toEqual([[300, 500]])
  })

  it("places no more than was still unmatched", () => {
    const track = new Track(profile)
    const { next, order } = replaceResting(track, 300, 500)
    track.update(300, [{ id: 1, trd: [[3.1, 44]] }]).update(600)
    expect([order.sizeMatched, order.sizeCancelled]).toEqual([200, 300])
    expect([next.sizeMatched, next.sizeCancelled]).toEqual([300, 200])
  })

  it("refuses the new order when nothing was left of the old", () => {
    const track = new Track(profile)
    const { next } = replaceResting(track, 300, 500)
    track.update(300, [{ id: 1, trd: [[3.1, 100]] }]).update(600)
    expect(next.refusal).toBe("BET_TAKEN_OR_LAPSED")
  })

  it("keeps the old order when the market is suspended", () => {
    const track = new Track(profile)
    const order = track.back(310, 500, { persistence: "PERSIST" })
    track.update(200)
    const next = makeOrder("BACK", limitOrder(300, 500))
    track.engine.replace(order, next, track.book, track.now)
    track.update(250, [], definition({ status: "SUSPENDED", version: 2 })).update(600)
    expect([order.phase, next.refusal]).toEqual(["LIVE", "BET_ACTION_ERROR"])
  })
})

describe.each(profiles)("MatchingEngine.update ($name)", (profile) => {
  it("changes the persistence after its latency", () => {
    const track = new Track(profile)
    const order = track.back(310, 500)
    track.update(200)
    track.engine.update(order, "PERSIST", track.book, track.now)
    track.update(300)
    expect(order.persistence).toBe("LAPSE")
    track.update(351).update(400, [], definition({ status: "SUSPENDED", version: 2 }))
    expect(order.phase).toBe("LIVE")
  })
})

describe.each(profiles)("MatchingEngine at a suspension ($name)", (profile) => {
  it.each([
    ["LAPSE", 2, "COMPLETE", 500],
    ["LAPSE", 1, "LIVE", 0],
    ["PERSIST", 2, "LIVE", 0],
    ["MARKET_ON_CLOSE", 2, "LIVE", 0]
  ] as const)("%s with version %i: %s", (persistence, version, phase, lapsed) => {
    const track = new Track(profile)
    const order = track.back(310, 500, { persistence })
    track.update(200).update(300, [], definition({ status: "SUSPENDED", version }))
    expect([order.phase, order.sizeLapsed]).toEqual([phase, lapsed])
  })

  it("counts what was traded before it", () => {
    const track = new Track(profile)
    const order = track.back(310, 500)
    track.update(200).update(300, [{ id: 1, trd: [[3.1, 44]] }], definition({ status: "SUSPENDED", version: 2 }))
    expect([order.sizeMatched, order.sizeLapsed]).toEqual([200, 300])
  })
})

describe("MatchingEngine.close", () => {
  it("ends what is on its way and what rests", () => {
    const track = new Track(honest)
    const resting = track.back(310, 500, { persistence: "PERSIST" })
    track.update(200)
    const waiting = track.back(310, 500)
    track.update(210, [], definition({ status: "CLOSED" }))
    expect(resting.sizeLapsed).toBe(500)
    expect(waiting.refusal).toBe("MARKET_NOT_OPEN_FOR_BETTING")
    expect(track.engine.market.orders.size).toBe(0)
  })
})
