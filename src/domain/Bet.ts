/**
 * A bet from intent to settlement. States only move forward; an update that is late or comes twice changes nothing.
 *
 * pending → placed → partially_matched → matched → settled, or an end without (further) money at stake: rejected,
 * cancelled, lapsed, voided. `unknown` is a bet whose placing was never answered: it may be live, and counts as such.
 */
import { Schema } from "effect"
import type { BetId, MarketId, SelectionId, StrategyId } from "./Identifiers.ts"
import type { Mode } from "./Mode.ts"
import type { Pence } from "./Money.ts"
import * as Order from "./Order.ts"
import type { Fill, OrderSpec } from "./Order.ts"
import type { Side } from "./Side.ts"

export const BetStatus = Schema.Literals([
  "pending",
  "unknown",
  "placed",
  "partially_matched",
  "matched",
  "settled",
  "rejected",
  "cancelled",
  "lapsed",
  "voided"
])
export type BetStatus = typeof BetStatus.Type

/** What was wanted and why: fixed when the intent is committed. */
export interface BetIntent {
  readonly id: BetId
  readonly mode: Mode
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  readonly handicap: number
  readonly side: Side
  readonly slot: string
  readonly order: OrderSpec
  readonly confidence: number
  readonly probability: number | null
  readonly reason: string
  /** The bet whose unmatched part this one replaces. */
  readonly replaces: BetId | null
  readonly createdAt: number
}

/** How far the order has come, as its venue (the exchange or the simulator) last told it. All amounts are totals. */
export interface OrderState {
  /** The exchange's own id of the bet; the simulator gives one too. */
  readonly betfairBetId: string | null
  readonly placedAt: number | null
  readonly fills: ReadonlyArray<Fill>
  readonly sizeRemaining: Pence
  readonly sizeCancelled: Pence
  readonly sizeLapsed: Pence
  readonly sizeVoided: Pence
  /** True when nothing more can be matched. */
  readonly complete: boolean
}

export interface Settlement {
  readonly at: number
  /** Before commission, which is charged on a market, not on a bet. */
  readonly profit: Pence
  /** This bet's part of its market's commission. */
  readonly commission: Pence
}

export interface Bet extends BetIntent, OrderState {
  readonly status: BetStatus
  readonly matchedAt: number | null
  readonly cancelledAt: number | null
  /** The code of a refusal, or what is not known. */
  readonly note: string | null
  readonly settlement: Settlement | null
  readonly updatedAt: number
}

/** What the venue or the settler says of a bet. */
export type BetEvent =
  | { readonly _tag: "Updated"; readonly at: number; readonly state: OrderState }
  | { readonly _tag: "Refused"; readonly at: number; readonly code: string }
  | { readonly _tag: "OutcomeUnknown"; readonly at: number; readonly cause: string }
  | {
      readonly _tag: "Settled"
      readonly at: number
      readonly profit: Pence
      readonly commission: Pence
      readonly fills?: ReadonlyArray<Fill>
    }

/** A bet's intent as a row that has not been sent yet. Field by field, so that all bets have one shape in memory. */
export const fromIntent = (intent: BetIntent): Bet => ({
  id: intent.id,
  mode: intent.mode,
  strategyId: intent.strategyId,
  marketId: intent.marketId,
  selectionId: intent.selectionId,
  handicap: intent.handicap,
  side: intent.side,
  slot: intent.slot,
  order: intent.order,
  confidence: intent.confidence,
  probability: intent.probability,
  reason: intent.reason,
  replaces: intent.replaces,
  createdAt: intent.createdAt,
  betfairBetId: null,
  placedAt: null,
  fills: [],
  sizeRemaining: intent.order._tag === "LIMIT" ? intent.order.size : intent.order.liability,
  sizeCancelled: 0,
  sizeLapsed: 0,
  sizeVoided: 0,
  complete: false,
  status: "pending",
  matchedAt: null,
  cancelledAt: null,
  note: null,
  settlement: null,
  updatedAt: intent.createdAt
})

export const sizeMatched = (bet: { readonly fills: ReadonlyArray<Fill> }): Pence => Order.sizeOf(bet.fills)

