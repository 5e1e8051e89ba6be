import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as OrderChange from "../../../src/betfair/stream/OrderChange.ts"
import { isThere, messagesOf } from "./Recorded.ts"

const order = {
  id: "12345678901",
  p: 2.5,
  s: 10,
  side: "B",
  status: "E",
  pt: "L",
  ot: "L",
  pd: 1_700_000_000_000,
  sm: 2.5,
  sr: 7.5,
  sl: 0,
  sc: 0,
  sv: 0,
  rfo: "0190c7a0",
  rfs: "clever"
}
const market = (...uo: ReadonlyArray<unknown>) => [{ id: "1.2", orc: [{ id: 7, uo }] }]

describe("OrderChange.read", () => {
  it("keeps an order as it is told", () => {
    const changes = OrderChange.read(market(order))
    expect(changes.unreadable).toEqual([])
    expect(OrderChange.ordersOf(changes)).toEqual([{ marketId: "1.2", selectionId: 7, handicap: 0, order }])
  })

  it("takes null for absent and passes keys nobody knows", () => {
    const changes = OrderChange.read([
      {
        id: "1.2",
        accountId: 5,
        orc: [
          {
            id: 7,
            hc: null,
            uo: [{ ...order, md: null, rfo: null, newKey: { a: [1] } }],
            mb: null,
            ml: null,
            smc: null
          }
        ],
        later: true
      },
      { id: "1.3", orc: null, fullImage: true, closed: true }
    ])
    expect(changes.unreadable).toEqual([])
    expect(changes.markets.map(({ closed, fullImage, id }) => [id, closed, fullImage])).toEqual([
      ["1.2", false, false],
      ["1.3", true, true]
    ])
    expect(OrderChange.ordersOf(changes)[0]?.order).toMatchObject({ id: order.id, rfo: null })
  })

  it("keeps positions, of the account and of each strategy", () => {
    const { markets } = OrderChange.read([
      { id: "1.2", orc: [{ id: 7, hc: -0.5, mb: [[2.5, 10]], ml: [[3, 0]], smc: { one: { mb: [[2.5, 4]] } } }] }
    ])
    expect(markets[0]?.orc[0]).toMatchObject({ hc: -0.5, mb: [[2.5, 10]], ml: [[3, 0]] })
    expect([...markets[0]!.orc[0]!.smc]).toEqual([["one", { mb: [[2.5, 4]], ml: [] }]])
  })

  it.each([
    ["without an id", { ...order, id: undefined }],
    ["of a status nobody knows", { ...order, status: "P" }],
    ["of a side nobody knows", { ...order, side: "X" }],
    ["without its matched size", { ...order, sm: null }],
    ["with a size below nothing", { ...order, sr: -1 }],
    ["that is none", 17],
    ["nested deeper than the stack", JSON.parse("[".repeat(20_000) + "]".repeat(20_000))]
  ])("names an order %s, and keeps the others", (_, broken) => {
    const changes = OrderChange.read(market(broken, order))
    expect(changes.unreadable).toHaveLength(1)
    expect(changes.unreadable[0]).toContain("oc[0] 1.2.orc[0].uo[0]: expected an order")
    expect(OrderChange.ordersOf(changes)).toHaveLength(1)
  })

  it.prop("never throws", { oc: Schema.Json }, ({ oc }) => {
    expect(OrderChange.read(oc).markets).toBeInstanceOf(Array)
    expect(OrderChange.read([{ id: "1.2", orc: [{ id: 7, uo: oc, mb: oc, smc: oc }] }]).markets).toHaveLength(1)
  })

  it.skipIf(!isThere)("reads every recorded message", () => {
    const recorded = messagesOf("ocm", "ocm")
    expect(recorded.length).toBeGreaterThan(40)
    let orders = 0
    for (const { file, message } of recorded) {
      const changes = OrderChange.read(message.oc)
      expect(changes.unreadable, file).toEqual([])
      orders += OrderChange.ordersOf(changes).length
    }
    expect(orders).toBe(57)
  })
})
