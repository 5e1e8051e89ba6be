/** A bet as it is shown: the whole of its row, spelt out. */
import { Schema } from "effect"
import type { Bet } from "../../domain/Bet.ts"
import { BetStatus } from "../../domain/Bet.ts"
import { BetId, MarketId, SelectionId, StrategyId } from "../../domain/Identifiers.ts"
import { Mode } from "../../domain/Mode.ts"
import * as Order from "../../domain/Order.ts"
import { Side } from "../../domain/Side.ts"
import { Instant, instant, instantOrNull, Odds, odds, Pence } from "./Basic.ts"

export const BetAnswer = Schema.Struct({
  id: BetId,
  mode: Mode,
  status: BetStatus,
  strategyId: StrategyId,
  marketId: MarketId,
  selectionId: SelectionId,
  handicap: Schema.Finite,
  side: Side,
  orderType: Schema.Literals(["LIMIT", "LIMIT_ON_CLOSE", "MARKET_ON_CLOSE"]),
  price: Schema.NullOr(Odds),
  sizePence: Pence.annotate({ description: "backer's stake of a LIMIT order, liability of the others, in pence" }),
  liabilityPence: Pence.annotate({ description: "the most the order can lose, in pence" }),
  persistence: Schema.NullOr(Schema.Literals(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"])),
  fillOrKill: Schema.Boolean,
  matchedPence: Pence,
  averagePrice: Schema.NullOr(Odds),
  remainingPence: Pence,
  cancelledPence: Pence,
  lapsedPence: Pence,
  voidedPence: Pence,
  profitPence: Schema.NullOr(Pence).annotate({ description: "before commission; null: not settled" }),
  commissionPence: Schema.NullOr(Pence),
  netPence: Schema.NullOr(Pence),
  confidence: Schema.Finite,
  probability: Schema.NullOr(Schema.Finite),
  reason: Schema.String.annotate({ description: "the strategy's own" }),
  note: Schema.NullOr(Schema.String).annotate({ description: "the code of a refusal, or what is not known" }),
  replaces: Schema.NullOr(BetId),
  betfairBetId: Schema.NullOr(Schema.String),
  createdAt: Instant,
  placedAt: Schema.NullOr(Instant),
  matchedAt: Schema.NullOr(Instant),
  cancelledAt: Schema.NullOr(Instant),
  settledAt: Schema.NullOr(Instant),
  updatedAt: Instant
}).annotate({ identifier: "Bet" })
export type BetAnswer = typeof BetAnswer.Type

export const BetPageAnswer = Schema.Struct({
  bets: Schema.Array(BetAnswer),
  next: Schema.NullOr(BetId).annotate({ description: "`after` of the next page; null: this was the last" })
}).annotate({ identifier: "BetPage" })
export type BetPageAnswer = typeof BetPageAnswer.Type

export const of = (bet: Bet): BetAnswer => {
  const { order, settlement } = bet
  const matched = Order.totalOf(bet.fills)
  return {
    id: bet.id,
    mode: bet.mode,
    status: bet.status,
    strategyId: bet.strategyId,
    marketId: bet.marketId,
    selectionId: bet.selectionId,
    handicap: bet.handicap,
    side: bet.side,
    orderType: order._tag,
    price: order._tag === "MARKET_ON_CLOSE" ? null : odds(order.price),
    sizePence: order._tag === "LIMIT" ? order.size : order.liability,
    liabilityPence: Order.maximumLoss(bet.side, order),
    persistence: order._tag === "LIMIT" ? order.persistence : null,
    fillOrKill: order._tag === "LIMIT" && order.timeInForce === "FILL_OR_KILL",
    matchedPence: matched.size,
    averagePrice: matched.size === 0 ? null : odds(matched.averagePrice),
    remainingPence: bet.sizeRemaining,
    cancelledPence: bet.sizeCancelled,
    lapsedPence: bet.sizeLapsed,
    voidedPence: bet.sizeVoided,
    profitPence: settlement?.profit ?? null,
    commissionPence: settlement?.commission ?? null,
    netPence: settlement === null ? null : settlement.profit - settlement.commission,
    confidence: bet.confidence,
    probability: bet.probability,
    reason: bet.reason,
    note: bet.note,
    replaces: bet.replaces,
    betfairBetId: bet.betfairBetId,
    createdAt: instant(bet.createdAt),
    placedAt: instantOrNull(bet.placedAt),
    matchedAt: instantOrNull(bet.matchedAt),
    cancelledAt: instantOrNull(bet.cancelledAt),
    settledAt: instantOrNull(settlement?.at ?? null),
    updatedAt: instant(bet.updatedAt)
  }
}
