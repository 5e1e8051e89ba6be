/**
 * What became of a probe's orders on a market. Money is in pounds and odds are decimal here, for people and other programs.
 * The bet's row says what was wanted and what it earned; what was matched, cancelled, lapsed or voided, and the queue
 * that was left, are as the venue has them in its own books, refused orders included.
 */
import type { Bet } from "../domain/Bet.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { Persistence } from "../domain/Order.ts"
import type { Side } from "../domain/Side.ts"
import type { MatchingOrder } from "../execution/MatchingOrder.ts"
import type { ProfileName } from "./ProbeSettings.ts"

export interface ProbeRow {
  readonly recording: string
  readonly market: MarketId
  readonly probe: string
  readonly orders: number
  readonly matched_orders: number
  readonly size_matched: number
  readonly cancelled: number
  readonly lapsed: number
  readonly voided: number
  readonly profit: number
  readonly commission: number
}

/** Instants are epoch milliseconds. */
export interface ProbeOrder {
  readonly selection: number
  readonly handicap: number
  readonly side: Side
  readonly type: "LIMIT" | "FILL_OR_KILL" | "LIMIT_ON_CLOSE" | "MARKET_ON_CLOSE"
  /** Null for an order at any starting price. */
  readonly price: number | null
  /** Backer's stake; on the close what may be lost. */
  readonly size: number
  readonly persistence: Persistence | null
  readonly created: number
  /** Null for an order that never reached the market. */
  readonly placed: number | null
  readonly fills: ReadonlyArray<{ readonly at: number; readonly price: number; readonly size: number }>
  readonly matched: number
  readonly cancelled: number
  readonly lapsed: number
  readonly voided: number
  /** Money still ahead in the queue; null where that is not known. */
  readonly queue_left: number | null
  /** Before commission. */
  readonly profit: number
  /** The venue's code. */
  readonly refused: string | null
}

/** A bet and the venue's order for it. */
export interface ProbedBet {
  readonly bet: Bet
  readonly order: MatchingOrder
}

/** An order in the place of another comes about when the other is cancelled: if it never was, there is no such order. */
export const cameAbout = ({ bet, order }: ProbedBet): boolean => bet.replaces === null || order.placedAt !== null

export const rowOf = (
  row: Pick<ProbeRow, "recording" | "market" | "probe">,
  bets: ReadonlyArray<ProbedBet>
): ProbeRow => {
  let matchedOrders = 0
  let [matched, cancelled, lapsed, voided, profit, commission] = [0, 0, 0, 0, 0, 0]
  for (const { bet, order } of bets) {
    if (order.sizeMatched > 0) matchedOrders++
    matched += order.sizeMatched
    cancelled += order.sizeCancelled
    lapsed += order.sizeLapsed
    voided += order.sizeVoided
    profit += bet.settlement?.profit ?? 0
    commission += bet.settlement?.commission ?? 0
  }
  return {
    ...row,
    orders: bets.length,
    matched_orders: matchedOrders,
    size_matched: pounds(matched),
    cancelled: pounds(cancelled),
    lapsed: pounds(lapsed),
    voided: pounds(voided),
    profit: pounds(profit),
    commission: pounds(commission)
  }
}

export const orderOf = ({ bet, order }: ProbedBet, profile: ProfileName): ProbeOrder => {
  const wanted = bet.order
  return {
    selection: bet.selectionId,
    handicap: bet.handicap,
    side: bet.side,
    type: wanted._tag === "LIMIT" ? (wanted.timeInForce ?? "LIMIT") : wanted._tag,
    price: wanted._tag === "MARKET_ON_CLOSE" ? null : wanted.price / 100,
    size: pounds(wanted._tag === "LIMIT" ? wanted.size : wanted.liability),
    persistence: wanted._tag === "LIMIT" ? wanted.persistence : null,
    created: bet.createdAt,
    placed: order.placedAt,
    fills: order.fills.map(({ at, price, size }) => ({ at, price: decimal(price), size: pounds(size) })),
    matched: pounds(order.sizeMatched),
    cancelled: pounds(order.sizeCancelled),
    lapsed: pounds(order.sizeLapsed),
    voided: pounds(order.sizeVoided),
    queue_left: queueOf(order, profile),
    profit: pounds(bet.settlement?.profit ?? 0),
    refused: order.refusal
  }
}

/** The parts of an order that a withdrawal has shortened need not be whole pence. */
const pounds = (pence: number): number => Money.toDecimal(Money.round(pence))

/** Starting prices of the reference have more than two decimals. */
const decimal = (hundredths: number): number => Math.round(hundredths * 1e6) / 1e8

const queueOf = (order: MatchingOrder, profile: ProfileName): number | null => {
  const left = profile === "flumine" ? order.queuePounds : order.queue / 200
  return Number.isFinite(left) ? Math.round(left * 100) / 100 : null
}
