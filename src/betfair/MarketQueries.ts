/** What there is to bet on and at which prices, in requests that are light enough. */
import { Effect, Schema } from "effect"
import * as Book from "./api/MarketBook.ts"
import * as Catalogue from "./api/MarketCatalogue.ts"
import type * as Parameters from "./api/Parameters.ts"
import * as JsonRpc from "./JsonRpc.ts"
import * as Weight from "./RequestWeight.ts"

const markets = { service: "betting", budget: "markets", resend: "AfterLogin" } as const

const listMarketCatalogue = JsonRpc.operation(
  { ...markets, name: "listMarketCatalogue" },
  Schema.Array(Catalogue.MarketCatalogue)
)
const listMarketBook = JsonRpc.operation({ ...markets, name: "listMarketBook" }, Schema.Array(Book.MarketBook))
/** With orders in it, Betfair counts it among the calls that look at orders. */
const listMarketBookWithOrders = { ...listMarketBook, budget: "currentOrders" } as const
const listEventTypes = JsonRpc.operation(
  { ...markets, name: "listEventTypes" },
  Schema.Array(Catalogue.EventTypeResult)
)
const listEvents = JsonRpc.operation({ ...markets, name: "listEvents" }, Schema.Array(Catalogue.EventResult))
const listMarketProfitAndLoss = JsonRpc.operation(
  { ...markets, name: "listMarketProfitAndLoss", budget: "currentOrders" },
  Schema.Array(Book.MarketProfitAndLoss)
)

/** Part of a budget, so that a long list leaves room for others. */
const concurrency = 2

export const make = (rpc: JsonRpc.JsonRpc["Service"]) => ({
  listEventTypes: (params: Parameters.ListMarketsByFilter) => rpc.call(listEventTypes, params),
  listEvents: (params: Parameters.ListMarketsByFilter) => rpc.call(listEvents, params),

  listMarketBook: (params: Parameters.ListMarketBook) => {
    const asked = params.orderProjection === undefined ? listMarketBook : listMarketBookWithOrders
    return byMarket(params, Weight.ofMarketBook(params.priceProjection), (part) => rpc.call(asked, part))
  },

  listMarketProfitAndLoss: (params: Parameters.ListMarketProfitAndLoss) =>
    byMarket(params, Weight.ofMarketProfitAndLoss, (part) => rpc.call(listMarketProfitAndLoss, part)),

  /** A filter can't be cut, so where the whole is too heavy the bare list comes first and then the markets by their ids. */
  listMarketCatalogue: Effect.fnUntraced(function* (params: Parameters.ListMarketCatalogue) {
    const points = Weight.ofMarketCatalogue(params.marketProjection)
    if (points * params.maxResults <= Weight.mostPoints) return yield* rpc.call(listMarketCatalogue, params)
    const { marketProjection: _, ...bare } = params
    const marketIds = (yield* rpc.call(listMarketCatalogue, bare)).map(({ marketId }) => marketId)
    const found = yield* byMarket({ marketIds }, points, (part) =>
      rpc.call(listMarketCatalogue, {
        ...params,
        filter: { marketIds: part.marketIds },
        maxResults: part.marketIds.length
      })
    )
    const byId = new Map(found.map((market) => [market.marketId, market]))
    // One that closed in between is not found any more.
    return marketIds.flatMap((marketId) => byId.get(marketId) ?? [])
  })
})

const byMarket = <P extends { readonly marketIds: ReadonlyArray<string> }, A, E>(
  params: P,
  pointsEach: number,
  ask: (part: P) => Effect.Effect<ReadonlyArray<A>, E>
): Effect.Effect<ReadonlyArray<A>, E> =>
  Effect.map(
    Effect.forEach(
      Weight.inParts([...new Set(params.marketIds)], Weight.marketsPerRequest(pointsEach)),
      (marketIds) => ask({ ...params, marketIds }),
      { concurrency }
    ),
    (results) => results.flat()
  )
