/** A bet whose market is settled, or of which nothing was ever matched: what `listClearedOrders` tells of it. */
import type { Pence } from "../../domain/Money.ts"
import type { BetTerms } from "./Bet.ts"

export interface ClearedOrder {
  readonly terms: BetTerms
  readonly marketId: string
  readonly eventId: string
  readonly eventTypeId: string
  readonly placedAt: number
  readonly settledAt: number
  /** When the last part of it was cancelled, lapsed or voided; of a bet that was matched in full, its settlement. */
  readonly endedAt: number
  readonly matchedAt: number | null
  readonly sizeMatched: Pence
  /** Decimal odds; 0 when nothing was matched. */
  readonly averagePrice: number
  readonly priceReduced: boolean
  readonly sizeLapsed: Pence
  readonly sizeCancelled: Pence
  readonly sizeVoided: Pence
  readonly profit: Pence
  readonly outcome: "WON" | "LOST" | null
}
