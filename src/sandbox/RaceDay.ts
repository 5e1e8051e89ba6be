/**
 * The generated race day: which races there are at a time, what each one publishes, and how each one ended. All of it is a
 * function of the day (a seed and an interval) and of epoch time, so it can be asked again at any time by any process.
 */
import { Option } from "effect"
import type { MarketDefinitionMessage, MarketMessage } from "../market/MarketMessage.ts"
import { raceOf } from "./MarketNumber.ts"
import { Race } from "./Race.ts"
import { longestAfterOffMs, openBeforeOffMs, type Day } from "./RaceCard.ts"

export type { Day } from "./RaceCard.ts"

/** Races are played in portions of this length where nobody paces them. */
const portionMs = 1000

/** The numbers of the races whose markets may be open at the time (epoch milliseconds), in the order of their offs. */
export const racesAt = (day: Day, now: number): ReadonlyArray<number> => {
  const first = Math.max(0, Math.ceil((now - longestAfterOffMs) / day.intervalMs))
  return Array.from({ length: Math.max(0, firstUnopened(day, now) - first) }, (_, i) => first + i)
}

/** The number of the first race whose markets are not open yet at the time (epoch milliseconds). */
export const firstUnopened = (day: Day, now: number): number => Math.floor((now + openBeforeOffMs) / day.intervalMs) + 1

/** Everything a race publishes, first to last, in its own time and as fast as it is asked for. */
export function* messagesOf(day: Day, index: number): Generator<MarketMessage, void, void> {
  const race = new Race(day, index)
  for (let until = race.card.openAt; !race.isOver; until += portionMs) yield* race.advance(until)
}

/** How a market ended. */
export interface RaceResult {
  /** Its closing definition: winners, starting prices, withdrawals. */
  readonly definition: MarketDefinitionMessage
  /** Epoch milliseconds; before it, nobody can know. */
  readonly settledAt: number
}

/**
 * The result of a market, from its id alone; none for a market that is not of this day. The race is played through, which
 * takes some hundredths of a second.
 */
export const resultOf = (day: Day, marketId: string): Option.Option<RaceResult> =>
  Option.flatMap(raceOf(day, marketId), (index) => {
    const race = new Race(day, index)
    race.fastForward(race.card.closeAt)
    const market = race.markets.find((market) => market.marketId === marketId)
    return Option.map(Option.fromUndefinedOr(market), (market) => ({
      definition: market.definition(),
      settledAt: race.card.closeAt
    }))
  })
