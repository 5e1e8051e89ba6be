/** The markets that are followed, with their prices, our bets and why there are none. */
import { Cache, Context, DateTime, Duration, Effect, Exit, Layer } from "effect"
import { DecisionLog } from "../bot/DecisionLog.ts"
import { Feed } from "../bot/Feed.ts"
import { OddsRecorder } from "../bot/OddsRecorder.ts"
import { OpenBets } from "../bot/OpenBets.ts"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { Executor } from "../execution/Executor.ts"
import { Books } from "../market/Books.ts"
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import type { PriceSizes } from "../market/PriceSizes.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { OddsRepository } from "../persistence/OddsRepository.ts"
import { RaceRepository } from "../persistence/RaceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as PriceSeries from "./PriceSeries.ts"
import * as RaceName from "./RaceName.ts"
import type { Period } from "./Records.ts"
import * as Refusal from "./Refusal.ts"
import type { MarketAnswer, MarketDetailAnswer, RunnerAnswer } from "./wire/Answers.ts"
import { instant, priceOrNull } from "./wire/Basic.ts"
import * as BetAnswer from "./wire/BetAnswer.ts"
import type { PriceHistoryAnswer } from "./wire/ResultAnswers.ts"

export class MarketView extends Context.Service<
  MarketView,
  {
    /** Open markets of the kinds that are traded, in the order of their offs. */
    readonly markets: () => ReadonlyArray<MarketAnswer>
    /** A market that is followed, or was once recorded; null for any other. */
    readonly market: (marketId: MarketId) => Effect.Effect<MarketDetailAnswer | null, StorageFailure>
    /** A market's prices over time, of at most so many instants. */
    readonly prices: (
      marketId: MarketId,
      period: Period,
      points: number
    ) => Effect.Effect<PriceHistoryAnswer, StorageFailure>
    /** Bets that are open, oldest first. */
    readonly openBets: () => ReadonlyArray<BetAnswer.BetAnswer>
  }
>()("clever-better/http/MarketView") {
  static readonly layer = Layer.effect(
    MarketView,
    Effect.suspend(() => make)
  )
}

const best = (levels: PriceSizes) => ({ price: priceOrNull(levels.price(0)), pence: levels.size(0) })

const runnerOf = (runner: RunnerBook): RunnerAnswer => {
  const back = best(runner.availableToBack)
  const lay = best(runner.availableToLay)
  return {
    selectionId: runner.selectionId,
    handicap: runner.handicap,
    name: runner.definition?.name ?? null,
    clothNumber: runner.definition?.clothNumber ?? null,
    status: runner.definition?.status ?? "UNKNOWN",
    bestBack: back.price,
    bestBackPence: back.pence,
    bestLay: lay.price,
    bestLayPence: lay.pence,
    lastPriceTraded: priceOrNull(runner.lastPriceTraded),
    matchedPence: runner.totalMatched
  }
}

/** Recorded prices that are kept at hand: to thin a day of them takes the embedded database a fifth of a second. */
const recordedAtMost = 16
const recordedFor = Duration.minutes(1)

const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const { mode } = yield* Executor
  const feed = yield* Feed
  const books = yield* Books
  const decisions = yield* DecisionLog
  const openBets = yield* OpenBets
  const bets = yield* BetRepository
  const races = yield* RaceRepository
  const recorder = yield* OddsRecorder
  const snapshots = yield* OddsRepository
  const zone = DateTime.zoneMakeNamedUnsafe(trading.timeZone)

  const recorded = yield* Cache.makeWith(
    ({ from, marketId, points, to }: Period & { readonly marketId: MarketId; readonly points: number }) =>
      Effect.map(snapshots.between(marketId, from, to, points), (found) => PriceSeries.ofRecorded(marketId, found)),
    {
      capacity: recordedAtMost,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? recordedFor : Duration.zero)
    }
  )

  const describe = (market: MarketDefinition): MarketAnswer => {
    const refusal = decisions.latest(market.marketId)
    return {
      marketId: market.marketId,
      name: RaceName.of(market, zone),
      venue: market.venue,
      marketType: market.marketType,
      status: market.status,
      inPlay: market.inPlay,
      off: instant(market.marketTime),
      runners: market.numberOfActiveRunners,
      openBets: openBets.onMarket(market.marketId).length,
      lastRefusal: refusal === null ? null : Refusal.of(refusal)
    }
  }

  const detail = (market: MarketDefinition, book: MarketBook | undefined): Omit<MarketDetailAnswer, "bets"> => ({
    market: describe(market),
    pricesAt: book === undefined || book.publishTime === 0 ? null : instant(book.publishTime),
    runners: book === undefined ? [] : book.runners.map(runnerOf)
  })

  return MarketView.of({
    markets: () =>
      [...feed.tradable()]
        .flatMap(({ definition }) => (definition === null ? [] : [definition]))
        .toSorted((a, b) => a.marketTime - b.marketTime || (a.marketId < b.marketId ? -1 : 1))
        .map(describe),
    market: Effect.fnUntraced(function* (marketId) {
      const recorded = books.get(marketId)?.definition ?? (yield* races.byMarketId(marketId))
      if (recorded === null) return null
      const placed = yield* bets.onMarket(mode, marketId)
      // The book is read after all waiting, so that it is of one instant.
      const book = books.get(marketId)
      return { ...detail(book?.definition ?? recorded, book), bets: placed.map(BetAnswer.of) }
    }),
    prices: (marketId, period, points) =>
      Effect.suspend(() => {
        const followed = recorder.history(marketId)
        return followed === undefined
          ? Cache.get(recorded, { marketId, from: period.from, to: period.to, points })
          : Effect.succeed(PriceSeries.ofFollowed(marketId, followed, period, points))
      }),
    openBets: () =>
      [...openBets.all()].toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)).map(BetAnswer.of)
  })
})
