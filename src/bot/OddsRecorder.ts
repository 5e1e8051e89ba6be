/**
 * Takes a snapshot of each watched market's prices every `odds.interval_seconds` and writes them in batches. History only:
 * nothing waits for it, and what the buffer cannot hold is dropped and counted. A thinner one is kept in memory for whoever
 * looks at a market while it is followed: a chart that is drawn anew every few seconds must not ask the database.
 */
import { Context, Duration, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import { OddsRepository, type OddsSnapshot } from "../persistence/OddsRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { PriceHistory, type PricesSoFar } from "./PriceHistory.ts"
import * as WriteBuffer from "./WriteBuffer.ts"

export class OddsRecorder extends Context.Service<
  OddsRecorder,
  {
    /** The market has changed: its runners are noted if the last snapshot is old enough. Plain code. */
    readonly notice: (book: MarketBook) => void
    readonly flush: Effect.Effect<void, StorageFailure>
    readonly waiting: () => number
    /** Too little has gathered to be worth a write. */
    readonly canWait: () => boolean
    readonly dropped: () => number
    /** Of a market that is followed; undefined of any other, and where nobody can look. */
    readonly history: (marketId: MarketId) => PricesSoFar | undefined
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/bot/OddsRecorder") {
  static readonly layer = Layer.effect(
    OddsRecorder,
    Effect.suspend(() => make)
  )
}

interface Recorded {
  /** Publish time of the last snapshot. */
  takenAt: number
  readonly history: PriceHistory
}

/** Least time between two samples in memory. */
const shortestHistoryMs = 1000

const make = Effect.gen(function* () {
  const { http, odds } = yield* Settings
  const repository = yield* OddsRepository
  const intervalMs = Duration.toMillis(odds.intervalSeconds)
  const buffer = WriteBuffer.make<OddsSnapshot>(odds.bufferSize)
  const recorded = new Map<MarketId, Recorded>()
  const historyEveryMs = Math.max(intervalMs, shortestHistoryMs)

  const take = (book: MarketBook): void => {
    for (const runner of book.runners) {
      if (!runner.isActive) continue
      buffer.offer({
        marketId: book.marketId,
        selectionId: runner.selectionId,
        handicap: runner.handicap,
        at: book.publishTime,
        bestBack: runner.availableToBack.price(0),
        bestBackSize: runner.availableToBack.size(0),
        bestLay: runner.availableToLay.price(0),
        bestLaySize: runner.availableToLay.size(0),
        lastPriceTraded: runner.lastPriceTraded,
        totalMatched: runner.totalMatched
      })
    }
  }

  return OddsRecorder.of({
    notice: (book) => {
      if (!odds.persist && !http.enabled) return
      let known = recorded.get(book.marketId)
      if (known === undefined) {
        known = { takenAt: -Infinity, history: new PriceHistory(historyEveryMs) }
        recorded.set(book.marketId, known)
      }
      if (book.publishTime - known.takenAt < intervalMs) return
      known.takenAt = book.publishTime
      if (http.enabled) known.history.take(book)
      if (odds.persist) take(book)
    },
    flush: buffer.flush((snapshots) => repository.insert(snapshots)),
    waiting: buffer.size,
    canWait: buffer.canWait,
    dropped: buffer.dropped,
    history: (marketId) => recorded.get(marketId)?.history,
    forget: (marketId) => void recorded.delete(marketId)
  })
})
