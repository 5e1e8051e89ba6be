/** What people call a race: its market id, or its venue and the time of its off on the clocks of the trading time zone. */
import { DateTime } from "effect"
import { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { Schema } from "effect"

const isMarketId = Schema.is(MarketId)

const timeOf = (at: number, zone: DateTime.TimeZone): string => {
  const { hour, minute } = DateTime.toParts(DateTime.setZone(DateTime.makeUnsafe(at), zone))
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`
}

/** `Ascot 14:30 WIN`. */
export const of = (market: MarketDefinition, zone: DateTime.TimeZone): string =>
  [
    market.venue ?? market.eventName ?? market.marketId,
    timeOf(market.marketTime, zone),
    market.marketType ?? market.name
  ]
    .filter((part) => part !== null)
    .join(" ")

/** The market that is meant by its id; null for other words. */
export const marketIdOf = (text: string): MarketId | null => (isMarketId(text) ? text : null)

/** Markets whose names have each of the words, whatever their case. */
export const matching = (
  markets: ReadonlyArray<MarketDefinition>,
  text: string,
  zone: DateTime.TimeZone
): ReadonlyArray<MarketDefinition> => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0
    ? []
    : markets.filter((market) => {
        const name = of(market, zone).toLowerCase()
        return words.every((word) => name.includes(word))
      })
}
