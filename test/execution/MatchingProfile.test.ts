/** One test a switch: the same market with the switch as the reference has it, and as the honest profile has it. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { drawLatency, flumine, honest, latencies, type MatchingProfile } from "../../src/execution/MatchingProfile.ts"
import { definition, fillsOf, limitOrder, makeOrder, Track } from "./builders.ts"

/** Both profiles with one switch set alike. */
const both = <K extends keyof MatchingProfile>(name: K, value: MatchingProfile[K]) =>
  [flumine, honest].map((profile) => new Track({ ...profile, [name]: value }))

const takeTwice = (track: Track) => {
  const first = track.back(300, 800)
  const second = track.back(300, 800)
  track.update(200)
  return [first.sizeMatched, second.sizeMatched]
}

describe("MatchingProfile.removesTakenLiquidity", () => {
  it("lets two orders take the same money without it", () => {
    for (const track of both("removesTakenLiquidity", false)) expect(takeTwice(track)).toEqual([800, 800])
  })

  it("leaves the second order what the first has not taken", () => {
    for (const track of both("removesTakenLiquidity", true)) expect(takeTwice(track)).toEqual([800, 200])
  })

  it("offers again only what is shown beyond what was taken", () => {
    const track = new Track(honest)
    track.back(300, 1000)
    track
      .update(200)
      .update(300, [{ id: 1, atb: [[3, 6]] }])
      .update(400, [{ id: 1, atb: [[3, 9]] }])
    const later = track.back(300, 1000)
    track.update(600)
    expect(fillsOf(later)).toEqual([[300, 300]])
  })

  it("does not take volume for ours that others traded against money we had taken", () => {
    const track = new Track(honest)
    const order = track.back(300, 1500)
    track.update(200).update(300, [{ id: 1, atb: [[3, 0]], trd: [[3, 120]] }])
    expect(fillsOf(order)).toEqual([[300, 1000]])
    track.update(400, [{ id: 1, trd: [[3, 130]] }])
    expect(fillsOf(order)).toEqual([
      [300, 1000],
      [300, 500]
    ])
  })
})

const crossResting = (track: Track) => {
  const order = track.back(310, 5000)
  track.update(200).update(300, [
    {
      id: 1,
      atl: [
        [3.1, 0],
        [3.2, 5]
      ],
      atb: [[3.15, 20]]
    }
  ])
  track.update(400, [{ id: 1, ltp: 3.15 }])
  return fillsOf(order)
}

describe("MatchingProfile.crossingFills", () => {
  it("never fills a resting order without trades", () => {
    for (const track of both("crossingFills", "never")) expect(crossResting(track)).toEqual([])
  })

  it("fills by all that is displayed, with each update again", () => {
    for (const track of both("crossingFills", "displayed")) expect(crossResting(track).length).toBeGreaterThan(0)
    expect(crossResting(new Track({ ...flumine, crossingFills: "displayed" }))).toEqual([
      [310, 2000],
      [310, 2000]
    ])
  })

  it("fills at the order's price by what remains", () => {
    expect(crossResting(new Track(honest))).toEqual([[310, 2000]])
  })

  it("does not fill in a suspended market", () => {
    const track = new Track(honest)
    const order = track.back(310, 500, { persistence: "PERSIST" })
    track.update(200)
    track.update(300, [{ id: 1, atl: [[3.1, 0]], atb: [[3.2, 20]] }], definition({ status: "SUSPENDED", version: 2 }))
    expect(order.fills).toEqual([])
  })
})

const withdrawMoney = (track: Track) => {
  const order = track.back(310, 500)
  track
    .update(200)
    .update(210, [{ id: 1, atl: [[3.1, 40]] }])
    .update(300, [{ id: 1, atl: [[3.1, 20]] }])
  return order.queue / 200
}

