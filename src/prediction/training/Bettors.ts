/**
 * What two bettors would have made of a model's probabilities: one who stakes 1 on every runner the model says has value,
 * and one who stakes by Kelly's criterion. Both back at the price that was there, are matched in full, and pay commission
 * on what they win net on a race.
 */
import { expectedReturn } from "../../domain/Value.ts"
import * as PriceLadder from "../../domain/PriceLadder.ts"
import type { RaceSample } from "./Samples.ts"

export interface BettorResult {
  readonly bets: number
  readonly staked: number
  /** Net of commission. */
  readonly profit: number
  /** Profit / staked, 0 without bets. */
  readonly roi: number
}

/** A quarter of what Kelly's criterion says, of a bankroll that begins with this. */
export const kellyFraction = 0.25
export const bankroll = 1000

/** @param commission a fraction of the net winnings on a race */
export const flat = (
  races: ReadonlyArray<RaceSample>,
  predictions: ReadonlyArray<ReadonlyArray<number>>,
  commission: number
): BettorResult => bet(races, predictions, commission, () => 1)

export const kelly = (
  races: ReadonlyArray<RaceSample>,
  predictions: ReadonlyArray<ReadonlyArray<number>>,
  commission: number
): BettorResult =>
  bet(races, predictions, commission, (value, odds, money) => {
    // What is expected of a pound over what a pound can win is Kelly's share of the bankroll.
    return (kellyFraction * Math.max(0, money) * value) / ((odds - 1) * (1 - commission))
  })

const bet = (
  races: ReadonlyArray<RaceSample>,
  predictions: ReadonlyArray<ReadonlyArray<number>>,
  commission: number,
  stakeOf: (value: number, odds: number, money: number) => number
): BettorResult => {
  let bets = 0
  let staked = 0
  let profit = 0
  races.forEach(({ odds, shares }, r) => {
    let net = 0
    const money = bankroll + profit
    odds.forEach((price, i) => {
      if (price === null) return
      const value = expectedReturn("BACK", PriceLadder.fromDecimal(price), predictions[r]![i]!, commission)
      if (!(value > 0)) return
      const stake = stakeOf(value, price, money)
      bets += 1
      staked += stake
      // In a dead heat of n, one nth of the stake has won and the rest has lost.
      net += stake * (shares[i]! * price - 1)
    })
    profit += net > 0 ? net * (1 - commission) : net
  })
  return { bets, staked, profit, roi: staked > 0 ? profit / staked : 0 }
}
