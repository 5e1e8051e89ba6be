import { describe, expect, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as OrderChange from "../../../src/betfair/stream/OrderChange.ts"
import { type OrderChangeMessage, OrderStream } from "../../../src/betfair/stream/OrderStream.ts"
import * as Exchange from "./Exchange.ts"
import { isThere, messagesOf } from "./Recorded.ts"

const order = (id: string, more: Exchange.Fields = {}) => ({
  id,
  p: 2.5,
  s: 10,
  side: "B",
  status: "E",
  sm: 0,
  sr: 10,
  sl: 0,
  sc: 0,
  sv: 0,
  rfo: "ours",
  ...more
})

const told = (pt: number, orders: ReadonlyArray<unknown>, more: Exchange.Fields = {}): Exchange.Fields => ({
  op: "ocm",
  id: 2,
  clk: `C${pt}`,
  pt,
  oc: [{ id: "1.2", orc: [{ id: 7, fullImage: true, uo: orders }] }],
  ...more
})

const image = (pt: number, orders: ReadonlyArray<unknown>) =>
  told(pt, orders, { ct: "SUB_IMAGE", initialClk: `I${pt}` })

const heartbeat = (pt: number) => ({ op: "ocm", id: 2, clk: `C${pt}`, pt, ct: "HEARTBEAT" })

const follow = Effect.fnUntraced(function* (customerStrategyRefs: ReadonlyArray<string> = []) {
  const { accept, server } = yield* Exchange.open
  const orders = yield* OrderStream.pipe(
    Effect.provide(OrderStream.layer({ server, tokens: Exchange.counted(), heartbeatMs: 5000, customerStrategyRefs }))
  )
  const heard = yield* Queue.unbounded<OrderChangeMessage>()
  yield* Effect.forkScoped(
    Stream.runForEach(orders.messages, (message) => Queue.offer(heard, message)),
    { startImmediately: true }
  )
  return { accept, orders, hear: Queue.take(heard) }
})

const idsOf = (message: OrderChangeMessage) => OrderChange.ordersOf(message).map((placed) => placed.order.id)

describe("OrderStream", () => {
  it.effect("asks for all orders of the account, positions by strategy included", () =>
    Effect.gen(function* () {
      const { accept } = yield* follow()
      expect(yield* (yield* accept).subscribe).toEqual({
        op: "orderSubscription",
        id: 2,
        orderFilter: { includeOverallPosition: true, partitionMatchedByStrategyRef: true },
        segmentationEnabled: true,
        heartbeatMs: 5000,
        conflateMs: 0
      })
    })
  )

  it.effect("asks for those of some strategies only, when told so", () =>
    Effect.gen(function* () {
      const { accept } = yield* follow(["clever"])
      expect(yield* (yield* accept).subscribe).toMatchObject({ orderFilter: { customerStrategyRefs: ["clever"] } })
    })
  )

  it.effect("tells images from changes, and one link from the next", () =>
    Effect.gen(function* () {
      const { accept, hear, orders } = yield* follow()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(
        image(1000, [order("1")]),
        heartbeat(1500),
        told(2000, [order("1", { status: "EC", sm: 10, sr: 0 })])
      )
      expect(yield* hear).toMatchObject({
        connection: 1,
        isFirst: true,
        isImage: true,
        isStale: false,
        publishTime: 1000
      })
      const matched = yield* hear
      expect(matched).toMatchObject({ connection: 1, isFirst: false, isImage: false, publishTime: 2000, arrivedAt: 0 })
      expect(OrderChange.ordersOf(matched)).toMatchObject([{ marketId: "1.2", selectionId: 7, order: { sm: 10 } }])
      yield* first.cut
      const second = yield* Effect.raceFirst(accept, Effect.forever(TestClock.adjust("1 second")))
      expect(yield* second.subscribe).toMatchObject({ initialClk: "I1000", clk: "C2000" })
      // A link on which nothing has happened meanwhile begins with a heartbeat.
      yield* second.send(heartbeat(3000), told(4000, [order("2")], { status: 503 }))
      expect(yield* hear).toMatchObject({ connection: 2, isFirst: true, isImage: false, markets: [] })
      expect(yield* hear).toMatchObject({ connection: 2, isFirst: false, isStale: true })
      expect(orders.health()).toMatchObject({ status: "stale", reconnects: 1 })
    })
  )

  it.effect("makes one message of a change in segments", () =>
    Effect.gen(function* () {
      const { accept, hear } = yield* follow()
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(
        { ...image(1000, [order("1")]), segmentType: "SEG_START" },
        { ...image(1000, [order("2")]), segmentType: "SEG" },
        { ...image(1000, [order("3"), "none"]), segmentType: "SEG_END" },
        told(2000, [order("4")])
      )
      const whole = yield* hear
      expect([idsOf(whole), whole.isImage, whole.isFirst]).toEqual([["1", "2", "3"], true, true])
      expect(whole.unreadable).toHaveLength(1)
      expect(idsOf(yield* hear)).toEqual(["4"])
    })
  )

  it.effect.skipIf(!isThere)("tells every recorded message", () =>
    Effect.gen(function* () {
      const { accept, hear } = yield* follow()
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(image(1, []))
      yield* hear
      for (const { file, message } of messagesOf("ocm", "ocm")) {
        if (message.ct === "HEARTBEAT") continue
        yield* client.send({ ...message, id: 2 })
        const heard = yield* hear
        expect([heard.publishTime, heard.unreadable], file).toEqual([message.pt, []])
        expect(heard.isImage, file).toBe(message.ct === "SUB_IMAGE")
      }
    })
  )
})