describe("MatchingProfile.cancellationsAhead", () => {
  it("does not move the queue without it", () => {
    for (const track of both("cancellationsAhead", null)) {
      const order = track.back(310, 500)
      track.update(200).update(300, [{ id: 1, atl: [[3.1, 5]] }])
      expect(order.queue / 200).toBe(20)
    }
  })

  it("counts the stated share of what was cancelled, spread evenly over the queue", () => {
    // Half of the money at the price stood ahead; 20 of 40 go; half of the 10 that were ahead are counted.
    expect(withdrawMoney(new Track(honest))).toBe(15)
    expect(withdrawMoney(new Track({ ...honest, cancellationsAhead: 1 }))).toBe(10)
  })

  it("does not take traded money for cancelled money", () => {
    const track = new Track(honest)
    const order = track.back(310, 500)
    track.update(200).update(300, [{ id: 1, atl: [[3.1, 15]], trd: [[3.1, 10]] }])
    expect(order.queue / 200).toBe(15)
  })

  it("never leaves more ahead than is displayed", () => {
    const track = new Track(honest)
    const order = track.back(310, 500)
    track.update(200).update(300, [{ id: 1, atl: [[3.1, 1]] }])
    expect(order.queue / 200).toBe(1)
  })
})

const tradeForTwoStrategies = (track: Track) => {
  const orders = [track.back(310, 300, { owner: "one" }), track.back(310, 300, { owner: "two" })]
  track.update(200).update(300, [{ id: 1, trd: [[3.1, 48]] }])
  return orders.map((order) => order.sizeMatched)
}

describe("MatchingProfile.volumeSharing", () => {
  it("lets each strategy have the volume for itself", () => {
    for (const track of both("volumeSharing", "strategy")) expect(tradeForTwoStrategies(track)).toEqual([300, 300])
  })

  it("shares the volume among all orders of the account", () => {
    expect(tradeForTwoStrategies(new Track({ ...honest, volumeSharing: "account" }))).toEqual([300, 100])
    expect(tradeForTwoStrategies(new Track({ ...flumine, volumeSharing: "account" }))).toEqual([300, 0])
  })
})

const tradeForTwoOrders = (track: Track) => {
  const orders = [track.back(310, 300), track.back(310, 300)]
  track.update(200).update(300, [{ id: 1, trd: [[3.1, 50]] }])
  return orders.map((order) => order.sizeMatched)
}

describe("MatchingProfile.queueUsesVolume", () => {
  it("counts the money ahead once for each order in the reference", () => {
    for (const track of both("queueUsesVolume", true)) expect(tradeForTwoOrders(track)).toEqual([300, 0])
  })

  it("queues our orders behind each other and behind the same money", () => {
    for (const track of both("queueUsesVolume", false)) expect(tradeForTwoOrders(track)).toEqual([300, 200])
  })

  it("serves the order at the better price for the other side first", () => {
    const track = new Track(honest).update(1, [{ id: 1, atl: [[3.1, 0]] }])
    const [far, near] = [track.back(320, 300), track.back(310, 300)]
    track.update(200).update(300, [{ id: 1, trd: [[3.2, 8]] }])
    expect([far.sizeMatched, near.sizeMatched]).toEqual([100, 300])
  })
})

describe("MatchingProfile.bestPriceExecution", () => {
  it("takes a better price with it and lapses without it", () => {
    for (const track of both("bestPriceExecution", true)) {
      const order = track.back(290, 500)
      track.update(200)
      expect(fillsOf(order)).toEqual([[300, 500]])
    }
    for (const track of both("bestPriceExecution", false)) {
      const order = track.back(290, 500)
      track.update(200)
      expect([order.refusal, order.sizeMatched]).toEqual(["BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE", 0])
    }
  })
})

