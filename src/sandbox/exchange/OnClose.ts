/**
 * Bets at the starting price: MARKET_ON_CLOSE, LIMIT_ON_CLOSE, and what is left at the off of LIMIT orders with that
 * persistence. They are matched in full at the price found, whoever is on the other side; a lay keeps its liability, so
 * its stake follows from the price.
 */
import { classic, type Price } from "../../domain/PriceLadder.ts"
import { Bet, liabilityOf } from "./Bet.ts"
import { currencies } from "./Currencies.ts"
import type { BetKeeper } from "./BetKeeper.ts"

export const takesStartingPrice = (bet: Bet): boolean => !bet.isLimit || bet.persistenceType === "MARKET_ON_CLOSE"

const change = (bets: BetKeeper, bet: Bet, amount: number): void => {
  const pool = bets.market.runners[bets.runnerOf(bet)]!.bets
  const { side } = bet.terms
  const isLimited = bet.terms.orderType === "LIMIT_ON_CLOSE"
  if (side === "BACK") pool.back(isLimited ? bet.tick : 0, amount)
  else pool.lay(isLimited ? bet.tick : classic.length - 1, amount)
}

export const join = (bets: BetKeeper, bet: Bet): void => change(bets, bet, bet.remaining)

export const leave = (bets: BetKeeper, bet: Bet): void => change(bets, bet, -bet.remaining)

/** A lay's liability falls, its place among the bets with it. */
export const lower = (bets: BetKeeper, bet: Bet, liability: number): void => {
  change(bets, bet, liability - bet.remaining)
  bet.voided += bet.remaining - liability
  bet.voidedAt = bets.now
  bet.remaining = liability
}

/** Betfair's least liability of a lay at the starting price; all markets are British money. */
const leastLiability = currencies["GBP"]!.minBspLiability

/** What is left of a LIMIT order that asks for it leaves the book and joins the bets at the starting price. */
export const convert = (bets: BetKeeper, bet: Bet): void => {
  if (bet.persistenceType !== "MARKET_ON_CLOSE") return
  const isLay = bet.terms.side === "LAY"
  const liability = liabilityOf(bet.price, bet.remaining)
  if (isLay && liability < leastLiability) return bets.lapse(bet, "SMALL_STAKE")
  bets.withdraw(bet)
  change(bets, bet, isLay ? Math.round(liability) : bet.remaining)
}

/** Stake that the liability pays for, rounded down: in doubt the smaller bet. */
const stakeAt = (liability: number, price: Price): number => Math.floor((liability * 100) / (price - 100) + 1e-9)

/** The price is found: matches the bet, or lets it lapse. */
export const match = (bets: BetKeeper, bet: Bet): void => {
  const found = bets.market.runners[bets.runnerOf(bet)]!.startingPrice
  if (found === null || !(found > 1)) return bets.lapse(bet, null)
  const price = Math.max(101, Math.round(found * 100))
  const isBack = bet.terms.side === "BACK"
  if (bet.terms.orderType === "LIMIT_ON_CLOSE" && (isBack ? price < bet.price : price > bet.price))
    return bets.lapse(bet, null)
  const size = isBack
    ? bet.remaining
    : stakeAt(bet.isLimit ? liabilityOf(bet.price, bet.remaining) : bet.remaining, price)
  if (bet.isLimit) bet.cancelled += Math.max(0, bet.remaining - size)
  bet.remaining = 0
  if (size > 0) bets.fill(bet, price, size)
  else bets.complete(bet)
  bets.changed(bet)
}
