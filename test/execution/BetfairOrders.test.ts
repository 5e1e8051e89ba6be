import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { ClearedOrderSummaryReport, CurrentOrderSummaryReport } from "../../src/betfair/api/OrderSummaries.ts"
import { ordersOf, read } from "../../src/betfair/stream/OrderChange.ts"
import { customerOrderRef, fromCustomerOrderRef } from "../../src/domain/Identifiers.ts"
import { fromCleared, fromStream, fromSummary, toInstruction } from "../../src/execution/BetfairOrders.ts"
import { endOf, isWhole } from "../../src/execution/ExchangeOrder.ts"
import { betId, noon } from "../risk/Builders.ts"
import { liveBet } from "./LiveBuilders.ts"

const recorded = new URL("../../../shared/api/api-response/nautechsystems/", import.meta.url).pathname

const result = (file: string): unknown => JSON.parse(readFileSync(`${recorded}${file}`, "utf8")).result

const summary = (changes: object) =>
  fromSummary(
    Schema.decodeSync(CurrentOrderSummaryReport)({
      currentOrders: [
        {
          betId: "1",
          marketId: "1.1",
          selectionId: 7,
          handicap: 0,
          priceSize: { price: 3, size: 2 },
          bspLiability: 0,
          side: "BACK",
          status: "EXECUTABLE",
          persistenceType: "LAPSE",
          orderType: "LIMIT",
          placedDate: "2026-07-01T11:00:00.000Z",
          sizeMatched: 0.5,
          averagePriceMatched: 3.123456,
          sizeRemaining: 1.5,
          customerOrderRef: customerOrderRef(betId(1)),
          customerStrategyRef: "",
          ...changes
        }
      ],
      moreAvailable: false
    }).currentOrders[0]!,
    noon
  )

const streamed = (changes: object) =>
  fromStream(
    ordersOf(
      read([
        {
          id: "1.1",
          orc: [
            {
              id: 7,
              uo: [
                {
                  id: "1",
                  p: 3,
                  s: 2,
                  side: "B",
                  status: "E",
                  pt: "L",
                  ot: "L",
                  pd: noon,
                  sm: 0.5,
                  sr: 1.5,
                  sl: 0,
                  sc: 0,
                  sv: 0,
                  avp: 3.123456,
                  rfo: customerOrderRef(betId(1)),
                  ...changes
                }
              ]
            }
          ]
        }
      ])
    )[0]!,
    noon
  )

describe("BetfairOrders", () => {
  it("reads the same order alike from the stream and from a list", () => {
    const listed = summary({})
    expect(streamed({})).toEqual({ ...listed, state: { ...listed.state } })
    expect(listed.state).toMatchObject({ fills: [{ price: 312.3456, size: 50 }], sizeRemaining: 150, complete: false })
    expect(listed.customerStrategyRef).toBeNull()
  })

  it("knows that nothing of a complete order remains", () => {
    const lapsed = { status: "EXECUTION_COMPLETE", sizeMatched: 0, sizeRemaining: 0, sizeLapsed: 2 }
    expect(summary(lapsed).state).toMatchObject({ complete: true, fills: [], sizeLapsed: 200, sizeRemaining: 0 })
    expect(streamed({ status: "EC", sm: 0, sr: 0, sl: 2, avp: 0 }).state).toMatchObject({
      complete: true,
      fills: [],
      sizeLapsed: 200
    })
  })

  it("has the whole liability of an order for the starting price waiting until it is complete", () => {
    const closing = summary({
      orderType: "MARKET_ON_CLOSE",
      priceSize: { price: 0, size: 0 },
      bspLiability: 20,
      sizeMatched: 0,
      sizeRemaining: 0
    })
    expect(closing).toMatchObject({
      order: { _tag: "MARKET_ON_CLOSE", liability: 2000 },
      state: { sizeRemaining: 2000, complete: false }
    })
    expect(streamed({ ot: "MOC", p: null, s: 0, bsp: 20, sm: 0, sr: 0 }).state.sizeRemaining).toBe(2000)
  })

  it("takes what has not gone for waiting where the exchange does not say", () => {
    expect(summary({ sizeRemaining: null }).state.sizeRemaining).toBe(150)
  })

  it("sends decimals, the bet's reference and one persistence or fill-or-kill", () => {
    const bet = liveBet()
    expect(toInstruction(bet)).toEqual({
      orderType: "LIMIT",
      selectionId: 1,
      handicap: 0,
      side: "BACK",
      customerOrderRef: customerOrderRef(bet.id),
      limitOrder: { size: 2, price: 3, persistenceType: "LAPSE" }
    })
    const order = { ...bet.order, timeInForce: "FILL_OR_KILL" } as typeof bet.order
    expect(toInstruction({ ...bet, order })).toMatchObject({
      limitOrder: { size: 2, price: 3, timeInForce: "FILL_OR_KILL" }
    })
    expect(fromCustomerOrderRef(toInstruction(bet).customerOrderRef!)).toBe(bet.id)
  })

  it("sums what the four lists have of a bet", () => {
    const line = { betId: "1", marketId: "1.1", selectionId: 7, side: "BACK", orderType: "LIMIT", priceRequested: 3 }
    const [order, ...others] = fromCleared(
      [
        [
          "SETTLED",
          { ...line, sizeSettled: 1, priceMatched: 3.1, profit: 2.1, settledDate: "2026-07-01T11:00:00.000Z" }
        ],
        ["CANCELLED", { ...line, sizeCancelled: 0.4 }],
        ["LAPSED", { ...line, sizeCancelled: 0.6 }],
        ["SETTLED", { profit: 5 }]
      ],
      noon
    )
    expect(others).toEqual([])
    expect(order).toMatchObject({ settled: { size: 100, price: 310, profit: 210 }, cancelled: 40, lapsed: 60 })
    expect(isWhole(order!, liveBet())).toBe(true)
    expect(endOf(order!)).toMatchObject({ complete: true, sizeCancelled: 40, sizeLapsed: 60, sizeRemaining: 0 })
  })

  it.skipIf(!existsSync(recorded))("reads recorded lists", () => {
    const current = Schema.decodeUnknownSync(CurrentOrderSummaryReport)(
      result("list_current_orders_execution_complete.json")
    ).currentOrders.map((one) => fromSummary(one, noon))
    expect(current.map(({ state }) => state.complete)).toContain(true)
    for (const { state } of current) expect(state.sizeRemaining).toBeGreaterThanOrEqual(0)
    const cleared = Schema.decodeUnknownSync(ClearedOrderSummaryReport)(result("list_cleared_orders.json"))
    const settled = fromCleared(
      cleared.clearedOrders.map((line) => ["SETTLED", line] as const),
      noon
    )
    expect(settled.length).toBe(cleared.clearedOrders.length)
    expect(settled[0]).toMatchObject({
      betfairBetId: "226125004209",
      settled: { profit: -2000, size: 2000, price: 531 }
    })
  })
})
