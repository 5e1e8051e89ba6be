import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { AccountApi } from "../../src/betfair/AccountApi.ts"
import type { CurrentOrderSummary } from "../../src/betfair/api/OrderSummaries.ts"
import type * as Parameters from "../../src/betfair/api/Parameters.ts"
import { execution } from "../../src/betfair/BetfairError.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import { HeartbeatApi } from "../../src/betfair/HeartbeatApi.ts"
import { type Asked, exception, FakeExchange, identity, json, options, type Reply, result } from "./FakeExchange.ts"

/** Healthy as to the session; `reply` answers the calls, the `call`-th of all counted from 1. */
const exchangeOf = (reply: (asked: Asked, call: number) => Reply | Effect.Effect<Reply>, own = options) => {
  const healthy = identity()
  let calls = 0
  return new FakeExchange((asked) => healthy(asked) ?? reply(asked, ++calls), own)
}

const bets: Parameters.PlaceOrders = {
  marketId: "1.181005744",
  instructions: [
    {
      orderType: "LIMIT",
      selectionId: 86362,
      side: "LAY",
      limitOrder: { size: 10, price: 2.58, persistenceType: "LAPSE" },
      customerOrderRef: "a-ref"
    }
  ],
  customerRef: "0001"
}

const placed = (asked: Asked) => result(asked, { status: "SUCCESS", marketId: "1.181005744", instructionReports: [] })
const cancelled = (asked: Asked) => result(asked, { status: "SUCCESS" })

const use = <A, E>(f: (api: BettingApi["Service"]) => Effect.Effect<A, E>) => Effect.flatMap(BettingApi, f)
const place = use((api) => api.placeOrders(bets))

