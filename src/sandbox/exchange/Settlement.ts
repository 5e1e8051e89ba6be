/**
 * What bets earn when a market's result stands, and the commission on it. Written apart from the bot's own settling on
 * purpose: the exchange is what that is checked against.
 *
 * Source: Betfair's rules. Where more runners share the places than are paid (a dead heat), a bet is settled on its
 * stake × places / sharers as won and on the rest as lost. Commission is net winnings on the market × its base rate × (1 -
 * the account's discount), and nothing on a loss.
 */
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import type { Side } from "../../domain/Side.ts"
import type { Fill } from "./Bet.ts"

/** The part of a stake that wins: 0 for a loser. */
export interface WonPart {
  readonly won: number
  readonly of: number
}

/** The winning part on a runner, by the number of winners there are and of places that are paid, 0 being any number. */
export const wonPart = (isWinner: boolean, winners: number, places: number): WonPart =>
  !isWinner ? { won: 0, of: 1 } : places === 0 || winners <= places ? { won: 1, of: 1 } : { won: places, of: winners }

/** A bet's profit, rounded once, half a penny away from zero on both sides. */
export const profitOf = (side: Side, fills: ReadonlyArray<Fill>, { of, won }: WonPart): Pence => {
  let hundredths = 0
  for (const { price, size } of fills) hundredths += (size * price * won) / of - size * 100
  return Money.round((side === "BACK" ? hundredths : -hundredths) / 100)
}

/** `baseRate` and `discountRate` in percent. */
export const commissionOn = (netWinnings: Pence, baseRate: number, discountRate: number): Pence =>
  netWinnings <= 0 ? 0 : Money.round((netWinnings * baseRate * (100 - discountRate)) / 10_000)
