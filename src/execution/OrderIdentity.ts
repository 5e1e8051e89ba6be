/**
 * Which of our bets an order of the exchange is. Its own id tells, once we know it; before that the reference it was placed
 * with. Gotcha: an order that replaces another keeps that one's reference, so the reference of a bet whose order is known
 * means a replacement of it. Pure.
 */
import type { Bet } from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"
import type { Price } from "../domain/PriceLadder.ts"
import { betIdOf, type ClearedOrder, type ExchangeOrder } from "./ExchangeOrder.ts"

export interface Bets {
  readonly byId: ReadonlyMap<BetId, Bet>
  readonly byVenueId: ReadonlyMap<string, Bet>
  /** The bets that were to replace a bet. */
  readonly replacements: ReadonlyMap<BetId, ReadonlyArray<Bet>>
}

export const index = (bets: Iterable<Bet>): Bets => {
  const byId = new Map<BetId, Bet>()
  const byVenueId = new Map<string, Bet>()
  const replacements = new Map<BetId, Array<Bet>>()
  for (const bet of bets) {
    byId.set(bet.id, bet)
    if (bet.betfairBetId !== null) byVenueId.set(bet.betfairBetId, bet)
  }
  for (const bet of byId.values()) {
    if (bet.replaces === null) continue
    const others = replacements.get(bet.replaces)
    if (others === undefined) replacements.set(bet.replaces, [bet])
    else others.push(bet)
  }
  return { byId, byVenueId, replacements }
}

type Order = ExchangeOrder | ClearedOrder

const priceOf = ({ order }: Pick<Bet, "order">): Price => (order._tag === "MARKET_ON_CLOSE" ? 0 : order.price)

/** Bets of the chain that could be the order: sent, on its runner and side, with no order known to be theirs. */
const candidates = (bets: Bets, first: Bet, order: Order): ReadonlyArray<Bet> => {
  const found: Array<Bet> = []
  const seen = new Set<BetId>()
  const chain = [first]
  for (let bet = chain.pop(); bet !== undefined; bet = chain.pop()) {
    if (seen.has(bet.id)) continue
    seen.add(bet.id)
    const isFree = bet.betfairBetId === null && bet.status !== "rejected"
    if (isFree && bet.selectionId === order.selectionId && bet.side === order.side) found.push(bet)
    chain.push(...(bets.replacements.get(bet.id) ?? []))
  }
  return found
}

/** The bet that the order is, or undefined. */
export const find = (bets: Bets, order: Order): Bet | undefined => {
  const known = bets.byVenueId.get(order.betfairBetId)
  if (known !== undefined) return known
  const named = betIdOf(order)
  const first = named === null ? undefined : bets.byId.get(named)
  if (first === undefined) return undefined
  const [one, ...others] = candidates(bets, first, order)
  if (one === undefined || others.length === 0) return one
  // At most one replacement is under way at a time: several are left only where answers were lost.
  const atPrice = [one, ...others].filter((bet) => priceOf(bet) === priceOf(order))
  return (atPrice.length > 0 ? atPrice : [one, ...others]).toSorted((a, b) => (a.id < b.id ? 1 : -1))[0]
}
