import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Queue, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { MarketBook } from "../../src/betfair/api/MarketBook.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import * as MarketDataBetfair from "../../src/market/MarketDataBetfair.ts"
import { endingOf } from "../../src/market/MarketEndingBetfair.ts"
import type { MarketDefinitionMessage } from "../../src/market/MarketMessage.ts"
import { MarketStream } from "../../src/market/MarketStream.ts"
import * as Exchange from "../betfair/stream/Exchange.ts"
import { applyAll, definition } from "./Messages.ts"
import { bookState } from "./scan/BookState.ts"

const marketId = (n: number) => `1.${n}` as MarketId

const image = (id: unknown, n: number, pt: number, price = 2): Exchange.Fields => ({
  op: "mcm",
  id,
  initialClk: `I${pt}`,
  clk: `C${pt}`,
  pt,
  ct: "SUB_IMAGE",
  mc: [{ id: marketId(n), img: true, marketDefinition: definition(), rc: [{ id: 1, atb: [[price, 10]] }] }]
})

const heartbeat = (id: unknown, pt: number): Exchange.Fields => ({ op: "mcm", id, clk: `C${pt}`, pt, ct: "HEARTBEAT" })

const filter = { eventTypeIds: ["7"], countryCodes: [], marketTypes: ["WIN"] }

/** The feed at the test's exchange, its books, and what it asks of how markets ended. */
const listen = Effect.fnUntraced(function* (
  options: Partial<MarketDataBetfair.MarketDataOptions> = {},
  resume: ReadonlyArray<MarketId> = []
) {
  const { accept, server } = yield* Exchange.open
  const asked = yield* Queue.unbounded<ReadonlyArray<MarketId>>()
  const standing = yield* Ref.make<ReadonlyArray<MarketBook>>([])
  const books = new BookStore()
  const times = yield* Queue.unbounded<number>()
  const layer = MarketDataBetfair.layer({
    server,
    tokens: Exchange.counted(),
    heartbeatMs: 5000,
    conflateMs: null,
    filter,
    choose: null,
    books: (marketIds) => Effect.andThen(Queue.offer(asked, marketIds), Ref.get(standing)),
    known: (marketId) => books.get(marketId)?.definition ?? null,
    // Shorter than a silence that breaks the link.
    lookEvery: Duration.seconds(8),
    ...options
  })
  const { data, stream } = yield* Effect.all({ data: MarketData, stream: MarketStream }).pipe(Effect.provide(layer))
  const running = yield* Effect.forkScoped(
    Stream.runForEach(data.messages(resume.map((marketId) => ({ marketId, definition: null }))), (batch) =>
      Effect.suspend(() => {
        applyAll(batch, books)
        return Queue.offerAll(
          times,
          Array.from({ length: batch.length }, (_, index) => batch.publishTime(index))
        )
      })
    ),
    { startImmediately: true }
  )
  return { accept, asked, books, standing, hear: Queue.take(times), running, stream, data, server }
})

