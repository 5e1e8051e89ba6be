/** The words that answers are made of. Money is whole pence, prices are decimal odds, instants are ISO 8601 in UTC. */
import { Schema } from "effect"

export const Pence = Schema.Int.annotate({ description: "hundredths of the account's currency" })
export const Odds = Schema.Finite.annotate({ description: "decimal odds" })
export const Instant = Schema.String.annotate({ description: "ISO 8601, UTC", format: "date-time" })
export const Fraction = Schema.Finite.annotate({ description: "0.05 is five percent" })

/** Epoch milliseconds as an instant. */
export const instant = (at: number): string => new Date(at).toISOString()

export const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at))

/** Hundredths as decimal odds; an average has six decimals at most. */
export const odds = (hundredths: number): number => Math.round(hundredths * 10_000) / 1_000_000

/** A price of 0 is no price. */
export const priceOrNull = (price: number): number | null => (price > 0 ? odds(price) : null)
