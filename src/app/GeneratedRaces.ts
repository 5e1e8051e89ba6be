/**
 * Generated races as samples, for the model that is shipped. A generated race knows each runner's true chance at every
 * moment, and that chance stands in place of the result: so a few thousand races judge as well as a million winners would.
 */
import { BookStore } from "../market/BookStore.ts"
import { MarketId, runnerKey } from "../domain/Identifiers.ts"
import * as Features from "../prediction/Features.ts"
import { choices } from "../prediction/training/RecordedSamples.ts"
import type { RaceSample, Samples } from "../prediction/training/Samples.ts"
import { Race } from "../sandbox/Race.ts"
import type { Day } from "../sandbox/RaceCard.ts"

/** Six races an hour, from the first day of 2001 on. */
const intervalMs = 600_000
const begin = Date.UTC(2001, 0, 1) / intervalMs

/** The bot asks at any time of the window before a race; races take turns. */
const secondsBefore = [60, 120, 240, 480]

/** One race more with each call, without end. */
export function* races(seed: number): Generator<RaceSample | null, never, void> {
  const day: Day = { seed, intervalMs }
  for (let number = 0; ; number++) yield sampleOf(day, begin + number, secondsBefore[number % secondsBefore.length]!)
}

export const samples = (races: ReadonlyArray<RaceSample>, leftOut: number): Samples => ({
  segment: "generated races",
  features: Features.names,
  choices,
  races,
  leftOut: leftOut === 0 ? {} : { "no prices at the moment of decision": leftOut }
})

/** Null when a runner has no price at the time. */
const sampleOf = (day: Day, index: number, secondsBefore: number): RaceSample | null => {
  const race = new Race(day, index)
  const store = new BookStore()
  const at = race.card.scheduledOffAt - secondsBefore * 1000
  for (const message of race.advance(at)) store.apply(message)
  const marketId = MarketId.make(race.markets.find(({ marketType }) => marketType === "WIN")!.marketId)
  const book = store.get(marketId)
  const market = book?.definition
  const features = !book || !market ? null : Features.compute({ market, book, at })
  if (!book || features === null) return null
  const chances = new Map(chancesOf(race).map((chance, i) => [runnerKey(race.card.entries[i]!.selectionId), chance]))
  const column = Features.names.indexOf("market")
  return {
    id: marketId,
    day: new Date(at).toISOString().slice(0, 10),
    rows: features.rows,
    shares: features.runners.map((key) => chances.get(key)!),
    market: features.rows.map((row) => Math.exp(row[column]!)),
    odds: features.runners.map((key) => {
      const price = book.runnersByKey.get(key)!.availableToBack.price(0)
      return price > 0 ? price / 100 : null
    })
  }
}

/** 0 for runners that are withdrawn. */
const chancesOf = ({ strengths }: Race): ReadonlyArray<number> => {
  const highest = Math.max(...strengths)
  const weights = Array.from(strengths, (strength) => Math.exp(strength - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