describe("MarketDataBetfair", () => {
  it.effect("asks for full books of what the filter says, and fills them", () =>
    Effect.gen(function* () {
      const { accept, books, data, hear, server, stream } = yield* listen()
      expect(data.description).toBe(`Betfair stream, 127.0.0.1:${server.port}`)
      const client = yield* accept
      const asked = yield* client.subscribe
      // An empty list is not sent: it would be none.
      expect(asked.marketFilter).toEqual({ eventTypeIds: ["7"], marketTypes: ["WIN"] })
      expect(asked.marketDataFilter).toMatchObject({
        fields: expect.arrayContaining(["EX_ALL_OFFERS", "EX_MARKET_DEF"])
      })
      expect(asked.conflateMs).toBe(undefined)
      yield* client.send(image(asked.id, 1, 1000), heartbeat(asked.id, 2000))
      expect([yield* hear, yield* hear]).toEqual([1000, 2000])
      expect(books.get(marketId(1))!.runners[0]!.availableToBack.price(0)).toBe(200)
      expect(stream.health()).toMatchObject({ status: "connected", lastPublishTime: 2000 })
    })
  )

  it.effect("asks in vain for nothing, and fails when the exchange will never answer", () =>
    Effect.gen(function* () {
      const { accept, running } = yield* listen()
      const client = yield* accept
      yield* client.greet
      yield* client.refuse(yield* client.receive, "INVALID_APP_KEY")
      expect(yield* Effect.flip(Fiber.join(running))).toMatchObject({
        _tag: "MarketDataFailure",
        message: "authentication refused: INVALID_APP_KEY, as told"
      })
    })
  )

  it.effect("is filled by resumed messages to the books that an image has", () =>
    Effect.gen(function* () {
      const { accept, books, hear, stream } = yield* listen()
      const first = yield* accept
      const { id } = yield* first.subscribe
      yield* first.send(image(id, 1, 1000))
      yield* hear
      yield* first.cut
      const second = yield* Effect.raceFirst(accept, Effect.forever(TestClock.adjust("1 second")))
      const asked = yield* second.subscribe
      yield* second.send({
        op: "mcm",
        id: asked.id,
        clk: "C2000",
        pt: 2000,
        ct: "RESUB_DELTA",
        mc: [
          {
            id: marketId(1),
            rc: [
              {
                id: 1,
                atb: [
                  [2, 0],
                  [3, 10]
                ]
              }
            ]
          }
        ]
      })
      yield* hear
      const whole = new BookStore()
      whole.apply(image(1, 1, 1000, 3) as never)
      const resumed = bookState(books.get(marketId(1))!)
      expect(resumed.runners[0]!.availableToBack).toEqual(
        bookState(whole.get(marketId(1))!).runners[0]!.availableToBack
      )
      expect(stream.health().reconnects).toBe(1)
    })
  )

  it.effect("adds markets with bets to a filter that names markets", () =>
    Effect.gen(function* () {
      const { accept } = yield* listen({ filter: { marketIds: [marketId(1)] } }, [marketId(9), marketId(1)])
      expect((yield* (yield* accept).subscribe).marketFilter).toEqual({ marketIds: [marketId(1), marketId(9)] })
    })
  )

  it.effect("learns how a market with bets ended while nobody listened, asking until it has", () =>
    Effect.gen(function* () {
      const { accept, asked, books, standing, hear } = yield* listen({}, [marketId(8), marketId(9)])
      const client = yield* accept
      const { id } = yield* client.subscribe
      yield* client.send(image(id, 1, 1000))
      yield* hear
      expect(yield* Queue.take(asked)).toEqual([marketId(8), marketId(9)])
      const closed = { isMarketDataDelayed: false, status: "CLOSED", numberOfWinners: 1, runners: [] }
      yield* Ref.set(standing, [{ ...closed, marketId: marketId(9) }])
      yield* TestClock.adjust("8 seconds")
      expect(yield* Queue.take(asked)).toEqual([marketId(8), marketId(9)])
      yield* client.send(heartbeat(id, 61_000))
      expect([yield* hear, yield* hear].toSorted((a, b) => a - b)).toEqual([8000, 61_000])
      expect(books.get(marketId(9))!.definition!.status).toBe("CLOSED")
      // The other one closes on the stream, and then there is nothing left to ask.
      yield* client.send({
        ...heartbeat(id, 62_000),
        ct: null,
        mc: [{ id: marketId(8), marketDefinition: definition({ status: "CLOSED" }) }]
      })
      yield* hear
      yield* TestClock.adjust("8 seconds")
      expect(yield* Queue.size(asked)).toBe(0)
    })
  )

  it.effect(
    "names the markets that are chosen, waits until there is one, and follows the choice on the same link",
    () =>
      Effect.gen(function* () {
        const chosen = yield* Ref.make<ReadonlyArray<MarketId>>([])
        const { accept, books, hear, stream } = yield* listen({ choose: Ref.get(chosen) })
        yield* TestClock.adjust("8 seconds")
        expect(stream.health().status).toBe("disconnected")
        yield* Ref.set(chosen, [marketId(1)])
        yield* TestClock.adjust("8 seconds")
        const client = yield* accept
        const first = yield* client.subscribe
        expect(first.marketFilter).toEqual({ marketIds: [marketId(1)] })
        yield* client.send(image(first.id, 1, 1000))
        yield* hear
        yield* Ref.set(chosen, [marketId(2)])
        yield* TestClock.adjust("8 seconds")
        yield* client.send(heartbeat(first.id, 2000))
        yield* hear
        const second = yield* client.receive
        expect(second).toMatchObject({
          op: "marketSubscription",
          marketFilter: { marketIds: [marketId(1), marketId(2)] }
        })
        expect(second.clk).toBe(undefined)
        // On its way before the new subscription was granted: of the old one, and of no use.
        yield* client.send(image(first.id, 3, 2500))
        yield* client.grant(second)
        yield* client.send(image(second.id, 2, 3000))
        expect(yield* hear).toBe(3000)
        expect([books.get(marketId(2)) !== undefined, books.get(marketId(3))]).toEqual([true, undefined])
        expect(stream.health().reconnects).toBe(0)
        yield* client.cut
        const next = yield* Effect.raceFirst(accept, Effect.forever(TestClock.adjust("1 second")))
        expect(yield* next.subscribe).toMatchObject({
          clk: "C3000",
          marketFilter: { marketIds: [marketId(1), marketId(2)] }
        })
      })
  )
})