describe("BettingApi.placeOrders", () => {
  it.effect("sends Betfair's own request", () => {
    const exchange = exchangeOf(placed)
    return Effect.gen(function* () {
      expect(yield* place).toEqual({ status: "SUCCESS", marketId: "1.181005744", instructionReports: [] })
      const sent = exchange.asked.at(-1)!
      expect(sent.url).toBe("https://api.betfair.com/exchange/betting/json-rpc/v1")
      expect(sent.headers).toMatchObject({
        "x-application": "app-key",
        "x-authentication": "token-1",
        "content-type": "application/json",
        "accept-encoding": "gzip"
      })
      expect(Object.keys(sent.headers)).not.toContain("expect")
      expect(JSON.parse(sent.body)).toEqual({
        jsonrpc: "2.0",
        id: 1,
        method: "SportsAPING/v1.0/placeOrders",
        params: bets
      })
    }).pipe(Effect.provide(exchange.layer))
  })

  const failures: ReadonlyArray<readonly [string, (asked: Asked) => Reply | Effect.Effect<Reply>, string]> = [
    ["the session is gone", (asked) => exception(asked, "INVALID_SESSION_INFORMATION"), "NotExecuted"],
    ["there are too many requests", (asked) => exception(asked, "TOO_MANY_REQUESTS"), "NotExecuted"],
    ["the exchange is busy", (asked) => exception(asked, "SERVICE_BUSY"), "Unknown"],
    ["the exchange times out", (asked) => exception(asked, "TIMEOUT_ERROR"), "Unknown"],
    ["a gateway fails", () => ({ body: "<html>504</html>", status: 504 }), "Unknown"],
    ["the connection is refused", () => ({ fails: failing("ECONNREFUSED", "connect") }), "NotExecuted"],
    ["the connection is lost", () => ({ fails: failing("ECONNRESET", "read") }), "Unknown"],
    ["no answer comes", () => Effect.never, "Unknown"]
  ]
  for (const [name, reply, expected] of failures)
    it.effect(`is sent once when ${name}, which is ${expected}`, () => {
      const exchange = exchangeOf(reply)
      return Effect.gen(function* () {
        const failing = yield* Effect.forkChild(Effect.flip(place))
        yield* TestClock.adjust("16 seconds")
        expect(execution(yield* Fiber.join(failing))).toBe(expected)
        yield* TestClock.adjust("10 minutes")
        expect(exchange.count("placeOrders")).toBe(1)
      }).pipe(Effect.provide(exchange.layer))
    })

  it.effect("has a new session the next time when Betfair did not know the old one", () => {
    const exchange = exchangeOf((asked, call) =>
      call === 1 ? exception(asked, "INVALID_SESSION_INFORMATION") : placed(asked)
    )
    return Effect.gen(function* () {
      yield* Effect.flip(place)
      yield* place
      expect(exchange.asked.at(-1)!.headers["x-authentication"]).toBe("token-2")
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("is not sent without a session, and says so", () => {
    const exchange = new FakeExchange(() => json({ loginStatus: "INVALID_USERNAME_OR_PASSWORD" }))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(place)
      expect(error._tag).toBe("LoginFailed")
      expect(execution(error)).toBe("NotExecuted")
      expect(exchange.count("placeOrders")).toBe(0)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("refuses more bets than the exchange takes, and none", () => {
    const exchange = exchangeOf(placed, { ...options, placeLimit: 50 })
    return Effect.gen(function* () {
      const bet = bets.instructions[0]
      const tooMany = yield* Effect.flip(
        use((api) => api.placeOrders({ ...bets, instructions: [bet, ...Array<typeof bet>(50).fill(bet)] }))
      )
      expect(tooMany).toMatchObject({
        _tag: "RequestInvalid",
        problem: "it holds 51 instructions, Betfair takes 50 at most"
      })
      const none = [] as unknown as Parameters.PlaceOrders["instructions"]
      expect(yield* Effect.flip(use((api) => api.placeOrders({ ...bets, instructions: none })))).toMatchObject({
        _tag: "RequestInvalid"
      })
      expect(exchange.asked).toEqual([])
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("reads a packed answer", () => {
    const exchange = exchangeOf((asked) => ({
      body: new Uint8Array(gzipSync((placed(asked) as { readonly body: string }).body)),
      headers: { "content-encoding": "gzip" }
    }))
    return Effect.gen(function* () {
      expect((yield* place).status).toBe("SUCCESS")
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("does not know what a broken packed answer says", () => {
    const exchange = exchangeOf(() => ({ body: "no gzip", headers: { "content-encoding": "gzip" } }))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(place)
      expect(error._tag).toBe("AnswerUnreadable")
      expect(execution(error)).toBe("Unknown")
    }).pipe(Effect.provide(exchange.layer))
  })
})

describe("whatever is answered", () => {
  const bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
  const Answer = Schema.Struct({
    body: bytes,
    status: Schema.Literals([200, 204, 400, 401, 403, 404, 429, 500, 502, 503]),
    isPacked: Schema.Boolean
  })

  it.effect.prop("a placement ends with a report or a typed failure", { answer: Answer }, ({ answer }) => {
    const { body, isPacked, status } = answer
    const packed = isPacked ? { headers: { "content-encoding": "gzip" } } : {}
    const exchange = exchangeOf(() => ({ body: new Uint8Array(body), status, ...packed }))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(place)
      expect(execution(error)).toBe("Unknown")
      expect(exchange.count("placeOrders")).toBe(1)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("an answer that unpacks to more than there is room for is not read", () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(65 * 1024 * 1024)))
    const exchange = exchangeOf(() => ({ body: bomb, headers: { "content-encoding": "gzip" } }))
    return Effect.gen(function* () {
      expect(yield* Effect.flip(place)).toMatchObject({ _tag: "AnswerUnreadable" })
    }).pipe(Effect.provide(exchange.layer))
  })
})

describe("BettingApi.cancelOrders", () => {
  it.effect("is sent again with a new session, once", () => {
    const exchange = exchangeOf((asked) => exception(asked, "NO_SESSION"))
    return Effect.gen(function* () {
      yield* Effect.flip(use((api) => api.cancelOrders({ marketId: "1.1", instructions: [{ betId: "1" }] })))
      expect(exchange.count("cancelOrders")).toBe(2)
      expect(exchange.count("certlogin")).toBe(2)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("never cancels everything for want of instructions or of a market", () => {
    const exchange = exchangeOf(cancelled)
    return Effect.gen(function* () {
      const none = [] as unknown as Parameters.CancelOrders["instructions"]
      const nowhere = { marketId: undefined } as unknown as Parameters.CancelScope
      const failed = [
        yield* Effect.flip(use((api) => api.cancelOrders({ marketId: "1.1", instructions: none }))),
        yield* Effect.flip(use((api) => api.cancelOrders({ marketId: "", instructions: [{ betId: "1" }] }))),
        yield* Effect.flip(use((api) => api.cancelAllOrders({ marketId: "" }))),
        yield* Effect.flip(use((api) => api.cancelAllOrders(nowhere)))
      ]
      expect(failed.map(({ _tag }) => _tag)).toEqual(Array(4).fill("RequestInvalid"))
      expect(exchange.asked).toEqual([])
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("cancels everything where that is said", () => {
    const exchange = exchangeOf(cancelled)
    return Effect.gen(function* () {
      yield* use((api) => api.cancelAllOrders({ marketId: "1.1" }))
      yield* use((api) => api.cancelAllOrders({ everyMarket: true }))
      expect(exchange.asked.slice(-2).map(({ params }) => params)).toEqual([{ marketId: "1.1" }, {}])
    }).pipe(Effect.provide(exchange.layer))
  })
})

const order = (betId: number): CurrentOrderSummary => ({
  betId: String(betId),
  marketId: "1.1",
  selectionId: 1,
  priceSize: { price: 2, size: 2 },
  side: "BACK",
  status: "EXECUTABLE",
  orderType: "LIMIT"
})

/** Serves `orders` in pages; `between` may change them after each page. */
const pagesOf = (orders: Array<CurrentOrderSummary>, between: () => void = () => undefined) =>
  exchangeOf((asked) => {
    const from = asked.params["fromRecord"] as number
    const to = from + (asked.params["recordCount"] as number)
    const page = { currentOrders: orders.slice(from, to), moreAvailable: to < orders.length }
    between()
    return result(asked, page)
  })

describe("BettingApi.listCurrentOrders", () => {
  it.effect("reads all pages", () => {
    const exchange = pagesOf(Array.from({ length: 2345 }, (_, index) => order(index)))
    return Effect.gen(function* () {
      const found = yield* use((api) => api.listCurrentOrders({ orderProjection: "ALL" }))
      expect(found.map(({ betId }) => Number(betId))).toEqual(Array.from({ length: 2345 }, (_, index) => index))
      expect(exchange.asked.at(-1)!.params).toMatchObject({ orderProjection: "ALL", recordCount: 1000 })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("misses no order when others leave the list between two pages", () => {
    const orders = Array.from({ length: 1500 }, (_, index) => order(index))
    const exchange = pagesOf(orders, () => orders.splice(0, 60))
    return Effect.gen(function* () {
      const found = yield* use((api) => api.listCurrentOrders({}))
      expect(found.map(({ betId }) => Number(betId))).toEqual(Array.from({ length: 1500 }, (_, index) => index))
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("asks for more than 250 markets in parts, and for none not at all", () => {
    const exchange = exchangeOf((asked) => result(asked, { currentOrders: [], moreAvailable: false }))
    return Effect.gen(function* () {
      const marketIds = Array.from({ length: 600 }, (_, index) => `1.${index}`)
      yield* use((api) => api.listCurrentOrders({ marketIds }))
      const sent = exchange.asked.slice(1).map(({ params }) => params["marketIds"] as ReadonlyArray<string>)
      expect(sent.map(({ length }) => length)).toEqual([250, 250, 100])
      expect(sent.flat()).toEqual(marketIds)
      expect(yield* use((api) => api.listCurrentOrders({ betIds: [] }))).toEqual([])
      expect(exchange.count("listCurrentOrders")).toBe(3)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("gives up on a list without an end", () => {
    const exchange = exchangeOf((asked) => result(asked, { currentOrders: [], moreAvailable: true }))
    return Effect.gen(function* () {
      expect(yield* Effect.flip(use((api) => api.listCurrentOrders({})))).toMatchObject({ _tag: "AnswerUnreadable" })
    }).pipe(Effect.provide(exchange.layer))
  })
})

describe("BettingApi.listClearedOrders", () => {
  it.effect("reads all pages, also of rows that have no bet", () => {
    const exchange = exchangeOf((asked) =>
      result(asked, {
        clearedOrders: [{ marketId: `1.${asked.params["fromRecord"]}`, profit: 1 }],
        moreAvailable: (asked.params["fromRecord"] as number) < 2
      })
    )
    return Effect.gen(function* () {
      const rows = yield* use((api) => api.listClearedOrders({ betStatus: "SETTLED", groupBy: "MARKET" }))
      expect(rows.map(({ marketId }) => marketId)).toEqual(["1.0", "1.1", "1.2"])
    }).pipe(Effect.provide(exchange.layer))
  })
})

const books = (asked: Asked) =>
  result(
    asked,
    (asked.params["marketIds"] as ReadonlyArray<string>).map((marketId) => ({ marketId, isMarketDataDelayed: false }))
  )

describe("requests for market data", () => {
  const marketIds = Array.from({ length: 100 }, (_, index) => `1.${index}`)

  it.effect("for books are cut by their weight and joined in order", () => {
    const exchange = exchangeOf(books)
    return Effect.gen(function* () {
      const found = yield* use((api) =>
        api.listMarketBook({ marketIds, priceProjection: { priceData: ["EX_BEST_OFFERS"] } })
      )
      expect(found.map(({ marketId }) => marketId)).toEqual(marketIds)
      expect(exchange.count("listMarketBook")).toBe(3)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("for catalogues that are too heavy ask for the list first", () => {
    const exchange = exchangeOf((asked) => {
      const ids = (asked.params["filter"] as Parameters.MarketFilter).marketIds
      // One market closes between the two requests.
      const found = ids === undefined ? marketIds.toReversed() : ids.filter((id) => id !== "1.50")
      return result(
        asked,
        found.slice(0, asked.params["maxResults"] as number).map((marketId) => ({ marketId }))
      )
    })
    return Effect.gen(function* () {
      const found = yield* use((api) =>
        api.listMarketCatalogue({
          filter: { eventTypeIds: ["7"] },
          marketProjection: ["RUNNER_METADATA", "MARKET_DESCRIPTION", "EVENT"],
          sort: "FIRST_TO_START",
          maxResults: 101
        })
      )
      expect(found.map(({ marketId }) => marketId)).toEqual(marketIds.toReversed().filter((id) => id !== "1.50"))
      const [list, ...parts] = exchange.asked.slice(1)
      expect(list!.params).not.toHaveProperty("marketProjection")
      expect(parts.map(({ params }) => params["maxResults"])).toEqual([100])
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("for profit and loss hold fifty markets at most", () => {
    const exchange = exchangeOf(books)
    return Effect.gen(function* () {
      yield* use((api) => api.listMarketProfitAndLoss({ marketIds }))
      expect(exchange.count("listMarketProfitAndLoss")).toBe(2)
    }).pipe(Effect.provide(exchange.layer))
  })
})

describe("budgets", () => {
  it.effect("let orders through while polling hangs", () =>
    Effect.gen(function* () {
      const open = yield* Deferred.make<void>()
      const exchange = exchangeOf((asked) =>
        asked.operation === "placeOrders" ? placed(asked) : Effect.andThen(Deferred.await(open), Effect.never)
      )
      yield* Effect.gen(function* () {
        const polls = yield* Effect.forkChild(
          Effect.replicateEffect(Effect.result(use((api) => api.listCurrentOrders({}))), 20, {
            concurrency: "unbounded"
          })
        )
        yield* TestClock.adjust(1)
        expect(exchange.count("listCurrentOrders")).toBe(2)
        expect((yield* place).status).toBe("SUCCESS")
        yield* Fiber.interrupt(polls)
      }).pipe(Effect.provide(exchange.layer))
    })
  )

  it.effect("refuse an order that would wait too long, unsent", () => {
    const exchange = exchangeOf(() => Effect.never)
    return Effect.gen(function* () {
      const hanging = yield* Effect.forkChild(
        Effect.replicateEffect(Effect.flip(place), 25, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("2 seconds")
      expect(exchange.count("placeOrders")).toBe(24)
      yield* TestClock.adjust("16 seconds")
      const tags = (yield* Fiber.join(hanging)).map((error) => `${error._tag} ${execution(error)}`)
      expect(new Set(tags)).toEqual(new Set(["AnswerLost Unknown", "BudgetSpent NotExecuted"]))
      expect(exchange.count("placeOrders")).toBe(24)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("let an order's last look come after its waiting, and send nothing against it", () => {
    const exchange = exchangeOf((asked) => Effect.delay(Effect.succeed(placed(asked)), "1 second"))
    return Effect.gen(function* () {
      let isHalted = false
      const careful = use((api) =>
        api.placeOrders(
          bets,
          Effect.sync(() => (isHalted ? "halted" : null))
        )
      )
      const all = yield* Effect.forkChild(
        Effect.replicateEffect(Effect.result(careful), 25, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(1)
      expect(exchange.count("placeOrders")).toBe(24)
      isHalted = true
      yield* TestClock.adjust("2 seconds")
      const failures = (yield* Fiber.join(all)).flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
      expect(failures).toMatchObject([{ _tag: "Withheld", message: "placeOrders was not sent: halted" }])
      expect(failures.map(execution)).toEqual(["NotExecuted"])
      expect(exchange.count("placeOrders")).toBe(24)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("bound how many calls wait", () => {
    const exchange = exchangeOf(() => Effect.never)
    return Effect.gen(function* () {
      const heartbeat = Effect.flatMap(HeartbeatApi, (api) => api.heartbeat(10))
      const first = yield* Effect.forkChild(Effect.replicateEffect(Effect.flip(heartbeat), 6, { concurrency: 6 }))
      yield* TestClock.adjust(1)
      expect(yield* Effect.flip(heartbeat)).toMatchObject({ _tag: "BudgetSpent", problem: "4 calls wait already" })
      yield* Fiber.interrupt(first)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("spread instructions over time", () => {
    const exchange = exchangeOf(placed)
    return Effect.gen(function* () {
      const bet = bets.instructions[0]
      const many = { ...bets, instructions: [bet, ...Array<typeof bet>(199).fill(bet)] as const }
      const all = yield* Effect.forkChild(
        Effect.replicateEffect(
          use((api) => api.placeOrders(many)),
          5,
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust(1)
      expect(exchange.count("placeOrders")).toBe(2)
      yield* TestClock.adjust("2 seconds")
      expect(exchange.count("placeOrders")).toBe(5)
      yield* Fiber.join(all)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("take nothing from a caller who gives up waiting", () => {
    const exchange = exchangeOf((asked, call) => (call <= 2 ? Effect.never : result(asked, heartbeatReport)))
    return Effect.gen(function* () {
      const heartbeat = Effect.flatMap(HeartbeatApi, (api) => api.heartbeat(10))
      const waiting = yield* Effect.forkChild(Effect.replicateEffect(Effect.result(heartbeat), 6, { concurrency: 6 }))
      yield* TestClock.adjust(1)
      yield* Fiber.interrupt(waiting)
      expect(yield* heartbeat).toEqual(heartbeatReport)
    }).pipe(Effect.provide(exchange.layer))
  })
})

const heartbeatReport = { actionPerformed: "NONE", actualTimeoutSeconds: 10 }

describe("the other APIs", () => {
  it.effect("are asked at their own addresses", () => {
    const exchange = exchangeOf((asked) => result(asked, asked.operation === "heartbeat" ? heartbeatReport : {}))
    return Effect.gen(function* () {
      const account = yield* AccountApi
      yield* account.getAccountFunds
      yield* account.getAccountDetails
      yield* (yield* HeartbeatApi).heartbeat(30)
      expect(exchange.asked.slice(1).map(({ body, url }) => [url, JSON.parse(body).method])).toEqual([
        ["https://api.betfair.com/exchange/account/json-rpc/v1", "AccountAPING/v1.0/getAccountFunds"],
        ["https://api.betfair.com/exchange/account/json-rpc/v1", "AccountAPING/v1.0/getAccountDetails"],
        ["https://api.betfair.com/exchange/heartbeat/json-rpc/v1", "HeartbeatAPING/v1.0/heartbeat"]
      ])
      expect(exchange.asked.at(-1)!.params).toEqual({ preferredTimeoutSeconds: 30 })
    }).pipe(Effect.provide(exchange.layer))
  })
})

const failing = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
