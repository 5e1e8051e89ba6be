import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import type { Snapshot } from "../../../src/sandbox/exchange/Snapshot.ts"
import { Driver } from "../../../src/sandbox/server/Driver.ts"
import { KeptExchange } from "../../../src/sandbox/server/KeptExchange.ts"
import { Truth } from "../../../src/sandbox/server/Truth.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

const start = Date.UTC(2026, 10, 22, 12)

const options = {
  day: { seed: 3, intervalMs: 240_000 },
  accounts: [1, 2].map((accountId) => ({
    accountId,
    firstName: `account ${accountId}`,
    lastName: "Sandbox",
    currencyCode: "GBP",
    startingBalancePence: 1_000_000,
    discountRate: 0
  }))
}

const keptAt = (now: number) =>
  new KeptExchange({ make: (from: Snapshot | undefined) => new Exchange(options, from ?? now), accounts: [] })

const answered = (
  kept: KeptExchange,
  operation: "listMarketBook" | "listCurrentOrders",
  now: number,
  params: object
) => {
  const reply = kept.request(operation, now, 1, params)
  return (reply._tag === "Answer" ? reply.result : []) as any
}

/** Something an account might do: a price that is taken, one that rests, a starting-price order, a cancellation, a replacement. */
const act = (kept: KeptExchange, random: SeededRandom, now: number) => {
  const markets = kept.view.matchingMarkets({})
  const ids = markets._tag === "Answer" ? markets.result : []
  const marketId = random.pick(ids)
  const accountId = random.pick([1, 2])
  const priceProjection = { priceData: ["EX_BEST_OFFERS"] }
  const [book] = answered(kept, "listMarketBook", now, { marketIds: [marketId], priceProjection })
  const runner = random.pick<any>(book.runners)
  const side = random.pick(["BACK", "LAY"])
  const best = side === "BACK" ? runner.ex.availableToBack[0]?.price : runner.ex.availableToLay[0]?.price
  const price = random.chance(0.4) ? (side === "BACK" ? 100 : 1.5) : (best ?? 10)
  const persistenceType = random.pick(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"])
  const limitOrder = { price, size: 2 + random.below(20), persistenceType }
  const order = random.chance(0.1)
    ? { orderType: "MARKET_ON_CLOSE", marketOnCloseOrder: { liability: 20 } }
    : { orderType: "LIMIT", limitOrder }
  const instruction = { selectionId: runner.selectionId, side, ...order }
  const [bet] = answered(kept, "listCurrentOrders", now, { orderProjection: "EXECUTABLE" }).currentOrders
  if (bet !== undefined && random.chance(0.2)) {
    const cancel = { marketId: bet.marketId, instructions: [{ betId: bet.betId }] }
    return kept.request("cancelOrders", now, 1, cancel)
  }
  if (bet !== undefined && random.chance(0.1)) {
    const replace = { marketId: bet.marketId, instructions: [{ betId: bet.betId, newPrice: 50 }] }
    return kept.request("replaceOrders", now, 1, replace)
  }
  return kept.request("placeOrders", now, accountId, { marketId, instructions: [instruction], customerRef: `r${now}` })
}

const truthOf = (kept: KeptExchange) => {
  const truth = new Truth(kept)
  return [1, 2].map((id) => ({ orders: truth.orders(id), statement: truth.statement(id), funds: truth.funds(id) }))
}

describe("KeptExchange.restart", () => {
  it.prop(
    "leads to the very same orders and money, whatever was done and however finely time was cut",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })) },
    ({ seed }) => {
      const random = new SeededRandom(seed)
      const kept = keptAt(start)
      let now = start
      // Beyond a snapshot (each minute), past the end of some markets.
      for (let i = 0; i < 40; i++) {
        now += 20 + random.below(8000)
        if (random.chance(0.7)) kept.advance(now)
        act(kept, random, now)
        if (random.chance(0.1)) kept.restart()
      }
      kept.advance(now + 10)
      const before = truthOf(kept)
      expect(before[0]!.orders.current.length + before[0]!.orders.cleared.SETTLED.length).toBeGreaterThan(3)
      kept.restart()
      kept.advance(now + 10)
      expect(truthOf(kept)).toEqual(before)
      kept.advance(now + 600_000)
      const after = truthOf(kept)
      kept.restart()
      kept.advance(now + 600_000)
      expect(truthOf(kept)).toEqual(after)
    },
    { arbitrary: { runs: 3 } }
  )
})

describe("Driver.advance", () => {
  it("cancels the orders of an account whose heartbeat stops, and a restart knows it", () => {
    const kept = keptAt(start)
    const driver = new Driver(kept, start)
    const [marketId] = (kept.view.matchingMarkets({ turnInPlayEnabled: true }) as any).result.slice(-1)
    const [{ runners }] = answered(kept, "listMarketBook", start, { marketIds: [marketId] })
    const limitOrder = { price: 1000, size: 2, persistenceType: "PERSIST" }
    const instruction = { orderType: "LIMIT", selectionId: runners[0].selectionId, side: "BACK", limitOrder }
    for (const accountId of [1, 2]) {
      kept.request("placeOrders", start, accountId, { marketId, instructions: [instruction] })
    }
    driver.heartbeats.beat(1, 10, start)
    driver.advance(start + 9999)
    const remaining = () => truthOf(kept).map(({ orders }) => orders.current.map((one) => one.sizeRemaining))
    expect(remaining()).toEqual([[2], [2]])
    driver.advance(start + 10_000)
    expect(remaining()).toEqual([[], [2]])
    driver.restart(start + 10_000)
    expect(remaining()).toEqual([[], [2]])
  })
})
