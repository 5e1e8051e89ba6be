/**
 * Where prices come in. Each message goes into the books; each changed market is then shown to whom it concerns, and what
 * it asks for (a race to record, a market to settle, an evaluation) is noted for the reactions. Synchronous throughout:
 * this is the path of every market update.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { Books } from "../market/Books.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import type { MarketMessage } from "../market/MarketMessage.ts"
import type { MessageBatch } from "../market/MessageBatch.ts"
import * as RaceCatalogue from "../market/RaceCatalogue.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { MarketSettlement } from "./MarketSettlement.ts"
import { OddsRecorder } from "./OddsRecorder.ts"
import { OpenBets } from "./OpenBets.ts"
import { RaceRecorder } from "./RaceRecorder.ts"
import { Tally } from "./Tally.ts"

export class Feed extends Context.Service<
  Feed,
  {
    readonly receive: (message: MarketMessage) => void
    /** Receives one message of a batch. */
    readonly receiveFrom: (batch: MessageBatch, index: number) => void
    /** Publish time of the last message of any kind, heartbeats included; 0 before the first. */
    readonly lastPublishTime: () => number
    /** When the last message arrived, by the bot's clock; before the first, when the bot began. */
    readonly lastArrival: () => number
    /** Open markets of the kinds that are traded. */
    readonly tradable: () => Iterable<MarketBook>
    /** Whether it is true of one of them: without the garbage that going through them one by one leaves. */
    readonly someTradable: (test: (book: MarketBook) => boolean) => boolean
    /**
     * Shows the markets that have changed, when strategies are to look at updates: each at most once in
     * `trading.min_evaluation_gap_ms`. One that changes sooner waits for the gap to be over.
     */
    readonly takeTouched: (look: (book: MarketBook) => void) => void
    /** True when `takeTouched` has something to give. */
    readonly hasTouched: () => boolean
  }
>()("clever-better/bot/Feed") {
  static readonly layer = Layer.effect(
    Feed,
    Effect.suspend(() => make)
  )
}

interface Watched {
  book: MarketBook
  definition: MarketDefinition
  isTraded: boolean
  /** Strategies do not look at its updates before. */
  lookAt: number
  /** It has changed, and strategies have not looked at it since. */
  isTouched: boolean
}

/** Fields, because a number that closures share is a new object each time it changes. */
class Times {
  lastPublished = 0
  lastArrival: number
  /** The first time at which one of the touched markets may be looked at. */
  nextLookAt = Infinity

  constructor(now: number) {
    this.lastArrival = now
  }
}

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { markets, trading } = yield* Settings
  const books = yield* Books
  const strategies = yield* ActiveStrategies
  const races = yield* RaceRecorder
  const risk = yield* RiskManager
  const settlement = yield* MarketSettlement
  const odds = yield* OddsRecorder
  const decisions = yield* DecisionLog
  const openBets = yield* OpenBets
  const tally = yield* Tally

  const watched = new Map<MarketId, Watched>()
  const seen = new Set<MarketId>()
  /** Markets to look at, in the first `touchedCount` places: the list keeps its size, because it fills with every update. */
  const touched: Array<Watched | undefined> = []
  let touchedCount = 0
  const looksAtUpdates = trading.evaluation === "on_update"
  const gapMs = Duration.toMillis(trading.minEvaluationGapMs)
  const times = new Times(clock.currentTimeMillisUnsafe())

  /** The market is over: whatever is kept of it goes. */
  const forget = (marketId: MarketId): void => {
    const market = watched.get(marketId)
    if (market !== undefined) market.isTouched = false
    watched.delete(marketId)
    races.forget(marketId)
    odds.forget(marketId)
    decisions.forget(marketId)
    strategies.forget(marketId)
    books.forget(marketId)
  }
  settlement.onOver(forget)

  const arrived = (publishTime: number): void => {
    times.lastArrival = clock.currentTimeMillisUnsafe()
    if (publishTime > times.lastPublished) times.lastPublished = publishTime
  }

  /** A definition that is new: the same market's later messages share the object until it changes. */
  const defined = (definition: MarketDefinition, book: MarketBook): Watched => {
    const isTraded = RaceCatalogue.isTraded(definition, markets)
    let market = watched.get(definition.marketId)
    if (market === undefined) {
      market = { book, definition, isTraded, lookAt: 0, isTouched: false }
      watched.set(definition.marketId, market)
    }
    market.book = book
    market.definition = definition
    market.isTraded = isTraded
    seen.add(definition.marketId)
    tally.activity.markets = seen.size
    if (isTraded) races.noticed(definition)
    risk.learnWinners(definition)
    if (definition.status === "CLOSED") {
      // What was bet before the settings changed is settled too.
      if (isTraded || openBets.onMarket(definition.marketId).length > 0) settlement.closed(definition)
      else forget(definition.marketId)
    }
    return market
  }

  const changed = (book: MarketBook): void => {
    tally.activity.updates++
    const { definition } = book
    if (definition === null) return
    let market = watched.get(book.marketId)
    if (market?.book !== book || market.definition !== definition) market = defined(definition, book)
    if (!market.isTraded) return
    strategies.observe(definition, book, book.publishTime)
    odds.notice(book)
    if (!looksAtUpdates) return
    if (!market.isTouched) {
      market.isTouched = true
      touched[touchedCount++] = market
    }
    times.nextLookAt = Math.min(times.nextLookAt, market.lookAt)
  }

  const takeTouched = (look: (book: MarketBook) => void): void => {
    const now = clock.currentTimeMillisUnsafe()
    let waiting = 0
    times.nextLookAt = Infinity
    for (let i = 0; i < touchedCount; i++) {
      const market = touched[i]!
      if (!market.isTouched) continue
      if (market.lookAt > now) {
        times.nextLookAt = Math.min(times.nextLookAt, market.lookAt)
        touched[waiting++] = market
        continue
      }
      market.isTouched = false
      market.lookAt = now + gapMs
      look(market.book)
    }
    touched.fill(undefined, waiting, touchedCount)
    touchedCount = waiting
  }

  return Feed.of({
    receive: (message) => {
      arrived(message.pt)
      for (const book of books.apply(message)) changed(book)
    },
    receiveFrom: (batch, index) => {
      arrived(batch.publishTime(index))
      for (const book of batch.applyTo(books, index)) changed(book)
    },
    lastPublishTime: () => times.lastPublished,
    lastArrival: () => times.lastArrival,
    someTradable: (test) => {
      for (const { definition, isTraded } of watched.values()) {
        if (!isTraded || definition.status !== "OPEN") continue
        const book = books.get(definition.marketId)
        if (book !== undefined && test(book)) return true
      }
      return false
    },
    *tradable() {
      for (const [marketId, { definition, isTraded }] of watched) {
        if (!isTraded || definition.status !== "OPEN") continue
        const book = books.get(marketId)
        if (book !== undefined) yield book
      }
    },
    hasTouched: () => touchedCount > 0 && times.nextLookAt <= clock.currentTimeMillisUnsafe(),
    takeTouched
  })
})