describe("MarketEndingBetfair.endingOf", () => {
  const book = {
    marketId: "1.2",
    isMarketDataDelayed: false,
    status: "CLOSED",
    numberOfWinners: 1,
    version: 7,
    bspReconciled: true,
    runners: [
      { selectionId: 1, handicap: 0, status: "WINNER", adjustmentFactor: 20, sp: { actualSP: 4.2 } },
      { selectionId: 2, status: "LOSER", sp: { actualSP: Number.NaN } },
      { selectionId: 3, status: "REMOVED", removalDate: "2026-01-01T12:00:00.000Z", adjustmentFactor: 3 }
    ]
  }

  it("says it in the stream's words, with what only others know", () => {
    const before: MarketDefinitionMessage = {
      status: "OPEN",
      eventTypeId: "7",
      marketType: "EACH_WAY",
      eachWayDivisor: 5,
      marketBaseRate: 8,
      marketTime: "2026-01-01T13:00:00.000Z",
      runners: [{ id: 1, name: "Fair Trade", sortPriority: 1, status: "ACTIVE" }]
    }
    const open = new BookStore(() => expect.unreachable())
    open.apply({ op: "mcm", pt: 1, mc: [{ id: "1.2", img: true, marketDefinition: before }] })
    const store = new BookStore(() => expect.unreachable())
    store.apply({ op: "mcm", pt: 2, mc: [endingOf(book, open.get("1.2" as MarketId)!.definition)!] })
    expect(store.get("1.2" as MarketId)!.definition).toMatchObject({
      status: "CLOSED",
      marketBaseRate: 8,
      marketType: "EACH_WAY",
      eachWayDivisor: 5,
      marketTime: Date.UTC(2026, 0, 1, 13),
      version: 7,
      runners: [
        { selectionId: 1, name: "Fair Trade", status: "WINNER", bsp: 4.2, adjustmentFactor: 20 },
        { selectionId: 2, status: "LOSER", bsp: null },
        { selectionId: 3, status: "REMOVED", removedAt: Date.UTC(2026, 0, 1, 12) }
      ]
    })
  })

  it("says nothing of a market that is not over", () => {
    expect(endingOf({ ...book, status: "SUSPENDED" }, null)).toBe(null)
  })
})
