/**
 * A runner is withdrawn. Bets on it are void. Prices matched on the others fall by its reduction factor, from 2.5 % on in
 * a win market and always in a place market; where the exchange takes unmatched lays off, kept ones fall with the prices.
 */
import { classic, floor, tickOf, type Price } from "../../domain/PriceLadder.ts"
import type { Bet } from "./Bet.ts"
import type { BetKeeper } from "./BetKeeper.ts"
import * as OnClose from "./OnClose.ts"

const leastReductionOfWins = 2.5

export const voidBet = (bets: BetKeeper, bet: Bet): void => {
  const amount = bet.remaining + bet.sizeMatched
  if (amount === 0) return
  // Bets at the starting price leave with the whole runner's.
  if (bet.resting !== null) bets.withdraw(bet)
  bet.voided += amount
  bet.voidedAt = bets.now
  bet.remaining = 0
  bet.fills = []
  bets.complete(bet)
  bets.changed(bet)
}

/** The market has no result for the bet's runner: what is matched is void. */
export const voidMatched = (bets: BetKeeper, bet: Bet): void => {
  if (bet.fills.length > 0) voidBet(bets, bet)
}

/** 8.60 less 16.2 % is 7.21; never below 1.01. */
export const reducedPrice = (price: Price, percent: number): Price =>
  Math.max(classic[0]!, Math.round((price * (100 - percent)) / 100 + 1e-9))

export const reduce = (bets: BetKeeper, bet: Bet, percent: number, cancelsLays: boolean): void => {
  const isWin = bets.market.marketType === "WIN"
  if (bet.fills.length > 0 && percent > 0 && (!isWin || percent >= leastReductionOfWins)) {
    bet.fills = bet.fills.map((fill) => ({ ...fill, price: reducedPrice(fill.price, percent) }))
    bet.priceReduced = true
    bets.changed(bet)
  }
  if (bet.terms.side === "BACK" || bet.status !== "EXECUTABLE") return
  if (bet.isLimit) {
    if (cancelsLays) reviseLay(bets, bet, percent)
  } else if (bet.terms.orderType === "MARKET_ON_CLOSE") {
    const { adjustmentFactor } = bets.market.runners[bets.runnerOf(bet)]!
    const kept = isWin ? 1 - percent / (100 - adjustmentFactor) : 1 - percent / 100
    OnClose.lower(bets, bet, Math.round(bet.remaining * Math.max(0, kept)))
    bets.changed(bet)
  }
}

const reviseLay = (bets: BetKeeper, bet: Bet, percent: number): void => {
  if (bet.persistenceType !== "PERSIST") return bets.lapse(bet, null)
  bets.withdraw(bet)
  bet.tick = tickOf(floor(reducedPrice(bet.price, percent)))
  bets.rest(bet)
  bets.changed(bet)
}
