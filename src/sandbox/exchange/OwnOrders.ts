/** The account's own bets as listMarketBook shows them beside a runner's prices. */
import * as Money from "../../domain/Money.ts"
import { toDecimal } from "../../domain/PriceLadder.ts"
import type { Match, OrderOfRunner } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import { bspLiability, isoSecond, refsOf, shownSize, shownStatus, sizesOf } from "./BetWire.ts"

export const orderStatuses = ["ALL", "EXECUTABLE", "EXECUTION_COMPLETE"] as const
export type OrderProjection = (typeof orderStatuses)[number]

/** Whether a bet is listed at all, and in the projection: those in the bet delay, and those of which nothing is left, are not. */
export const isListed = (bet: Bet, projection: OrderProjection): boolean => {
  if (bet.status === "PENDING") return false
  const status = shownStatus(bet)
  return (status === "EXECUTABLE" || bet.fills.length > 0) && (projection === "ALL" || projection === status)
}

export const ordersOf = (bets: ReadonlyArray<Bet>, projection: OrderProjection): ReadonlyArray<OrderOfRunner> =>
  bets
    .filter((bet) => isListed(bet, projection))
    .map((bet) => ({
      betId: bet.terms.betId,
      orderType: bet.terms.orderType,
      status: shownStatus(bet),
      persistenceType: bet.persistenceType,
      side: bet.terms.side,
      price: toDecimal(bet.price),
      size: shownSize(bet, bet.terms.size),
      bspLiability: bspLiability(bet),
      placedDate: isoSecond(bet.placedAt),
      avgPriceMatched: bet.averagePrice,
      ...sizesOf(bet),
      ...refsOf(bet)
    }))

/** Each fill, or sums by side and price, or by side alone at the average price. */
export const matchesOf = (
  bets: ReadonlyArray<Bet>,
  projection: "NO_ROLLUP" | "ROLLED_UP_BY_PRICE" | "ROLLED_UP_BY_AVG_PRICE"
): ReadonlyArray<Match> => {
  const fills = bets.flatMap((bet) => bet.fills.map((fill) => ({ ...fill, bet, side: bet.terms.side })))
  if (projection === "NO_ROLLUP") {
    return fills.map(({ at, bet, price, side, size }) => ({
      betId: bet.terms.betId,
      side,
      price: toDecimal(price),
      size: Money.toDecimal(size),
      matchDate: isoSecond(at)
    }))
  }
  const groups = Map.groupBy(fills, ({ price, side }) =>
    projection === "ROLLED_UP_BY_PRICE" ? `${side}${price}` : side
  )
  return [...groups.values()].map((group) => {
    const size = group.reduce((sum, fill) => sum + fill.size, 0)
    const value = group.reduce((sum, fill) => sum + fill.price * fill.size, 0)
    return { side: group[0]!.side, price: Math.round(value / size) / 100, size: Money.toDecimal(size) }
  })
}
