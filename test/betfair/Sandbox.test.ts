/** The client against the sandbox: sessions, orders and listings, as at the exchange. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { AccountApi } from "../../src/betfair/AccountApi.ts"
import * as BetfairClient from "../../src/betfair/BetfairClient.ts"
import { execution } from "../../src/betfair/BetfairError.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import { HeartbeatApi } from "../../src/betfair/HeartbeatApi.ts"
import { Session } from "../../src/betfair/Session.ts"
import * as Sandbox from "../../src/sandbox/server/Sandbox.ts"
import { certificates, optionsFor } from "./HttpsExchange.ts"

const ann = { username: "ann", password: "secret", balancePence: 100_000 }

const open = Effect.gen(function* () {
  const sandbox = yield* Sandbox.start({ certificates, accounts: [ann], seed: 1, raceIntervalMs: 60_000 })
  const options = {
    ...optionsFor(sandbox.ports.api),
    username: ann.username,
    password: Redacted.make(ann.password),
    appKey: Redacted.make(sandbox.appKey)
  }
  return { sandbox, client: BetfairClient.layer(options) }
})

/** The first market and a runner of it. */
const first = Effect.gen(function* () {
  const betting = yield* BettingApi
  const [market] = yield* betting.listMarketCatalogue({
    filter: { marketTypeCodes: ["WIN"], turnInPlayEnabled: true },
    marketProjection: ["RUNNER_METADATA", "MARKET_DESCRIPTION", "EVENT", "EVENT_TYPE", "MARKET_START_TIME"],
    sort: "LAST_TO_START",
    maxResults: 500
  })
  return { marketId: market!.marketId, selectionId: market!.runners![0]!.selectionId }
})

const back = (selectionId: number, price: number) =>
  ({
    orderType: "LIMIT",
    selectionId,
    side: "BACK",
    limitOrder: { size: 2, price, persistenceType: "LAPSE" },
    customerOrderRef: "a-ref"
  }) as const

describe("the client at the sandbox", () => {
  it.live("follows an order from placing to cancelling", () =>
    Effect.gen(function* () {
      const { client } = yield* open
      yield* Effect.gen(function* () {
        const betting = yield* BettingApi
        const { marketId, selectionId } = yield* first
        const placed = yield* betting.placeOrders({
          marketId,
          instructions: [back(selectionId, 990)],
          customerRef: "1"
        })
        expect(placed).toMatchObject({ status: "SUCCESS", instructionReports: [{ status: "SUCCESS", sizeMatched: 0 }] })
        const betId = placed.instructionReports![0]!.betId!
        const [order] = yield* betting.listCurrentOrders({ customerOrderRefs: ["a-ref"] })
        expect(order).toMatchObject({ betId, status: "EXECUTABLE", sizeRemaining: 2, customerOrderRef: "a-ref" })

        const update = { betId, newPersistenceType: "PERSIST" } as const
        expect(yield* betting.updateOrders({ marketId, instructions: [update] })).toMatchObject({ status: "SUCCESS" })
        const replaced = yield* betting.replaceOrders({ marketId, instructions: [{ betId, newPrice: 980 }] })
        const next = replaced.instructionReports![0]!.placeInstructionReport!.betId!
        expect(next).not.toBe(betId)

        const cancelled = yield* betting.cancelOrders({ marketId, instructions: [{ betId: next }] })
        expect(cancelled.instructionReports).toMatchObject([{ status: "SUCCESS", sizeCancelled: 2 }])
        expect(yield* betting.listCurrentOrders({ orderProjection: "EXECUTABLE" })).toEqual([])
        const cleared = yield* betting.listClearedOrders({ betStatus: "CANCELLED", betIds: [betId, next] })
        expect(cleared.map((bet) => bet.betId).toSorted()).toEqual([betId, next].toSorted())
      }).pipe(Effect.provide(client))
    })
  )

  it.live("cancels all of a market, and all", () =>
    Effect.gen(function* () {
      const { client } = yield* open
      yield* Effect.gen(function* () {
        const betting = yield* BettingApi
        const { marketId, selectionId } = yield* first
        for (const scope of [{ marketId }, { everyMarket: true }] as const) {
          yield* betting.placeOrders({ marketId, instructions: [back(selectionId, 990)] })
          expect((yield* betting.cancelAllOrders(scope)).status).toBe("SUCCESS")
          expect(yield* betting.listCurrentOrders({ orderProjection: "EXECUTABLE" })).toEqual([])
        }
      }).pipe(Effect.provide(client))
    })
  )

  it.live("asks for everything else", () =>
    Effect.gen(function* () {
      const { client } = yield* open
      yield* Effect.gen(function* () {
        const betting = yield* BettingApi
        const { marketId } = yield* first
        expect((yield* betting.listEventTypes({ filter: {} })).length).toBeGreaterThan(0)
        expect((yield* betting.listEvents({ filter: {} })).length).toBeGreaterThan(0)
        const priceData = ["EX_ALL_OFFERS", "EX_TRADED", "SP_AVAILABLE"] as const
        const [book] = yield* betting.listMarketBook({ marketIds: [marketId], priceProjection: { priceData } })
        expect(book).toMatchObject({ marketId, isMarketDataDelayed: false, status: "OPEN" })
        expect(yield* betting.listMarketProfitAndLoss({ marketIds: [marketId] })).toMatchObject([{ marketId }])
        const account = yield* AccountApi
        expect(yield* account.getAccountFunds).toMatchObject({ availableToBetBalance: 1000, exposure: 0 })
        expect(yield* account.getAccountDetails).toHaveProperty("currencyCode")
        const heartbeats = yield* HeartbeatApi
        expect(yield* heartbeats.heartbeat(30)).toMatchObject({ actionPerformed: "NONE", actualTimeoutSeconds: 30 })
        expect(yield* heartbeats.heartbeat(0)).toMatchObject({ actualTimeoutSeconds: 0 })
      }).pipe(Effect.provide(client))
    })
  )

  it.live("finds its session ended: reads go on, a placement is not executed", () =>
    Effect.gen(function* () {
      const { client, sandbox } = yield* open
      yield* Effect.gen(function* () {
        const betting = yield* BettingApi
        const { marketId, selectionId } = yield* first
        yield* sandbox.expireSessions(ann.username)
        expect(yield* betting.listCurrentOrders({})).toEqual([])
        yield* sandbox.expireSessions(ann.username)
        const error = yield* Effect.flip(betting.placeOrders({ marketId, instructions: [back(selectionId, 990)] }))
        expect(error).toMatchObject({ _tag: "ApiRefused", errorCode: "INVALID_SESSION_INFORMATION" })
        expect(execution(error)).toBe("NotExecuted")
        expect(yield* betting.listCurrentOrders({})).toEqual([])
        expect((yield* (yield* Session).status).lastFailure?.status).toBe("INVALID_SESSION_INFORMATION")
      }).pipe(Effect.provide(client))
    })
  )

  it.live("may not bet with the delayed key", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* open
      const delayed = BetfairClient.layer({
        ...optionsFor(sandbox.ports.api),
        username: ann.username,
        password: Redacted.make(ann.password),
        appKey: Redacted.make(sandbox.delayedAppKey)
      })
      yield* Effect.gen(function* () {
        const betting = yield* BettingApi
        const { marketId, selectionId } = yield* first
        expect(yield* betting.placeOrders({ marketId, instructions: [back(selectionId, 990)] })).toMatchObject({
          status: "FAILURE",
          errorCode: "PERMISSION_DENIED"
        })
      }).pipe(Effect.provide(delayed))
    })
  )
})
