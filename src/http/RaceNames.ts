/** What markets and their runners are called, from the books or, once a market is over, from the database. */
import { Context, DateTime, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { Books } from "../market/Books.ts"
import { RaceRepository } from "../persistence/RaceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as RaceName from "./RaceName.ts"
import { instant } from "./wire/Basic.ts"
import type { NamesAnswer } from "./wire/NamesAnswer.ts"

export class RaceNames extends Context.Service<
  RaceNames,
  {
    /** In the order asked for; markets that nobody knows are left out. */
    readonly of: (marketIds: ReadonlyArray<MarketId>) => Effect.Effect<ReadonlyArray<NamesAnswer>, StorageFailure>
    readonly timeZone: string
  }
>()("clever-better/http/RaceNames") {
  static readonly layer = Layer.effect(
    RaceNames,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const books = yield* Books
  const races = yield* RaceRepository
  const zone = DateTime.zoneMakeNamedUnsafe(trading.timeZone)

  const answer = (market: MarketDefinition): NamesAnswer => ({
    marketId: market.marketId,
    name: RaceName.of(market, zone),
    off: instant(market.marketTime),
    runners: market.runners.map(({ handicap, name, selectionId }) => ({ selectionId, handicap, name }))
  })

  return RaceNames.of({
    of: Effect.fnUntraced(function* (marketIds) {
      const found = yield* Effect.forEach(marketIds, (marketId) => {
        const definition = books.get(marketId)?.definition ?? null
        return definition === null ? races.byMarketId(marketId) : Effect.succeed(definition)
      })
      return found.flatMap((definition) => (definition === null ? [] : [answer(definition)]))
    }),
    timeZone: trading.timeZone
  })
})
