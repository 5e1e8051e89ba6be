/**
 * Which markets are races we trade, and what a market's names tell of a race. Definitions are
 * all that recordings have, and they leave out much: every fact may be missing.
 */
import type { SettingsValue } from "../config/Settings.ts"
import { isRace, type MarketDefinition } from "../domain/Market.ts"

export type MarketFilter = SettingsValue["markets"]

/**
 * What the definition tells is in the filter; what it does not tell does not exclude a market, but its kind of event. An
 * empty list takes all.
 */
export const isTraded = (market: MarketDefinition, filter: MarketFilter): boolean =>
  (filter.eventTypes.length === 0 || filter.eventTypes.includes(market.eventTypeId)) &&
  (filter.countries.length === 0 || market.countryCode === null || filter.countries.includes(market.countryCode)) &&
  (filter.marketTypes.length === 0 || market.marketType === null || filter.marketTypes.includes(market.marketType))

export interface RaceFacts {
  readonly venue: string | null
  /** Number of the race in the meeting, where the name begins with one: `R5 460m Gr5`. */
  readonly raceNumber: number | null
  readonly name: string | null
  readonly distanceMetres: number | null
}

const metresOf = { mile: 1609.344, furlong: 201.168, yard: 0.9144 }

/** `2m4f110y Hcap`, `5f Nursery`, `480m A5`, `R5 1200m Hcap`: a number before `m` is metres from 100 on, miles below. */
const distanceOf = (name: string): number | null => {
  const metres = /(?:^|\s)(\d{3,4})m(?=\s|$)/.exec(name)
  if (metres !== null) return Number(metres[1])
  const parts = /(?:^|\s)(?=\d)(?:(\d{1,2})m)?(?:(\d{1,2})f)?(?:(\d{1,3})y)?(?=\s|$)/.exec(name)
  if (parts === null || parts[0].trim() === "") return null
  const [, miles = 0, furlongs = 0, yards = 0] = parts
  return Math.round(Number(miles) * metresOf.mile + Number(furlongs) * metresOf.furlong + Number(yards) * metresOf.yard)
}

/** What can be told of a race; of other markets only venue and name. */
export const raceFacts = (market: MarketDefinition): RaceFacts => {
  const name = market.name ?? ""
  const number = /^R(\d{1,2})\b/.exec(name)
  return {
    venue: market.venue ?? market.eventName,
    raceNumber: isRace(market) && number !== null ? Number(number[1]) : null,
    name: market.name,
    distanceMetres: isRace(market) ? distanceOf(name) : null
  }
}
