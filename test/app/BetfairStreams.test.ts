import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as BetfairStreams from "../../src/app/BetfairStreams.ts"
import { OrderStream } from "../../src/betfair/stream/OrderStream.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { Books } from "../../src/market/Books.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import { FakeExchange, identity, options, result } from "../betfair/FakeExchange.ts"
import * as Exchange from "../betfair/stream/Exchange.ts"
import { settingsOf } from "../config/acts/Act.ts"
import { applyAll, definition } from "../market/Messages.ts"

/** The HTTP client with these answers, and the options by which it and the streams find the test's exchange. */
const exchangeWith = Effect.fnUntraced(function* (answers: Readonly<Record<string, unknown>>) {
  const { accept, server } = yield* Exchange.open
  const healthy = identity()
  const { host, port } = server
  const own = {
    ...options,
    authority: server.ca![0]!,
    endpoints: { ...options.endpoints, stream: { host, port } }
  }
  const http = new FakeExchange((asked) => healthy(asked) ?? result(asked, answers[asked.operation]), own)
  const needs = Layer.merge(http.layer, Layer.succeed(Settings, settingsOf({ betfair: { stream_heartbeat_ms: 5000 } })))
  return { accept, asked: http.asked, needs, own }
})

describe("BetfairStreams.prices", () => {
  it.effect("follows what starts soon, and learns how a market with bets ended meanwhile", () =>
    Effect.gen(function* () {
      const { accept, asked, needs, own } = yield* exchangeWith({
        listMarketCatalogue: [{ marketId: "1.1" }, { marketId: "1.2" }],
        listMarketBook: [
          {
            marketId: "1.9",
            isMarketDataDelayed: false,
            status: "CLOSED",
            numberOfWinners: 1,
            runners: [{ selectionId: 7, status: "WINNER" }]
          }
        ]
      })
      const context = yield* Layer.build(BetfairStreams.prices(own).pipe(Layer.provide(needs)))
      const marketId = "1.9" as MarketId
      const books = new BookStore()
      const heard = yield* Queue.unbounded<void>()
      yield* Effect.forkScoped(
        Stream.runForEach(Context.get(context, MarketData).messages([{ marketId, definition: null }]), (batch) =>
          Effect.suspend(() => {
            applyAll(batch, books)
            return Queue.offer(heard, undefined)
          })
        ),
        { startImmediately: true }
      )
      const client = yield* accept
      const { id, marketFilter } = yield* client.subscribe
      expect(marketFilter).toEqual({ marketIds: ["1.9", "1.1", "1.2"] })
      yield* client.send({ op: "mcm", id, pt: 1000, clk: "A", initialClk: "B", ct: "SUB_IMAGE", mc: [] })
      while (books.get(marketId)?.definition?.status !== "CLOSED") yield* Queue.take(heard)
      const of = (operation: string) => asked.filter((request) => request.operation === operation)
      expect(of("listMarketCatalogue")[0]!.params).toMatchObject({
        filter: { eventTypeIds: ["7", "4339"], marketTypeCodes: ["WIN", "PLACE"] },
        sort: "FIRST_TO_START",
        maxResults: 200
      })
      expect(of("listMarketBook")[0]!.params).toEqual({ marketIds: ["1.9"] })
    })
  )
})

describe("the race cards of BetfairStreams.prices", () => {
  it.effect("are learnt once of each market, and name the runners of its definition", () =>
    Effect.gen(function* () {
      const card = {
        marketId: "1.1",
        marketName: "2m Hcap Hrd",
        runners: [
          { selectionId: 7, runnerName: "Fair Trade", metadata: { JOCKEY_NAME: "A. Rider", CLOTH_NUMBER: "3" } }
        ]
      }
      const { accept, asked, needs, own } = yield* exchangeWith({ listMarketCatalogue: [card], listMarketBook: [] })
      const context = yield* Layer.build(BetfairStreams.prices(own).pipe(Layer.provide(needs)))
      const messages = Context.get(context, MarketData).messages([])
      const heard = yield* Queue.unbounded<void>()
      const books = Context.get(context, Books)
      yield* Effect.forkScoped(
        Stream.runForEach(messages, (batch) => {
          for (let i = 0; i < batch.length; i++) batch.applyTo(books, i)
          return Queue.offer(heard, undefined)
        }),
        { startImmediately: true }
      )
      const client = yield* accept
      const { id } = yield* client.subscribe
      const marketDefinition = { ...definition(), runners: [{ id: 7, sortPriority: 1, status: "ACTIVE" }] }
      const mc = [{ id: "1.1", img: true, marketDefinition }]
      yield* client.send({ op: "mcm", id, pt: 1000, clk: "A", initialClk: "B", ct: "SUB_IMAGE", mc })
      yield* Queue.take(heard)
      expect(books.get("1.1" as MarketId)?.definition?.runners).toMatchObject([
        { name: "Fair Trade", jockeyName: "A. Rider", clothNumber: "3" }
      ])
      yield* TestClock.adjust("4 seconds")
      const of = () =>
        asked.filter(({ operation, params }) => operation === "listMarketCatalogue" && "marketProjection" in params)
      expect(of()).toMatchObject([{ params: { filter: { marketIds: ["1.1"] }, maxResults: 1 } }])
    })
  )
})

describe("BetfairStreams.orderStream", () => {
  it.effect("logs in again when the stream does not take the token", () =>
    Effect.gen(function* () {
      const { accept, needs, own } = yield* exchangeWith({})
      const context = yield* Layer.build(BetfairStreams.orderStream(own).pipe(Layer.provide(needs)))
      yield* Effect.forkScoped(Stream.runDrain(Context.get(context, OrderStream).messages), { startImmediately: true })
      const first = yield* accept
      yield* first.greet
      const old = yield* first.receive
      expect(old).toMatchObject({ appKey: "app-key", session: "token-1" })
      yield* first.refuse(old, "INVALID_SESSION_INFORMATION")
      const second = yield* Effect.raceFirst(accept, Effect.forever(TestClock.adjust("1 second")))
      expect(yield* second.authenticate).toMatchObject({ session: "token-2" })
    })
  )
})
