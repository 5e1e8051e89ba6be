/** The API's and the stream's market filters. A field that is absent or empty restricts nothing. */
import type { MarketDefinitionMessage } from "../../market/MarketMessage.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Request } from "./Request.ts"

type Wanted = (market: ExchangeMarket, definition: MarketDefinitionMessage) => boolean

const everything: Wanted = () => true

/** Reads the filter once; whether an account has orders in a market is its asker's to know. */
export const read = (filter: Request, hasOrders: (marketId: string, status: string) => boolean): Wanted => {
  const oneOf = (
    key: string,
    valueOf: (definition: MarketDefinitionMessage, market: ExchangeMarket) => string | undefined
  ): Wanted => {
    const values = filter.texts(key)
    if (values === null) return everything
    return (market, definition) => values.includes(valueOf(definition, market) ?? "")
  }
  const flag = (key: string, valueOf: (definition: MarketDefinitionMessage) => boolean | undefined): Wanted => {
    const value = filter.flag(key)
    return value === null ? everything : (_, definition) => (valueOf(definition) ?? false) === value
  }
  const start = filter.range("marketStartTime")
  const withOrders = filter.texts("withOrders")
  const text = filter.text("textQuery")?.toLowerCase() ?? ""
  const all: ReadonlyArray<Wanted> = [
    oneOf("marketIds", (_, market) => market.marketId),
    oneOf("eventTypeIds", ({ eventTypeId }) => eventTypeId),
    oneOf("eventIds", ({ eventId }) => eventId),
    oneOf("competitionIds", () => undefined),
    oneOf("venues", ({ venue }) => venue),
    oneOf("marketCountries", ({ countryCode }) => countryCode),
    oneOf("countryCodes", ({ countryCode }) => countryCode),
    oneOf("marketTypeCodes", ({ marketType }) => marketType),
    oneOf("marketTypes", ({ marketType }) => marketType),
    oneOf("marketBettingTypes", ({ bettingType }) => bettingType),
    oneOf("bettingTypes", ({ bettingType }) => bettingType),
    oneOf("raceTypes", ({ raceType }) => raceType),
    flag("bspOnly", ({ bspMarket }) => bspMarket),
    flag("bspMarket", ({ bspMarket }) => bspMarket),
    flag("turnInPlayEnabled", ({ turnInPlayEnabled }) => turnInPlayEnabled),
    flag("inPlayOnly", ({ inPlay }) => inPlay),
    ({ startsAt }) => startsAt >= start.from && startsAt <= start.to,
    (_, { eventName, name }) => `${eventName} ${name}`.toLowerCase().includes(text),
    ({ marketId }) => withOrders === null || withOrders.some((status) => hasOrders(marketId, status))
  ]
  const asked = all.filter((wanted) => wanted !== everything)
  return (market, definition) => asked.every((wanted) => wanted(market, definition))
}
