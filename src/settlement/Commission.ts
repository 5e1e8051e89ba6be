/**
 * Commission is owed on what an account wins on a market, all strategies and bets together, and not at all on a market that
 * lost (EXCHANGE: net winnings × market base rate × (1 − discount)). Each bet is then told its part, so that strategies
 * bear what they cause: the parts are whole pence and add up to the charge.
 */
import type { BetId, StrategyId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import type { SettlementRules } from "./SettlementRules.ts"

export interface BetProfit {
  readonly id: BetId
  readonly strategyId: StrategyId
  readonly profit: Pence
}

/** The fraction of net winnings that is charged on this market. */
export const rateOf = (
  market: Pick<MarketDefinition, "marketBaseRate" | "discountAllowed">,
  { commissionDiscount, commissionRate }: Pick<SettlementRules, "commissionDiscount" | "commissionRate">
): number =>
  commissionRate === "market"
    ? (market.marketBaseRate / 100) * (market.discountAllowed ? 1 - commissionDiscount : 1)
    : commissionRate

/** What is charged on a market's profit; nothing on a loss. */
export const charge = (
  profit: Pence,
  rate: number,
  { commissionRounding }: Pick<SettlementRules, "commissionRounding"> = { commissionRounding: "exact" }
): Pence => {
  if (profit <= 0) return 0
  return commissionRounding === "exact"
    ? Money.round(profit * rate)
    : Money.fromDecimal(Number((Money.toDecimal(profit) * rate).toFixed(2)))
}

/**
 * Each bet's part of the charge: first to the strategies that won on the market, in proportion to what each won, then to a
 * strategy's winning bets in proportion to their profit. Bets without a part are absent.
 */
export const allocate = (commission: Pence, bets: ReadonlyArray<BetProfit>): ReadonlyMap<BetId, Pence> => {
  const parts = new Map<BetId, Pence>()
  const byStrategy = Map.groupBy(bets, ({ strategyId }) => strategyId)
  const ofStrategies = split(
    commission,
    [...byStrategy].map(([key, own]) => ({ key, weight: own.reduce((sum, { profit }) => sum + profit, 0) }))
  )
  for (const [strategyId, part] of ofStrategies) {
    const own = byStrategy.get(strategyId)!.map(({ id, profit }) => ({ key: id, weight: profit }))
    for (const [id, share] of split(part, own)) parts.set(id, share)
  }
  return parts
}

/**
 * Splits an amount in proportion to the positive weights by the largest remainder: whole parts, exact sum. Ties go to the
 * lower key, so the order in which the weights come does not matter. BigInt, because amount × weight leaves 2^53.
 */
const split = <K extends string>(
  amount: Pence,
  weights: ReadonlyArray<{ readonly key: K; readonly weight: number }>
): ReadonlyMap<K, Pence> => {
  const claims = weights.filter(({ weight }) => weight > 0)
  const total = BigInt(claims.reduce((sum, { weight }) => sum + weight, 0))
  if (amount === 0 || total === 0n) return new Map()
  const parts = claims.map(({ key, weight }) => {
    const exact = BigInt(amount) * BigInt(weight)
    return { key, part: Number(exact / total), remainder: exact % total }
  })
  let left = amount - parts.reduce((sum, { part }) => sum + part, 0)
  parts.sort((a, b) => (a.remainder === b.remainder ? (a.key < b.key ? -1 : 1) : a.remainder > b.remainder ? -1 : 1))
  return new Map(parts.map(({ key, part }) => [key, part + (left-- > 0 ? 1 : 0)]))
}
