/** listEventTypes, listEvents and listMarketCatalogue: which markets there are. Closed ones are not listed. */
import * as Money from "../../domain/Money.ts"
import type { MarketDefinitionMessage } from "../../market/MarketMessage.ts"
import type { Account } from "./Account.ts"
import type { Event, EventResult, EventTypeResult, MarketCatalogue } from "./Answers.ts"
import { catalogueWeights, weigh } from "./DataWeight.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import * as MarketFilter from "./MarketFilter.ts"
import { answer, type Reply } from "./Reply.ts"
import { invalid, Request } from "./Request.ts"

export interface Listed {
  readonly market: ExchangeMarket
  readonly definition: MarketDefinitionMessage
}

/** The open markets that the filter wants, by the time of their start; the account's orders count where it asks for them. */
export const filtered = (floor: Floor, account: Account | null, filter: Request): ReadonlyArray<Listed> => {
  const hasOrders = (marketId: string, status: string) =>
    account !== null &&
    (floor.betsIn(marketId)?.of(account.options.accountId) ?? []).some(
      (bet) => (bet.status === "EXECUTABLE") === (status === "EXECUTABLE")
    )
  const isWanted = MarketFilter.read(filter, hasOrders)
  return floor.races.markets
    .map(({ market }) => ({ market, definition: market.definition() }))
    .filter(({ definition, market }) => definition.status !== "CLOSED" && isWanted(market, definition))
}

const eventTypeNames: Readonly<Record<string, string>> = {
  "1": "Soccer",
  "2": "Tennis",
  "3": "Golf",
  "4": "Cricket",
  "7": "Horse Racing",
  "4339": "Greyhound Racing",
  "7522": "Basketball"
}

const eventTypeOf = ({ eventTypeId }: MarketDefinitionMessage) => ({
  id: eventTypeId!,
  name: eventTypeNames[eventTypeId!] ?? `Event type ${eventTypeId!}`
})

const eventOf = ({ countryCode, eventId, eventName, openDate, timezone, venue }: MarketDefinitionMessage): Event => ({
  id: eventId!,
  name: eventName!,
  ...(countryCode !== undefined && { countryCode }),
  ...(timezone !== undefined && { timezone }),
  ...(venue !== undefined && { venue }),
  ...(openDate !== undefined && { openDate })
})

export const listEventTypes = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<EventTypeResult>> => {
  const markets = filtered(floor, account, new Request(params).part("filter"))
  const byType = Map.groupBy(markets, ({ definition }) => definition.eventTypeId)
  return answer(
    [...byType.values()].map((all) => ({ eventType: eventTypeOf(all[0]!.definition), marketCount: all.length }))
  )
}

export const listEvents = (floor: Floor, account: Account, params: unknown): Reply<ReadonlyArray<EventResult>> => {
  const markets = filtered(floor, account, new Request(params).part("filter"))
  const byEvent = Map.groupBy(markets, ({ definition }) => definition.eventId)
  return answer([...byEvent.values()].map((all) => ({ event: eventOf(all[0]!.definition), marketCount: all.length })))
}

const projections = [
  "COMPETITION",
  "EVENT",
  "EVENT_TYPE",
  "MARKET_START_TIME",
  "MARKET_DESCRIPTION",
  "RUNNER_DESCRIPTION",
  "RUNNER_METADATA"
]
const mostResults = 1000

const available = ({ runners }: ExchangeMarket): number =>
  runners.reduce((sum, { book }) => {
    let size = 0
    for (let tick = 0; tick < book.backs.sizes.length; tick++) size += book.backs.sizes[tick]! + book.lays.sizes[tick]!
    return sum + size
  }, 0)

const orders: Readonly<Record<string, (a: ExchangeMarket, b: ExchangeMarket) => number>> = {
  FIRST_TO_START: (a, b) => a.startsAt - b.startsAt,
  LAST_TO_START: (a, b) => b.startsAt - a.startsAt,
  MINIMUM_TRADED: (a, b) => a.totalMatched - b.totalMatched,
  MAXIMUM_TRADED: (a, b) => b.totalMatched - a.totalMatched,
  MINIMUM_AVAILABLE: (a, b) => available(a) - available(b),
  MAXIMUM_AVAILABLE: (a, b) => available(b) - available(a)
}

export const listMarketCatalogue = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<MarketCatalogue>> => {
  const request = new Request(params)
  const asked = request.texts("marketProjection") ?? []
  const unknown = asked.find((projection) => !projections.includes(projection))
  if (unknown !== undefined) invalid("marketProjection", `of ${projections.join(", ")}`, unknown)
  const most = request.wholeNumber("maxResults", 1) ?? invalid("maxResults", `from 1 to ${mostResults}`, null)
  if (most > mostResults) invalid("maxResults", `from 1 to ${mostResults}`, most)
  weigh(
    asked.reduce((sum, projection) => sum + (catalogueWeights[projection] ?? 0), 0),
    most
  )
  const order = orders[request.choice("sort", Object.keys(orders), "FIRST_TO_START")]!
  const markets = filtered(floor, account, request.part("filter")).toSorted((a, b) => order(a.market, b.market))
  return answer(markets.slice(0, most).map((listed) => catalogueOf(listed, new Set(asked))))
}

const catalogueOf = ({ definition, market }: Listed, asked: ReadonlySet<string>): MarketCatalogue => ({
  marketId: market.marketId,
  marketName: definition.name!,
  ...(asked.has("MARKET_START_TIME") ? { marketStartTime: definition.marketTime! } : {}),
  ...(asked.has("MARKET_DESCRIPTION") ? { description: descriptionOf(definition) } : {}),
  totalMatched: Money.toDecimal(market.totalMatched),
  ...(asked.has("RUNNER_DESCRIPTION") || asked.has("RUNNER_METADATA")
    ? { runners: runnersOf(market, asked.has("RUNNER_METADATA")) }
    : {}),
  ...(asked.has("EVENT_TYPE") ? { eventType: eventTypeOf(definition) } : {}),
  ...(asked.has("EVENT") ? { event: eventOf(definition) } : {})
})

const runnersOf = ({ runners }: ExchangeMarket, hasMetadata: boolean) =>
  runners.flatMap(({ entry, status }, i) =>
    status === "REMOVED"
      ? []
      : [
          {
            selectionId: entry.selectionId,
            runnerName: entry.name,
            handicap: 0,
            sortPriority: i + 1,
            ...(hasMetadata ? { metadata: { runnerId: String(entry.selectionId) } } : {})
          }
        ]
  )

const descriptionOf = (definition: MarketDefinitionMessage) => ({
  persistenceEnabled: definition.persistenceEnabled,
  bspMarket: definition.bspMarket,
  marketTime: definition.marketTime,
  suspendTime: definition.suspendTime,
  bettingType: definition.bettingType,
  turnInPlayEnabled: definition.turnInPlayEnabled,
  marketType: definition.marketType,
  regulator: "MALTA LOTTERIES AND GAMBLING AUTHORITY",
  marketBaseRate: definition.marketBaseRate,
  discountAllowed: definition.discountAllowed,
  wallet: "UK wallet",
  rules: "No money changes hands.",
  rulesHasDate: false,
  ...(definition.raceType === undefined ? {} : { raceType: definition.raceType }),
  priceLadderDescription: definition.priceLadderDefinition
})
