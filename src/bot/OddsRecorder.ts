/**
 * Takes a snapshot of each watched market's prices every `odds.interval_seconds` and writes them in batches. History only:
 * nothing waits for it, and what the buffer cannot hold is dropped and counted.
 */
import { Context, Duration, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import { OddsRepository, type OddsSnapshot } from "../persistence/OddsRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
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
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/bot/OddsRecorder") {
  static readonly layer = Layer.effect(
    OddsRecorder,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { odds } = yield* Settings
  const repository = yield* OddsRepository
  const intervalMs = Duration.toMillis(odds.intervalSeconds)
  const buffer = WriteBuffer.make<OddsSnapshot>(odds.bufferSize)
  const takenAt = new Map<MarketId, number>()

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
      if (!odds.persist) return
      const last = takenAt.get(book.marketId)
      if (last !== undefined && book.publishTime - last < intervalMs) return
      takenAt.set(book.marketId, book.publishTime)
      take(book)
    },
    flush: buffer.flush((snapshots) => repository.insert(snapshots)),
    waiting: buffer.size,
    canWait: buffer.canWait,
    dropped: buffer.dropped,
    forget: (marketId) => void takenAt.delete(marketId)
  })
})
