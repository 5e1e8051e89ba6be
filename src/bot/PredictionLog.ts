/**
 * Remembers what the model said and what it was asked with, so that its worth can be measured afterwards. An answer that is
 * given again from the cache is written once.
 */
import { Context, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import { type MarketId, runnerOf } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { type PredictionRecord, PredictionRepository } from "../persistence/PredictionRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as Features from "../prediction/Features.ts"
import type { Predictions } from "../prediction/PredictionFilter.ts"
import * as WriteBuffer from "./WriteBuffer.ts"

const capacity = 10_000

export class PredictionLog extends Context.Service<
  PredictionLog,
  {
    /** Of predictions that are usable; `at` in epoch milliseconds. */
    readonly record: (marketId: MarketId, predictions: Predictions, at: number) => void
    readonly flush: Effect.Effect<void, StorageFailure>
    /** Too little has gathered to be worth a write. */
    readonly canWait: () => boolean
    readonly dropped: () => number
  }
>()("clever-better/bot/PredictionLog") {
  static readonly layer = Layer.effect(
    PredictionLog,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { mode } = yield* Executor
  const { predictions: service } = yield* Settings
  const repository = yield* PredictionRepository
  const buffer = WriteBuffer.make<PredictionRecord>(capacity)
  const recorded = new WeakSet<Predictions>()
  const modelName = service.address ?? "own"

  return PredictionLog.of({
    record: (marketId, predictions, at) => {
      if (recorded.has(predictions)) return
      recorded.add(predictions)
      for (const [key, { confidence, features = [], modelVersion, probability }] of predictions) {
        buffer.offer({
          mode,
          at,
          marketId,
          ...runnerOf(key),
          modelName,
          modelVersion,
          probability,
          confidence,
          features: Object.fromEntries(features.map((value, n) => [Features.names[n], value]))
        })
      }
    },
    flush: buffer.flush(repository.insert),
    canWait: buffer.canWait,
    dropped: buffer.dropped
  })
})