describe("MatchingProfile.rounding", () => {
  it("gives half a penny of volume to us only as the reference's arithmetic happens to round it", () => {
    for (const [rounding, matched] of [
      ["exact", 0],
      ["binary", 1]
    ] as const) {
      for (const track of both("rounding", rounding)) {
        const order = track.back(320, 500)
        track.update(200).update(300, [{ id: 1, trd: [[3.2, 0.01]] }])
        expect(order.sizeMatched).toBe(matched)
      }
    }
  })

  it("rounds the stake of a lay at the starting price down", () => {
    for (const [rounding, size, price] of [
      ["exact", 558, 458],
      ["binary", 559, 457.7]
    ] as const) {
      for (const track of both("rounding", rounding)) {
        const order = makeOrder("LAY", { _tag: "MARKET_ON_CLOSE", liability: 1999 })
        track.send(order).update(200)
        const runners = [{ id: 1, status: "ACTIVE", bsp: 4.577 }]
        track.update(300, [], definition({ bspReconciled: true, runners }))
        expect([order.sizeMatched, order.fills[0]!.price]).toEqual([size, price])
      }
    }
  })
})

const withoutRunner = (selection: number, factor: number) =>
  definition({
    version: 2,
    status: "SUSPENDED",
    runners: [1, 2, 3].map((id) => ({
      id,
      status: id === selection ? "REMOVED" : "ACTIVE",
      adjustmentFactor: id === selection ? factor : 30
    }))
  })

describe("MatchingProfile.bookkeeping", () => {
  it("voids a lapsed order again in the reference only", () => {
    for (const [bookkeeping, voided] of [
      ["reference", 500],
      ["exact", 0]
    ] as const) {
      for (const track of both("bookkeeping", bookkeeping)) {
        const order = track.back(310, 500)
        track.update(200).update(300, [], definition({ status: "SUSPENDED", version: 2 }))
        track.update(400, [], { ...withoutRunner(1, 30), version: 3 })
        expect([order.sizeLapsed, order.sizeVoided]).toEqual([500, voided])
      }
    }
  })

  it("books a lay that grows at the starting price without a negative cancellation", () => {
    for (const [bookkeeping, cancelled] of [
      ["reference", -250],
      ["exact", 0]
    ] as const) {
      for (const track of both("bookkeeping", bookkeeping)) {
        const order = track.lay(400, 500, { persistence: "MARKET_ON_CLOSE" })
        track.update(1, [{ id: 1, atl: [[3.1, 0]] }]).update(200)
        const runners = [{ id: 1, status: "ACTIVE", bsp: 3 }]
        track.update(300, [], definition({ bspReconciled: true, runners }))
        expect([order.sizeMatched, order.sizeCancelled]).toEqual([750, cancelled])
      }
    }
  })

  it("books an order on the close that misses its limit as lapsed", () => {
    for (const [bookkeeping, lapsed] of [
      ["reference", 0],
      ["exact", 1000]
    ] as const) {
      for (const track of both("bookkeeping", bookkeeping)) {
        const order = makeOrder("BACK", { _tag: "LIMIT_ON_CLOSE", price: 300, liability: 1000 })
        track.send(order).update(200)
        const runners = [{ id: 1, status: "ACTIVE", bsp: 2.9 }]
        track.update(300, [], definition({ bspReconciled: true, runners }))
        expect([order.phase, order.sizeMatched, order.sizeLapsed]).toEqual(["COMPLETE", 0, lapsed])
      }
    }
  })

  it("puts a back at 1.01 without any price to take at the head of the queue in the reference only", () => {
    for (const [bookkeeping, queue] of [
      ["reference", 0],
      ["exact", 14_000]
    ] as const) {
      for (const track of both("bookkeeping", bookkeeping)) {
        track.update(1, [{ id: 1, atb: [[3, 0]], atl: [[1.01, 70]] }])
        const order = track.back(101, 1000)
        track.update(200)
        expect(order.queue).toBe(queue)
      }
    }
  })
})

