/**
 * Writes races and their runners to the database as their definitions change. A race is tradable once it is recorded, so
 * that a bet's row always has the race it belongs to.
 */
import { Clock, Context, Effect, Layer } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { RaceRepository } from "../persistence/RaceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"

export class RaceRecorder extends Context.Service<
  RaceRecorder,
  {
    /** The market's definition is new or has changed. */
    readonly noticed: (definition: MarketDefinition) => void
    readonly isRecorded: (marketId: MarketId) => boolean
    readonly pending: () => boolean
    readonly flush: Effect.Effect<void, StorageFailure>
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/bot/RaceRecorder") {
  static readonly layer = Layer.effect(
    RaceRecorder,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const races = yield* RaceRepository
  const recorded = new Set<MarketId>()
  /** The newest definition of each market that waits to be written: bounded by the number of markets. */
  const waiting = new Map<MarketId, MarketDefinition>()

  return RaceRecorder.of({
    noticed: (definition) => void waiting.set(definition.marketId, definition),
    isRecorded: (marketId) => recorded.has(marketId),
    pending: () => waiting.size > 0,
    flush: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      for (const [marketId, definition] of waiting) {
        yield* races.upsert(definition, now)
        recorded.add(marketId)
        if (waiting.get(marketId) === definition) waiting.delete(marketId)
      }
    }),
    forget: (marketId) => void recorded.delete(marketId)
  })
})
