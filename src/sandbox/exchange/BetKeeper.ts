/** What the turns of a market's life may do to the bets in it; `MarketBets` is its keeper. */
import type { Pence } from "../../domain/Money.ts"
import type { Price } from "../../domain/PriceLadder.ts"
import type { Bet, LapseReason } from "./Bet.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"

export interface BetKeeper {
  readonly market: ExchangeMarket
  /** Epoch milliseconds, whole. */
  readonly now: number
  /** The number of the bet's runner in its market. */
  readonly runnerOf: (bet: Bet) => number
  /** Takes the bet out of the book or of the bets at the starting price. */
  readonly withdraw: (bet: Bet) => void
  /** Matches what can be, and lets the rest stand in the book. */
  readonly rest: (bet: Bet) => void
  readonly fill: (bet: Bet, price: Price, size: Pence) => void
  /** What is left of the bet lapses. */
  readonly lapse: (bet: Bet, reason: LapseReason | null) => void
  /** Nothing of the bet is left to be matched. */
  readonly complete: (bet: Bet) => void
  /** To be called after each change of a bet. */
  readonly changed: (bet: Bet) => void
}
