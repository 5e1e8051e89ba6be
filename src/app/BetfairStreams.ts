/** The two streams as the settings want them: with the session, the market lists and the race cards of the HTTP client. */
import { Clock, Duration, Effect, Layer, Redacted } from "effect"
import { BettingApi } from "../betfair/BettingApi.ts"
import type { ClientOptions } from "../betfair/ClientOptions.ts"
import { Session } from "../betfair/Session.ts"
import { OrderStream } from "../betfair/stream/OrderStream.ts"
import type { TokenSupplier } from "../betfair/stream/Session.ts"
import type { SubscriptionOptions } from "../betfair/stream/Subscription.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import { Books } from "../market/Books.ts"
import { Catalogues, GivenCatalogues } from "../market/Catalogues.ts"
import * as MarketCatalogue from "../market/MarketCatalogue.ts"
import * as MarketDataBetfair from "../market/MarketDataBetfair.ts"

/** Markets that have started this long ago and are not closed are followed still: races are late. */
const late = Duration.hours(1)
/** How often coming markets, and the ends of missed ones, are asked for. */
const lookEvery = Duration.minutes(1)

const tokens = ({ appKey }: ClientOptions, { refused, token }: Session["Service"]): TokenSupplier => ({
  credentials: Effect.map(token, (sessionToken) => ({ appKey: Redacted.value(appKey), sessionToken })),
  refused: ({ sessionToken }) => refused(sessionToken)
})

const subscription = (options: ClientOptions, session: Session["Service"], settings: SettingsValue["betfair"]) =>
  ({
    server: { ...options.endpoints.stream, ...(options.authority === undefined ? {} : { ca: [options.authority] }) },
    tokens: tokens(options, session),
    heartbeatMs: Duration.toMillis(settings.streamHeartbeatMs),
    conflateMs: Duration.toMillis(settings.streamConflateMs)
  }) satisfies SubscriptionOptions

const at = (time: number): string => new Date(time).toISOString()

/** An empty list of the settings means all. */
const listed = <A>(key: string, list: ReadonlyArray<A>) => (list.length === 0 ? {} : { [key]: list })

/** The markets of the settings that start soon, the first first. */
const coming = Effect.fnUntraced(function* (
  { listMarketCatalogue }: BettingApi["Service"],
  { betfair, markets }: SettingsValue
) {
  const now = yield* Clock.currentTimeMillis
  const found = yield* listMarketCatalogue({
    filter: {
      ...listed("eventTypeIds", markets.eventTypes),
      ...listed("marketCountries", markets.countries),
      ...listed("marketTypeCodes", markets.marketTypes),
      marketStartTime: {
        from: at(now - Duration.toMillis(late)),
        to: at(now + Duration.toMillis(betfair.streamWindowMinutes))
      }
    },
    sort: "FIRST_TO_START",
    maxResults: MarketDataBetfair.maximumMarkets
  })
  return found.map(({ marketId }) => marketId as MarketId)
})

/** A race is traded without its card, too. */
const noCards = Effect.catch(({ message }: { readonly message: string }) =>
  Effect.logWarning("Race cards cannot be learnt; it is tried again", { reason: message })
)

/** Learns the race cards of markets it has not seen: definitions on the stream name neither runners nor jockeys. */
const learnCards = Effect.fnUntraced(function* (
  { listMarketCatalogue }: BettingApi["Service"],
  catalogues: Catalogues,
  marketIds: ReadonlyArray<MarketId>
) {
  const strange = marketIds.filter((marketId) => catalogues.get(marketId) === undefined)
  if (strange.length === 0) return
  const found = yield* listMarketCatalogue({
    filter: { marketIds: strange },
    marketProjection: [
      "EVENT",
      "EVENT_TYPE",
      "MARKET_DESCRIPTION",
      "MARKET_START_TIME",
      "RUNNER_DESCRIPTION",
      "RUNNER_METADATA"
    ],
    maxResults: strange.length
  })
  for (const market of MarketCatalogue.decode(found)?.markets ?? []) catalogues.add(market)
}, noCards)

const marketData = (options: ClientOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const settings = yield* Settings
      const betting = yield* BettingApi
      const books = yield* Books
      const catalogues = yield* GivenCatalogues
      const choose = Effect.gen(function* () {
        const marketIds = yield* coming(betting, settings)
        yield* learnCards(betting, catalogues, marketIds)
        const wanted = new Set(marketIds)
        catalogues.retain((marketId) => wanted.has(marketId) || books.get(marketId) !== undefined)
        return marketIds
      })
      return MarketDataBetfair.layer({
        ...subscription(options, yield* Session, settings.betfair),
        filter: {},
        choose,
        books: (marketIds) => betting.listMarketBook({ marketIds }),
        known: (marketId) => books.get(marketId)?.definition ?? null,
        lookEvery
      })
    })
  )

/** Live prices as the bot's feed, and the books they go into. */
export const prices = (options: ClientOptions) =>
  marketData(options).pipe(
    Layer.provideMerge(Books.layer),
    Layer.provideMerge(Layer.sync(GivenCatalogues, () => new Catalogues()))
  )

/** All orders of the account: those that are not the bot's as well, so that they can be told of. */
export const orderStream = (options: ClientOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { betfair } = yield* Settings
      const { conflateMs: _, ...rest } = subscription(options, yield* Session, betfair)
      return OrderStream.layer({ ...rest, customerStrategyRefs: [] })
    })
  )
