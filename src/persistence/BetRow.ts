/** The row of a bet. Its order, fills and settlement are spread over columns, so that people can query them. */
import { Schema } from "effect"
import type { Bet } from "../domain/Bet.ts"
import { BetStatus } from "../domain/Bet.ts"
import { BetId, MarketId, SelectionId, StrategyId } from "../domain/Identifiers.ts"
import { Mode } from "../domain/Mode.ts"
import type { OrderSpec } from "../domain/Order.ts"
import * as Order from "../domain/Order.ts"
import { Side } from "../domain/Side.ts"
import * as Row from "./Row.ts"

const Text = Schema.NullOr(Schema.String)
const Amount = Schema.NullOr(Row.Hundredths)
const Instant = Schema.NullOr(Row.Timestamp)

const Fills = Schema.Array(Schema.Struct({ at: Schema.DateFromString, price: Row.Hundredths, size: Row.Hundredths }))

export const Bets = Row.table("bets", {
  id: BetId,
  mode: Mode,
  strategyId: StrategyId,
  raceId: MarketId,
  marketId: MarketId,
  selectionId: Row.BigInteger.pipe(Schema.decodeTo(SelectionId)),
  handicap: Row.Decimal,
  side: Side,
  slot: Schema.String,
  orderType: Schema.Literals(["LIMIT", "LIMIT_ON_CLOSE", "MARKET_ON_CLOSE"]),
  price: Amount,
  size: Row.Hundredths,
  persistence: Schema.NullOr(Schema.Literals(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"])),
  timeInForce: Schema.NullOr(Schema.Literal("FILL_OR_KILL")),
  minFillSize: Amount,
  confidence: Row.Decimal,
  probability: Schema.NullOr(Row.Decimal),
  reason: Schema.String,
  replaces: Schema.NullOr(BetId),
  betId: Text,
  fills: Fills,
  matchedPrice: Amount,
  matchedSize: Row.Hundredths,
  sizeRemaining: Row.Hundredths,
  sizeCancelled: Row.Hundredths,
  sizeLapsed: Row.Hundredths,
  sizeVoided: Row.Hundredths,
  complete: Schema.Boolean,
  status: BetStatus,
  note: Text,
  profit: Amount,
  commission: Amount,
  createdAt: Row.Timestamp,
  placedAt: Instant,
  matchedAt: Instant,
  cancelledAt: Instant,
  settledAt: Instant,
  updatedAt: Row.Timestamp
})
export type BetRow = typeof Bets.schema.Type

/** What an update may change; the intent is fixed when it is committed. */
export const changing: ReadonlyArray<string> = [
  "bet_id",
  "fills",
  "matched_price",
  "matched_size",
  "size_remaining",
  "size_cancelled",
  "size_lapsed",
  "size_voided",
  "complete",
  "status",
  "note",
  "profit",
  "commission",
  "placed_at",
  "matched_at",
  "cancelled_at",
  "settled_at",
  "updated_at"
]

type OrderColumns = Pick<BetRow, "orderType" | "price" | "size" | "persistence" | "timeInForce" | "minFillSize">

const limitOnly = { persistence: null, timeInForce: null, minFillSize: null }

const orderColumns = (order: OrderSpec): OrderColumns => {
  switch (order._tag) {
    case "LIMIT":
      return {
        orderType: "LIMIT",
        price: order.price,
        size: order.size,
        persistence: order.persistence,
        timeInForce: order.timeInForce ?? null,
        minFillSize: order.minFillSize ?? null
      }
    case "LIMIT_ON_CLOSE":
      return { ...limitOnly, orderType: "LIMIT_ON_CLOSE", price: order.price, size: order.liability }
    case "MARKET_ON_CLOSE":
      return { ...limitOnly, orderType: "MARKET_ON_CLOSE", price: null, size: order.liability }
  }
}

/** The table's checks see to it that a price is there where the type of the order has one. */
const orderOf = ({ minFillSize, orderType, persistence, price, size, timeInForce }: BetRow): OrderSpec => {
  switch (orderType) {
    case "LIMIT":
      return {
        _tag: "LIMIT",
        price: price ?? 0,
        size,
        persistence: persistence ?? "LAPSE",
        ...(timeInForce === null ? {} : { timeInForce }),
        ...(minFillSize === null ? {} : { minFillSize })
      }
    case "LIMIT_ON_CLOSE":
      return { _tag: "LIMIT_ON_CLOSE", price: price ?? 0, liability: size }
    case "MARKET_ON_CLOSE":
      return { _tag: "MARKET_ON_CLOSE", liability: size }
  }
}

export const toRow = ({ betfairBetId, fills, order, settlement, ...bet }: Bet): BetRow => {
  const matched = Order.totalOf(fills)
  return {
    ...bet,
    ...orderColumns(order),
    raceId: bet.marketId,
    betId: betfairBetId,
    fills: fills.map(({ at, price, size }) => ({ at: new Date(at), price, size })),
    matchedPrice: matched.size === 0 ? null : matched.averagePrice,
    matchedSize: matched.size,
    profit: settlement?.profit ?? null,
    commission: settlement?.commission ?? null,
    settledAt: settlement?.at ?? null
  }
}

export const fromRow = (row: BetRow): Bet => ({
  id: row.id,
  mode: row.mode,
  strategyId: row.strategyId,
  marketId: row.marketId,
  selectionId: row.selectionId,
  handicap: row.handicap,
  side: row.side,
  slot: row.slot,
  order: orderOf(row),
  confidence: row.confidence,
  probability: row.probability,
  reason: row.reason,
  replaces: row.replaces,
  createdAt: row.createdAt,
  betfairBetId: row.betId,
  placedAt: row.placedAt,
  fills: row.fills.map(({ at, price, size }) => ({ at: at.getTime(), price, size })),
  sizeRemaining: row.sizeRemaining,
  sizeCancelled: row.sizeCancelled,
  sizeLapsed: row.sizeLapsed,
  sizeVoided: row.sizeVoided,
  complete: row.complete,
  status: row.status,
  matchedAt: row.matchedAt,
  cancelledAt: row.cancelledAt,
  note: row.note,
  settlement:
    row.settledAt === null || row.profit === null || row.commission === null
      ? null
      : { at: row.settledAt, profit: row.profit, commission: row.commission },
  updatedAt: row.updatedAt
})
