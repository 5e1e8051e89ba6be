/**
 * Live prices: the market stream of Betfair, or of an exchange that speaks as it does, as the bot's feed. What was missed while
 * there was no link comes with the next one, except how markets ended that the exchange no longer tells of: for those that had
 * bets on them it is asked another way.
 */
import { Clock, Duration, Effect, Layer, Schedule, Stream } from "effect"
import type { MarketBook } from "../betfair/api/MarketBook.ts"
import type { StreamFailure } from "../betfair/stream/StreamFailure.ts"
import * as Subscription from "../betfair/stream/Subscription.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { MarketData, MarketDataFailure, type ResumedMarket } from "./MarketData.ts"
import { endingOf } from "./MarketEndingBetfair.ts"
import { MarketSelection } from "./MarketSelection.ts"
import { MarketStream } from "./MarketStream.ts"
import { StreamedBatch } from "./StreamedBatch.ts"

/** The exchange's `marketFilter`: markets must fit all of it; a list that is empty or absent fits all. */
export interface MarketFilter {
  readonly eventTypeIds?: ReadonlyArray<string>
  readonly countryCodes?: ReadonlyArray<string>
  readonly marketTypes?: ReadonlyArray<string>
  readonly venues?: ReadonlyArray<string>
  readonly marketIds?: ReadonlyArray<string>
}

interface Unavailable {
  readonly message: string
}

/** Betfair's default for an account. */
export const maximumMarkets = 200

export interface MarketDataOptions extends Subscription.SubscriptionOptions {
  readonly filter: MarketFilter
  /**
   * The markets to follow, the most wanted first, asked for again and again: listMarketCatalogue over the hours to come. The
   * stream's own filter knows no time, and a day of racing has more markets than an account may subscribe to. Null: whatever
   * fits the filter.
   */
  readonly choose: Effect.Effect<ReadonlyArray<MarketId>, Unavailable> | null
  /** How the markets stand: listMarketBook. Asked for those that may have ended while nobody listened. */
  readonly books: (marketIds: ReadonlyArray<MarketId>) => Effect.Effect<ReadonlyArray<MarketBook>, Unavailable>
  /** What is known of a market's definition since this process began. */
  readonly known: (marketId: MarketId) => MarketDefinition | null
  /** How often both are asked. */
  readonly lookEvery: Duration.Duration
}

/** Full ladders, traded volumes and starting prices: what the strategies and the simulated venue live on. */
const dataFields = [
  "EX_ALL_OFFERS",
  "EX_TRADED",
  "EX_TRADED_VOL",
  "EX_LTP",
  "EX_MARKET_DEF",
  "SP_TRADED",
  "SP_PROJECTED"
]

const fieldsOf = (filter: MarketFilter) => ({
  // An empty list is left out: to the exchange it is no list, and to a reader it looks like nothing.
  marketFilter: Object.fromEntries(Object.entries(filter).filter(([, list]) => list !== undefined && list.length > 0)),
  marketDataFilter: { fields: dataFields }
})

/** Says what does not work now, and goes on without: null. */
const tolerate =
  (what: string) =>
  <A, R>(effect: Effect.Effect<A, Unavailable, R>) =>
    Effect.catch(effect, ({ message }) =>
      Effect.as(Effect.logWarning(`${what}; it is tried again`, { reason: message }), null)
    )

/** Connects when the messages are asked for. */
export const layer = (options: MarketDataOptions): Layer.Layer<MarketData | MarketStream> =>
  Layer.unwrap(
    Effect.map(make(options), ({ data, stream }) =>
      Layer.merge(Layer.succeed(MarketData, data), Layer.succeed(MarketStream, stream))
    )
  )

const make = Effect.fnUntraced(function* (options: MarketDataOptions) {
  const { choose, filter, lookEvery, server } = options
  const description = `Betfair stream, ${server.host}:${server.port}`
  let selection = new MarketSelection(maximumMarkets, [])
  /** As an earlier process left them: bounded by its open bets. */
  let resumed: ReadonlyMap<MarketId, MarketDefinition | null> = new Map()
  const batch = new StreamedBatch((marketId) => selection.hasClosed(marketId as MarketId))
  const subscription = yield* Subscription.make(
    options,
    { op: "marketSubscription", messages: "mcm", fields: fieldsOf(filter) },
    batch
  )

  /** Subscribes to what is chosen now; true when there is anything to subscribe to. */
  const select = Effect.fnUntraced(function* (chosen: Effect.Effect<ReadonlyArray<MarketId>, Unavailable>) {
    const named = selection.choose(yield* chosen)
    if (named !== null) subscription.replace(fieldsOf({ marketIds: named }))
    return named !== null
  })

  const ask = Effect.gen(function* () {
    const { missing } = selection
    if (missing.length === 0) return
    const now = yield* Clock.currentTimeMillis
    for (const book of yield* options.books(missing)) {
      const marketId = book.marketId as MarketId
      const change = endingOf(book, options.known(marketId) ?? resumed.get(marketId) ?? null)
      if (change !== null) batch.inject(change, now)
    }
  })

  const look = choose === null ? Effect.succeed(true) : tolerate("Coming markets cannot be learnt")(select(choose))
  const askAgain = tolerate("How markets ended cannot be learnt")(ask)

  /** Waits until there is a market: an empty list of markets would be all of them. */
  const first = Effect.gen(function* () {
    while ((yield* look) !== true) yield* Effect.sleep(lookEvery)
  })

  const failed = (failure: StreamFailure) =>
    new MarketDataFailure({ source: description, message: failure.message, cause: failure })

  const messages = (resume: ReadonlyArray<ResumedMarket>) =>
    Effect.gen(function* () {
      resumed = new Map(resume.map(({ definition, marketId }) => [marketId, definition]))
      selection = new MarketSelection(maximumMarkets, [...resumed.keys()])
      const { marketIds = [] } = filter
      if (choose === null && marketIds.length > 0) {
        subscription.replace(fieldsOf({ ...filter, marketIds: [...new Set([...marketIds, ...resumed.keys()])] }))
      }
      yield* first
      yield* Effect.forkScoped(Effect.repeat(Effect.andThen(askAgain, Effect.delay(look, lookEvery)), Schedule.forever))
      return Stream.mapError(subscription.batches, failed)
    }).pipe(Stream.unwrap)

  return {
    data: MarketData.of({ description, messages }),
    stream: MarketStream.of({ health: subscription.health, events: subscription.events })
  }
})
