/**
 * Compares our bets with the exchange's orders and says what has to be done about each difference. Pure: the same answer in
 * whatever order bets and orders come, nothing left to do after it is done, and never a word that ends a bet unless the
 * exchange has said so, or has said "no such order" often and late enough.
 */
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import * as ExchangeOrder from "./ExchangeOrder.ts"
import * as OrderIdentity from "./OrderIdentity.ts"

/** A bet that was sent and never reached the exchange. */
export const neverReached = "NEVER_REACHED_EXCHANGE"

/** When the exchange's silence about a bet that was not answered is an answer. */
export interface Patience {
  /** So long after the bet was last heard of, nothing that was sent can still arrive. */
  readonly afterMs: number
  /** And so many times in a row the exchange must have said that it has no such order. */
  readonly passes: number
}

export interface Comparison {
  /** When the first question was asked: what was sent later need not be in the answers. */
  readonly askedAt: number
  /** Open bets, and whatever else is known of their markets, as of when the last answer was there. */
  readonly bets: ReadonlyArray<Bet.Bet>
  /** The open ones among them that were there before the first question: only they can be missing. */
  readonly asked: ReadonlySet<BetId>
  readonly current: ReadonlyArray<ExchangeOrder.ExchangeOrder>
  readonly cleared: ReadonlyArray<ExchangeOrder.ClearedOrder>
  /** Bets that are being sent by this process: silence about them says nothing. */
  readonly inFlight: ReadonlySet<BetId>
  /** How often in a row each bet was looked for in vain before. */
  readonly absences: ReadonlyMap<BetId, number>
  /** Orders with this reference that are no bet of ours are adopted. */
  readonly strategyRef: string
  readonly patience: Patience
}

export type Action =
  /** What the exchange says of the bet. */
  | { readonly _tag: "Tell"; readonly bet: Bet.Bet; readonly event: Bet.BetEvent; readonly order: OrderFound | null }
  /** An order in our name without a bet. */
  | { readonly _tag: "Adopt"; readonly order: OrderFound }

export type OrderFound = ExchangeOrder.ExchangeOrder | ExchangeOrder.ClearedOrder

export interface Reconciliation {
  readonly actions: ReadonlyArray<Action>
  /** As `absences` for the next comparison. */
  readonly absences: ReadonlyMap<BetId, number>
  /** Markets on which something of ours is settled there and open here. */
  readonly settled: ReadonlySet<MarketId>
}

const isCleared = (order: OrderFound): order is ExchangeOrder.ClearedOrder => "voided" in order

const byVenueId = (a: OrderFound, b: OrderFound): number =>
  a.betfairBetId === b.betfairBetId ? 0 : a.betfairBetId < b.betfairBetId ? -1 : 1

/** What an order that was found says of its bet; null where it is not yet to be taken for the whole. */
const stateOf = (order: OrderFound, bet: Bet.Bet, isOld: boolean): Bet.OrderState | null => {
  if (!isCleared(order)) return order.state
  return isOld || ExchangeOrder.isWhole(order, bet) ? ExchangeOrder.endOf(order) : null
}

export const reconcile = (comparison: Comparison): Reconciliation => {
  const { absences, asked, askedAt, bets, inFlight, patience, strategyRef } = comparison
  const actions: Array<Action> = []
  const next = new Map<BetId, number>()
  const settled = new Set<MarketId>()
  const found = new Set<BetId>()
  let known = OrderIdentity.index(bets)

  const meet = (order: OrderFound): void => {
    const bet = OrderIdentity.find(known, order)
    // Its bet is still to be told, or will be given up: then there is no doubt left.
    if (bet === "undecided") return
    if (bet === undefined) {
      if (order.customerStrategyRef === strategyRef) actions.push({ _tag: "Adopt", order })
      return
    }
    // Once an order is known to be a bet's, no other order is.
    if (bet.betfairBetId === null) {
      known = OrderIdentity.index([...known.byId.values(), { ...bet, betfairBetId: order.betfairBetId }])
    }
    if (isCleared(order) && found.has(bet.id)) return
    const absent = (absences.get(bet.id) ?? 0) + 1
    const state = stateOf(order, bet, absent > patience.passes)
    if (state === null) {
      next.set(bet.id, absent)
      found.add(bet.id)
      return
    }
    found.add(bet.id)
    const event: Bet.BetEvent = { _tag: "Updated", at: order.at, state }
    if (Bet.transition(bet, event) !== bet) actions.push({ _tag: "Tell", bet, event, order })
    if (isCleared(order) && Bet.isOpen(bet) && order.settled !== null) settled.add(bet.marketId)
  }

  for (const order of comparison.current.toSorted(byVenueId)) meet(order)
  for (const order of comparison.cleared.toSorted(byVenueId)) meet(order)

  for (const bet of bets) {
    if (!Bet.isOpen(bet) || !asked.has(bet.id) || found.has(bet.id) || inFlight.has(bet.id)) continue
    const times = (absences.get(bet.id) ?? 0) + 1
    next.set(bet.id, times)
    // The exchange has said once that it has the order: its silence now says nothing.
    if (bet.betfairBetId !== null) continue
    const isSilent = askedAt >= bet.updatedAt + patience.afterMs && times >= patience.passes
    const event = isSilent ? ended(bet, askedAt) : unanswered(bet, askedAt)
    if (Bet.transition(bet, event) !== bet) actions.push({ _tag: "Tell", bet, event, order: null })
  }
  return { actions, absences: next, settled }
}

const unanswered = (bet: Bet.Bet, at: number): Bet.BetEvent => ({
  _tag: "OutcomeUnknown",
  at: Math.max(at, bet.updatedAt),
  cause: "its placing was not answered"
})

const ended = (bet: Bet.Bet, at: number): Bet.BetEvent =>
  bet.status === "pending" || bet.status === "unknown"
    ? { _tag: "Refused", at, code: neverReached }
    : // It was taken to be placed later, and was not.
      {
        _tag: "Updated",
        at,
        state: { ...bet, sizeRemaining: 0, sizeLapsed: bet.sizeLapsed + bet.sizeRemaining, complete: true }
      }