const finished: ReadonlySet<BetStatus> = new Set(["settled", "rejected", "cancelled", "lapsed", "voided"])

/** True while the bet may still win or lose money, or may still be matched. */
export const isOpen = (bet: Pick<Bet, "status">): boolean => !finished.has(bet.status)

/** True while some of it may still be matched (as far as is known). */
export const isExecutable = (bet: Pick<Bet, "status" | "complete">): boolean => isOpen(bet) && !bet.complete

const statusOf = (state: OrderState): BetStatus => {
  const matched = sizeMatched(state)
  if (!state.complete) return matched > 0 ? "partially_matched" : "placed"
  if (matched > 0) return "matched"
  if (state.sizeVoided > 0) return "voided"
  if (state.sizeLapsed > 0) return "lapsed"
  return "cancelled"
}

/** Total of what has left the "remaining" amount: the measure by which one report is later than another. */
const progress = (state: OrderState): number =>
  sizeMatched(state) + state.sizeCancelled + state.sizeLapsed + state.sizeVoided

/**
 * A withdrawn runner lowers the price of what is matched, or voids it, without any further progress; and what was taken for
 * one way of ending may turn out to have been another.
 */
const isRevised = (bet: Bet, state: OrderState, at: number): boolean =>
  at >= bet.updatedAt &&
  (state.sizeVoided !== bet.sizeVoided ||
    state.sizeCancelled !== bet.sizeCancelled ||
    state.sizeLapsed !== bet.sizeLapsed ||
    Order.totalOf(state.fills).averagePrice !== Order.totalOf(bet.fills).averagePrice)

const isNewer = (bet: Bet, state: OrderState, at: number): boolean => {
  if (bet.complete !== state.complete) return state.complete
  const before = progress(bet)
  const after = progress(state)
  if (after !== before) return after > before
  const isUnanswered = bet.status === "pending" || bet.status === "unknown"
  return isUnanswered || (bet.betfairBetId === null && state.betfairBetId !== null) || isRevised(bet, state, at)
}

/**
 * The bet after an event; the very same object when the event is old news, so that `next === bet` tells that nothing has
 * to be written. A settled bet can be settled anew, because the exchange may correct a result.
 */
export const transition = (bet: Bet, event: BetEvent): Bet => {
  switch (event._tag) {
    case "Updated": {
      if (bet.status === "rejected" || bet.status === "settled" || !isNewer(bet, event.state, event.at)) return bet
      const state = event.state
      const status = statusOf(state)
      return {
        ...bet,
        placedAt: bet.placedAt ?? state.placedAt,
        betfairBetId: state.betfairBetId ?? bet.betfairBetId,
        fills: state.fills,
        sizeRemaining: state.sizeRemaining,
        sizeCancelled: state.sizeCancelled,
        sizeLapsed: state.sizeLapsed,
        sizeVoided: state.sizeVoided,
        complete: state.complete,
        status,
        note: null,
        matchedAt: state.fills.at(-1)?.at ?? bet.matchedAt,
        cancelledAt:
          bet.cancelledAt ?? (state.sizeCancelled + state.sizeLapsed + state.sizeVoided > 0 ? event.at : null),
        updatedAt: event.at
      }
    }
    case "Refused":
      return bet.status === "pending" || bet.status === "unknown"
        ? { ...bet, status: "rejected", sizeRemaining: 0, complete: true, note: event.code, updatedAt: event.at }
        : bet
    case "OutcomeUnknown":
      return bet.status === "pending" ? { ...bet, status: "unknown", note: event.cause, updatedAt: event.at } : bet
    case "Settled": {
      const { profit, commission } = event
      if (!isOpen(bet) && bet.status !== "settled") return bet
      if (bet.settlement?.profit === profit && bet.settlement.commission === commission) return bet
      return {
        ...bet,
        status: "settled",
        fills: event.fills ?? bet.fills,
        sizeRemaining: 0,
        complete: true,
        settlement: { at: event.at, profit, commission },
        updatedAt: event.at
      }
    }
  }
}
