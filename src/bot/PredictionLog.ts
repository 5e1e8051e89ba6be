/**
 * Remembers what the model said, what it was asked with, and what became of signals by it, so that its worth can be measured
 * afterwards. An answer that is given again from the cache is written once, and again only with a decision that is new.
 */
import { Context, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import { type MarketId, type RunnerKey, runnerOf } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { type PredictionRecord, PredictionRepository } from "../persistence/PredictionRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as Features from "../prediction/Features.ts"
import type { Judgement, Predictions } from "../prediction/PredictionFilter.ts"
import * as WriteBuffer from "./WriteBuffer.ts"

const capacity = 10_000

export class PredictionLog extends Context.Service<
  PredictionLog,
  {
    /** Of predictions that are usable, and what signals they were asked for; `at` in epoch milliseconds. */
    readonly record: (
      marketId: MarketId,
      predictions: Predictions,
      judgements: ReadonlyArray<Judgement>,
      at: number
    ) => void
    /** Whether the answer was recorded before. */
    readonly isKnown: (predictions: Predictions) => boolean
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
  /** What has been written of an answer, by `subject`. */
  const written = new WeakMap<Predictions, Set<string>>()
  const modelName = service.address ?? "own"

  return PredictionLog.of({
    record: (marketId, predictions, judgements, at) => {
      const known = written.get(predictions)
      const subjects = known ?? new Set<string>()
      written.set(predictions, subjects)
      const news = judgements.filter((judgement) => {
        const subject = subjectOf(judgement)
        return !subjects.has(subject) && subjects.add(subject)
      })
      const write = (runner: RunnerKey, judgement: Judgement | null) => {
        const prediction = predictions.get(runner)
        if (prediction === undefined) return
        const { confidence, features = [], modelVersion, probability } = prediction
        buffer.offer({
          mode,
          at,
          marketId,
          ...runnerOf(runner),
          modelName,
          modelVersion,
          probability,
          confidence,
          features: Object.fromEntries(features.map((value, n) => [Features.names[n], value])),
          strategyId: judgement?.strategyId ?? null,
          side: judgement?.side ?? null,
          decision: judgement?.outcome ?? null,
          reason: judgement?.reason ?? null,
          expectedValue: judgement?.expectedValue ?? null
        })
      }
      if (known !== undefined && news.length === 0) return
      for (const runner of predictions.keys()) {
        const own = news.filter((judgement) => judgement.runner === runner)
        for (const judgement of own) write(runner, judgement)
        if (own.length === 0 && known === undefined) write(runner, null)
      }
    },
    isKnown: (predictions) => written.has(predictions),
    flush: buffer.flush(repository.insert),
    canWait: buffer.canWait,
    dropped: buffer.dropped
  })
})

const subjectOf = ({ outcome, reason, runner, side, strategyId }: Judgement): string =>
  `${strategyId} ${runner} ${side} ${outcome} ${reason}`
