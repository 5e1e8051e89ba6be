/**
 * The ids of generated markets. They tell which race of which day a market belongs to, so that its result can be found
 * from its id alone, even by a process that never saw the race.
 */
import { Option } from "effect"
import { SeededRandom } from "./SeededRandom.ts"
import type { Day, MarketType } from "./RaceCard.ts"

/** Three digits that differ between days, so that another seed's markets are (nearly always) known to be foreign. */
const dayNumber = (day: Day): number => 100 + new SeededRandom(day.seed, day.intervalMs).below(900)

export const marketIdOf = (day: Day, raceIndex: number, marketType: MarketType): string =>
  `1.${dayNumber(day)}${String(raceIndex * 2 + (marketType === "WIN" ? 0 : 1)).padStart(9, "0")}`

/** The race of the day that the market belongs to; none for markets of other days or of the exchange. */
export const raceOf = (day: Day, marketId: string): Option.Option<number> => {
  const prefix = `1.${dayNumber(day)}`
  const rest = marketId.slice(prefix.length)
  return marketId.startsWith(prefix) && /^\d{9}$/.test(rest) ? Option.some(Number(rest) >> 1) : Option.none()
}
