/**
 * Which of our bets an order of the exchange is. Its own id tells, once we know it; before that the reference it was placed
 * with. Gotcha: an order that replaces another keeps that one's reference, so the reference of a bet whose order is known
 * means a replacement of it. Pure.
 */
import { type Bet, isOpen } from "../domain/Bet.ts"
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

/** An order keeps the price that it was sent with: one at another price is another bet's. What has no price fits any. */
export const isAtPrice = (bet: Pick<Bet, "order">, order: Pick<Order, "order">): boolean =>
  priceOf(order) === 0 || priceOf(bet) === priceOf(order)

/** Bets of the chain that may be the order as far as runner and side go: sent, with no order known to be theirs. */
const unexplained = (bets: Bets, first: Bet, order: Order): ReadonlyArray<Bet> => {
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

/**
 * The bet that the order is; "undecided" while the chain it names has open bets without an order, but none of them at its
 * price: those are told or given up in time. Undefined when it can be no bet of ours.
 */
export const find = (bets: Bets, order: Order): Bet | "undecided" | undefined => {
  const known = bets.byVenueId.get(order.betfairBetId)
  if (known !== undefined) return known
  const named = betIdOf(order)
  const first = named === null ? undefined : bets.byId.get(named)
  if (first === undefined) return undefined
  const possible = unexplained(bets, first, order)
  const [one] = possible.filter((bet) => isAtPrice(bet, order)).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  // Several at one price are left only where answers were lost; the last of them was sent knowing of the others.
  return one ?? (possible.some(isOpen) ? "undecided" : undefined)
}

/** The id of the bet that the order is, as far as that is decided. */
export const idOf = (bets: Bets, order: Order): BetId | null => {
  const bet = find(bets, order)
  return bet === undefined || bet === "undecided" ? null : bet.id
}
