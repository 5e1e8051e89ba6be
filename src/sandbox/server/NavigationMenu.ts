/** The file of all markets by event that Betfair offers beside its API, made of the exchange's own catalogue. */
import type { AccountId } from "../exchange/ExchangeContract.ts"
import type { MarketCatalogue } from "../exchange/Answers.ts"
import type { KeptExchange } from "./KeptExchange.ts"

export const isPath = (path: string): boolean =>
  /^\/exchange\/betting\/rest\/v1\/\w+\/navigation\/menu\.json$/.test(path)

const request = {
  filter: {},
  marketProjection: ["EVENT", "EVENT_TYPE", "MARKET_START_TIME", "MARKET_DESCRIPTION"],
  maxResults: 200
}

export const make = (exchange: KeptExchange, accountId: AccountId, now: number): unknown => {
  const reply = exchange.request("listMarketCatalogue", now, accountId, request)
  const markets = reply._tag === "Answer" ? (reply.result as ReadonlyArray<MarketCatalogue>) : []
  const byType = Object.groupBy(markets, ({ eventType }) => eventType?.id ?? "")
  return {
    type: "GROUP",
    name: "ROOT",
    id: 0,
    children: Object.entries(byType).map(([id, ofType = []]) => ({
      type: "EVENT_TYPE",
      name: ofType[0]?.eventType?.name ?? "",
      id,
      children: Object.entries(Object.groupBy(ofType, ({ event }) => event?.id ?? "")).map(([id, ofEvent = []]) => ({
        type: "EVENT",
        name: ofEvent[0]?.event?.name ?? "",
        id,
        countryCode: ofEvent[0]?.event?.countryCode ?? "GB",
        children: ofEvent.map(marketEntry)
      }))
    }))
  }
}

const marketEntry = ({ description, marketId, marketName, marketStartTime }: MarketCatalogue) => ({
  type: "MARKET",
  name: marketName,
  id: marketId,
  exchangeId: "1",
  marketType: description?.["marketType"] ?? "",
  marketStartTime,
  numberOfWinners: description?.["numberOfWinners"] ?? 1
})
