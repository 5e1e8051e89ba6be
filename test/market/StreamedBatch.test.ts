import { describe, expect, it } from "@effect/vitest"
import { BookStore } from "../../src/market/BookStore.ts"
import { StreamedBatch } from "../../src/market/StreamedBatch.ts"
import { isThere, messagesOf } from "../betfair/stream/Recorded.ts"
import { applyAll, timesOf } from "./Messages.ts"
import { storeState } from "./scan/BookState.ts"

const line = (message: unknown) => Buffer.from(`${JSON.stringify(message)}\r\n`)

const price = (pt: number, price: number, more = {}) => ({
  op: "mcm",
  id: 2,
  clk: "A",
  pt,
  mc: [{ id: "1.2", rc: [{ id: 7, atb: [[price, 5]] }], ...more }]
})
/** What the scanner leaves to JSON.parse. */
const odd = (pt: number) => price(pt, -3)
const closing = (pt: number) => price(pt, 2, { marketDefinition: { status: "CLOSED" } })

const add = (batch: StreamedBatch, message: { readonly pt: number; readonly mc: unknown }) =>
  batch.add(line(message), { pt: message.pt })

describe("StreamedBatch", () => {
  it("hands over what it was given, scanned or parsed, and then nothing until there is more", () => {
    const batch = new StreamedBatch()
    expect(batch.take()).toBe(null)
    for (const message of [price(1, 2), odd(2), price(3, 4)]) expect(add(batch, message)).toBe(true)
    const store = new BookStore()
    expect(timesOf(batch.take()!)).toEqual([1, 2, 3])
    applyAll(batch, store)
    expect(store.get("1.2" as never)!.runners[0]!.availableToBack.toArray()).toEqual([
      { price: 400, size: 500 },
      { price: 200, size: 500 }
    ])
    expect(batch.take()).toBe(null)
    add(batch, price(4, 5))
    expect(timesOf(batch.take()!)).toEqual([4])
  })

  it("keeps a batch that was handed over as it is while something is put in from aside", () => {
    const batch = new StreamedBatch()
    add(batch, price(1, 2))
    const taken = batch.take()!
    batch.inject({ id: "1.3" }, 5)
    batch.inject({ id: "1.3", marketDefinition: { status: "CLOSED" } }, 6)
    expect(timesOf(taken)).toEqual([1])
    expect(timesOf(batch.take()!)).toEqual([6])
  })

  it("tells of each market that has closed, whichever way it was read", () => {
    const closed: Array<string> = []
    const batch = new StreamedBatch((marketId) => closed.push(marketId))
    add(batch, price(1, 2, { marketDefinition: { status: "OPEN" } }))
    add(batch, closing(2))
    add(batch, { ...closing(3), mc: [{ id: "1.4", rc: [{ id: 7, ltp: -1 }], marketDefinition: { status: "CLOSED" } }] })
    batch.inject({ id: "1.5", marketDefinition: { status: "CLOSED" } }, 4)
    batch.take()
    expect(closed).toEqual(["1.2", "1.4", "1.5"])
  })

  it("refuses what is no JSON", () => {
    const batch = new StreamedBatch()
    expect(batch.add(Buffer.from('{"op":"mcm","id":2,"pt":3,"mc":[{"id"\r\n'), { pt: 3 })).toBe(false)
    expect(batch.take()).toBe(null)
  })

  it.skipIf(!isThere)("leads to the books that JSON.parse leads to, over every recorded message", () => {
    const streamed = new BookStore()
    const parsed = new BookStore()
    const batch = new StreamedBatch()
    const recorded = messagesOf("mcm-fixture", "mcm")
    expect(recorded.length).toBeGreaterThan(60)
    for (const { file, message } of recorded) {
      const pt = typeof message.pt === "number" ? message.pt : 1
      expect(batch.add(line({ ...message, pt }), { pt }), file).toBe(true)
      applyAll(batch.take()!, streamed)
      parsed.apply({ ...message, pt } as never)
    }
    expect(storeState(streamed)).toEqual(storeState(parsed))
  })
})