const reduceMatched = (track: Track, marketType: string, factor: number) => {
  const market = { marketType, numberOfWinners: marketType === "PLACE" ? 3 : 1 }
  track.update(1, [{ id: 1, atb: [[4, 10]], atl: [[3.1, 0]] }], definition(market))
  const order = track.back(400, 500)
  track.update(200)
  const runners = [
    { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
    { id: 2, status: "REMOVED", adjustmentFactor: factor }
  ]
  track.update(300, [], definition({ ...market, runners }))
  return fillsOf(order)
}

describe("MatchingProfile.reductionThreshold", () => {
  it.each([
    ["exchange", "WIN", 2.4, 400],
    ["exchange", "WIN", 2.5, 390],
    ["exchange", "PLACE", 2.4, 390],
    ["reference", "WIN", 2.4, 400],
    ["reference", "WIN", 16.2, 335],
    ["reference", "PLACE", 2.4, 400]
  ] as const)(
    "%s: in a %s market a factor of %s makes 400 into %s",
    (reductionThreshold, marketType, factor, price) => {
      for (const track of both("reductionThreshold", reductionThreshold)) {
        expect(reduceMatched(track, marketType, factor)).toEqual([[price, 500]])
      }
    }
  )
})

const withdrawRunner = (track: Track, factor: number, persistence: "LAPSE" | "PERSIST", marketType = "WIN") => {
  const market = { marketType, numberOfWinners: marketType === "PLACE" ? 3 : 1 }
  track.update(1, [{ id: 1, atb: [[2.5, 7]] }], definition(market))
  const lay = track.lay(300, 500, { persistence })
  track.update(200)
  const runners = [
    { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
    { id: 2, status: "REMOVED", adjustmentFactor: factor }
  ]
  track.update(300, [], definition({ ...market, runners }))
  return lay
}

describe("MatchingProfile.cancelsLaysOnRemoval", () => {
  it("leaves lays alone without it", () => {
    for (const track of both("cancelsLaysOnRemoval", false))
      expect(withdrawRunner(track, 20, "LAPSE").phase).toBe("LIVE")
  })

  it.each([
    ["WIN", 2.4, "LIVE"],
    ["WIN", 2.5, "COMPLETE"],
    ["PLACE", 3.9, "LIVE"],
    ["PLACE", 4, "COMPLETE"]
  ] as const)("%s market, a factor of %s: %s", (marketType, factor, phase) => {
    for (const track of both("cancelsLaysOnRemoval", true)) {
      expect(withdrawRunner(track, factor, "LAPSE", marketType).phase).toBe(phase)
    }
  })

  it("lowers the limit of a lay that persists and puts it at the back of the queue there", () => {
    const lay = withdrawRunner(new Track(honest), 16.7, "PERSIST")
    expect([lay.phase, lay.price, lay.queue]).toEqual(["LIVE", 250, 1400])
  })

  it("does not touch unmatched backs", () => {
    const track = new Track(honest)
    const order = track.back(310, 500)
    track.update(200)
    const runners = [
      { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
      { id: 2, status: "REMOVED", adjustmentFactor: 20 }
    ]
    track.update(300, [], definition({ runners }))
    expect([order.phase, order.price]).toEqual(["LIVE", 310])
  })
})

describe("MatchingProfile.refusesSmallStakes", () => {
  it.each([
    ["a stake below the minimum", limitOrder(310, 99), "INVALID_BET_SIZE"],
    ["the minimum", limitOrder(310, 100), null],
    ["a small stake that could pay ten pounds", limitOrder(100_000, 1), null],
    ["a small starting-price back", { _tag: "MARKET_ON_CLOSE", liability: 99 } as const, "INVALID_BET_SIZE"]
  ] as const)("%s", (_, terms, code) => {
    for (const track of both("refusesSmallStakes", true)) {
      const order = makeOrder("BACK", terms)
      track.send(order).update(200)
      expect(order.refusal).toBe(code)
    }
    for (const track of both("refusesSmallStakes", false)) {
      const order = makeOrder("BACK", terms)
      track.send(order).update(200)
      expect(order.refusal).toBe(null)
    }
  })

  it("wants ten pounds of liability from a lay at the starting price", () => {
    const track = new Track(honest)
    const orders = [999, 1000].map((liability) => makeOrder("LAY", { _tag: "MARKET_ON_CLOSE", liability }))
    track.send(...orders).update(200)
    expect(orders.map((order) => order.refusal)).toEqual(["INVALID_BET_SIZE", null])
  })

  it("lets a small stake join a bet of ours at its price", () => {
    const track = new Track(honest)
    track.back(310, 500)
    track.update(200)
    const small = track.back(310, 50)
    track.update(400)
    expect(small.refusal).toBe(null)
  })
})

const lastPriceOnly = (track: Track) => {
  const bare = new Track(track.engine.market.profile)
  bare.store.forget(bare.engine.market.marketId)
  bare.update(1, [{ id: 1, ltp: 3 }], definition())
  const order = bare.back(300, 500)
  const onClose = makeOrder("BACK", { _tag: "MARKET_ON_CLOSE", liability: 500 })
  bare.send(onClose).update(300)
  return [order.refusal, onClose.refusal]
}

describe("MatchingProfile.refusesWithoutLadder", () => {
  it("says that data without prices to take cannot tell, and takes starting-price orders", () => {
    for (const track of both("refusesWithoutLadder", true)) {
      expect(lastPriceOnly(track)).toEqual(["DATA_WITHOUT_LADDER", null])
    }
    for (const track of both("refusesWithoutLadder", false)) expect(lastPriceOnly(track)).toEqual([null, null])
  })
})

const restDeep = (profile: MatchingProfile) => {
  const track = new Track(profile)
  track.store.forget(track.engine.market.marketId)
  track.update(
    1,
    [
      {
        id: 1,
        batb: [[0, 3, 10]],
        batl: [
          [0, 3.1, 5],
          [1, 3.15, 5],
          [2, 3.2, 5]
        ]
      }
    ],
    definition()
  )
  const order = track.back(330, 500)
  track.update(200)
  return { order, track }
}

describe("MatchingProfile.hiddenQueue", () => {
  it("takes the queue for empty in the reference", () => {
    expect(restDeep({ ...honest, hiddenQueue: "empty" }).order.queue).toBe(0)
  })

  it("waits until the data shows the price, and then stands behind all of it", () => {
    const { order, track } = restDeep(honest)
    expect(order.queue).toBe(Infinity)
    track.update(300, [
      {
        id: 1,
        batl: [
          [0, 3.2, 5],
          [1, 3.25, 5],
          [2, 3.3, 40]
        ]
      }
    ])
    expect(order.queue).toBe(8000)
  })
})

const turnInPlay = (track: Track) => {
  const orders = (["LAPSE", "PERSIST"] as const).map((persistence) => track.back(310, 500, { persistence }))
  track.update(200)
  track.update(300, [{ id: 1, atl: [[3.1, 0]], atb: [[4, 1]] }], definition({ inPlay: true, betDelay: 1 }))
  return orders.map((order) => [order.phase, order.sizeLapsed])
}

describe("MatchingProfile.lapsesAtTurn", () => {
  it("ends what does not persist before it meets in-play prices, suspension or not", () => {
    for (const track of both("lapsesAtTurn", false))
      expect(turnInPlay(track)).toEqual([
        ["LIVE", 0],
        ["LIVE", 0]
      ])
    for (const track of both("lapsesAtTurn", true))
      expect(turnInPlay(track)).toEqual([
        ["COMPLETE", 500],
        ["LIVE", 0]
      ])
  })
})

const closeMarket = (track: Track) => {
  const persistent = track.back(310, 500, { persistence: "PERSIST" })
  const onClose = makeOrder("BACK", { _tag: "MARKET_ON_CLOSE", liability: 500 })
  track.send(onClose).update(200)
  const runners = [{ id: 1, status: "WINNER", bsp: 4 }]
  track.update(300, [], definition({ status: "CLOSED", bspReconciled: true, runners }))
  return [persistent.phase, persistent.sizeLapsed, onClose.sizeMatched]
}

describe("MatchingProfile.endsAtClose", () => {
  it("ends nothing in the reference", () => {
    for (const track of both("endsAtClose", false)) expect(closeMarket(track)).toEqual(["LIVE", 0, 0])
  })

  it("counts the closing message's starting price and lets the rest lapse", () => {
    for (const track of both("endsAtClose", true)) expect(closeMarket(track)).toEqual(["COMPLETE", 500, 500])
  })
})

describe("MatchingProfile.honoursDelayModels", () => {
  const inPlay = definition({ inPlay: true, betDelay: 5, betDelayModels: ["PASSIVE"] })
  const place = (track: Track, price: number) => {
    track.update(1, [], inPlay)
    const order = track.back(price, 500)
    track.update(200)
    return { order, track }
  }

  it("spares an order that rests the delay", () => {
    for (const track of both("honoursDelayModels", true)) expect(place(track, 310).order.phase).toBe("LIVE")
    for (const track of both("honoursDelayModels", false)) expect(place(track, 310).order.phase).toBe("PENDING")
  })

  it("delays an order that would be matched at once", () => {
    const { order, track } = place(new Track(honest), 300)
    expect(order.phase).toBe("PENDING")
    track.update(5200)
    expect(fillsOf(order)).toEqual([[300, 500]])
  })
})

const timesOf = (track: Track) => {
  const order = track.back(300, 500)
  track.update(50).update(400)
  return [order.fills[0]!.at - track.now + 400, order.placedAt! - track.now + 400]
}

describe("MatchingProfile.stamp", () => {
  it("gives fills the time of the book, or of their execution", () => {
    for (const track of both("stamp", "book")) expect(timesOf(track)).toEqual([50, 400])
    for (const track of both("stamp", "execution")) expect(timesOf(track)).toEqual([120, 120])
  })
})

const drawMany = (seed: number, market: string) => {
  const draw = drawLatency(seed, market, 0.5)
  return Array.from({ length: 999 }, () => draw(120))
}

describe("drawLatency", () => {
  it("is constant without spread", () => {
    expect([1, 2, 3].map(() => drawLatency(1, "1.1", 0)(120))).toEqual([120, 120, 120])
  })

  it("draws the same latencies for the same seed and market, round the median", () => {
    expect(drawMany(1, "1.1")).toEqual(drawMany(1, "1.1"))
    expect(drawMany(1, "1.1")).not.toEqual(drawMany(2, "1.1"))
    expect(drawMany(1, "1.1")).not.toEqual(drawMany(1, "1.2"))
    const median = drawMany(1, "1.1").toSorted((a, b) => a - b)[499]!
    expect(Math.abs(median - 120)).toBeLessThan(12)
  })

  it("is what an engine waits for", () => {
    const wait = drawLatency(7, "1.1", 0.5)(latencies.placeMs)
    const track = new Track(honest, { spread: 0.5, seed: 7 })
    const order = track.back(300, 500)
    track.update(wait)
    expect(order.phase).toBe("PENDING")
    track.update(wait + 1)
    expect(order.phase).toBe("COMPLETE")
  })
})

describe("docs/SIMULATION.md", () => {
  it("has every switch with its value in both profiles", () => {
    const text = readFileSync(new URL("../../docs/SIMULATION.md", import.meta.url), "utf8")
    const rows = [...text.matchAll(/^\| `(\w+)` +\| .* \| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map(([, ...cells]) => cells)
    const { name: _, ...switches } = honest
    const expected = Object.entries(switches).map(([key, value]) => [
      key,
      String(value),
      String(flumine[key as keyof MatchingProfile])
    ])
    expect(rows).toEqual(expected)
  })
})
