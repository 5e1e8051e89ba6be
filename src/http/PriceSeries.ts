/** A market's prices over time as lists of equal length, one for each runner and kind of price: the form that charts take. */
import type { PricesSoFar } from "../bot/PriceHistory.ts"
import { type MarketId, runnerKey, runnerOf } from "../domain/Identifiers.ts"
import type { OddsSnapshot } from "../persistence/OddsRepository.ts"
import type { Period } from "./Records.ts"
import { instant, priceOrNull } from "./wire/Basic.ts"
import type { PriceHistoryAnswer } from "./wire/ResultAnswers.ts"

/** Indexes of what lies in the period, thinned evenly to so many with the last among them. */
const chosen = (at: ReadonlyArray<number>, { from, to }: Period, points: number): ReadonlyArray<number> => {
  const inside = at.flatMap((instant, index) => (instant >= from && instant < to ? [index] : []))
  if (inside.length <= points) return inside
  return Array.from({ length: points }, (_, n) => inside[Math.floor(((n + 1) * inside.length) / points) - 1]!)
}

export const ofFollowed = (
  marketId: MarketId,
  { at, runners }: PricesSoFar,
  period: Period,
  points: number
): PriceHistoryAnswer => {
  const indexes = chosen(at, period, points)
  const prices = (list: ReadonlyArray<number>) => indexes.map((index) => priceOrNull(list[index]!))
  return {
    marketId,
    source: "memory",
    at: indexes.map((index) => instant(at[index]!)),
    runners: [...runners].map(([key, { bestBack, bestLay, lastPriceTraded, totalMatched }]) => ({
      ...runnerOf(key),
      bestBack: prices(bestBack),
      bestLay: prices(bestLay),
      lastPriceTraded: prices(lastPriceTraded),
      matchedPence: indexes.map((index) => totalMatched[index]!)
    }))
  }
}

/** @param snapshots oldest first; a runner that has none of an instant has null there */
export const ofRecorded = (marketId: MarketId, snapshots: ReadonlyArray<OddsSnapshot>): PriceHistoryAnswer => {
  const instants = [...new Set(snapshots.map(({ at }) => at))]
  const runners = Map.groupBy(snapshots, ({ handicap, selectionId }) => runnerKey(selectionId, handicap))
  return {
    marketId,
    source: "database",
    at: instants.map(instant),
    runners: [...runners].map(([key, own]) => {
      const byInstant = new Map(own.map((snapshot) => [snapshot.at, snapshot]))
      const list = (of: (snapshot: OddsSnapshot) => number | null) =>
        instants.map((at) => {
          const snapshot = byInstant.get(at)
          return snapshot === undefined ? null : of(snapshot)
        })
      return {
        ...runnerOf(key),
        bestBack: list(({ bestBack }) => priceOrNull(bestBack)),
        bestLay: list(({ bestLay }) => priceOrNull(bestLay)),
        lastPriceTraded: list(({ lastPriceTraded }) => priceOrNull(lastPriceTraded)),
        matchedPence: list(({ totalMatched }) => totalMatched)
      }
    })
  }
}
