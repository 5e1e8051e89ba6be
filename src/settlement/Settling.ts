/**
 * What the bets of a closed market earned, in whole pence: pure, so that the same market settles the same way on paper, in
 * a replay and in a test.
 *
 * Fills are settled at the prices they have. A withdrawn runner's reduction factor has lowered them when the runner was
 * withdrawn (by the simulator, or by the exchange): it must not be applied a second time here.
 */
import * as BinaryDecimal from "../domain/BinaryDecimal.ts"
import type { Bet } from "../domain/Bet.ts"
import { type BetId, runnerKey } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import type { Fill } from "../domain/Order.ts"
import type { Side } from "../domain/Side.ts"
import * as Commission from "./Commission.ts"
import * as MarketResult from "./MarketResult.ts"
import type { Leg, Result } from "./MarketResult.ts"
import type { SettlementRules } from "./SettlementRules.ts"

export interface Amounts {
  readonly profit: Pence
  readonly commission: Pence
}

/** The amounts of every bet with fills, and their sums. */
export interface MarketSettlement extends Amounts {
  readonly bets: ReadonlyMap<BetId, Amounts>
}

type MatchedBet = Pick<Bet, "id" | "strategyId" | "selectionId" | "handicap" | "side" | "fills">

/**
 * What fills earned: a backer wins odds less one (divided by the leg's divisor) on the part of the stake that won and
 * loses the other part; a layer the opposite. Rounded once per bet, half a penny away from zero on both sides, so that
 * equal fills on opposite sides cancel exactly.
 */
export const profitOf = (
  side: Side,
  fills: ReadonlyArray<Fill>,
  legs: ReadonlyArray<Leg>,
  { averagePrice }: Pick<SettlementRules, "averagePrice"> = { averagePrice: "exact" }
): Pence => {
  if (averagePrice === "hundredths") return profitInPounds(side, fills, legs)
  let hundredths = 0
  for (const { price, size } of fills) {
    for (const { divisor, of, won } of legs) {
      const returned = (won * ((price - 100) / divisor + 100)) / of
      hundredths += size * (returned - 100)
    }
  }
  return Money.round((side === "BACK" ? hundredths : -hundredths) / 100)
}

/** The reference's arithmetic, operation by operation: it decides where halves of an average or of a penny fall. */
const profitInPounds = (side: Side, fills: ReadonlyArray<Fill>, legs: ReadonlyArray<Leg>): Pence => {
  let value = 0
  let size = 0
  let matched = 0
  for (const fill of fills) {
    value += (fill.price / 100) * (fill.size / 100)
    size += fill.size / 100
    matched += fill.size
  }
  if (matched === 0) return 0
  const odds = BinaryDecimal.hundredths(value / size) / 100 - 1
  const stake = matched / 100
  let gain = 0
  for (const { divisor, of, won } of legs) {
    gain += ((stake * won) / of) * (odds * (1 / divisor)) - (stake * (of - won)) / of
  }
  const profit = BinaryDecimal.hundredths(side === "BACK" ? gain : 0 - gain)
  return profit === 0 ? 0 : profit
}

/** Settles the account's bets on one market together. Bets without fills are left out. */
export const settle = (
  market: Pick<MarketDefinition, "marketBaseRate" | "discountAllowed">,
  result: Result,
  bets: ReadonlyArray<MatchedBet>,
  rules: SettlementRules
): MarketSettlement => {
  const profits = bets
    .filter(({ fills }) => fills.length > 0)
    .map(({ fills, handicap, id, selectionId, side, strategyId }) => {
      const { legs } = MarketResult.ofRunner(result, runnerKey(selectionId, handicap))
      return { id, strategyId, profit: profitOf(side, fills, legs, rules) }
    })
  const profit = profits.reduce((sum, bet) => sum + bet.profit, 0)
  const commission = Commission.charge(profit, Commission.rateOf(market, rules), rules)
  const parts = Commission.allocate(commission, profits)
  return {
    profit,
    commission,
    bets: new Map(profits.map((bet) => [bet.id, { profit: bet.profit, commission: parts.get(bet.id) ?? 0 }]))
  }
}
