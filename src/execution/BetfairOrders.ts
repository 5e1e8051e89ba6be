/**
 * Between the exchange's words and ours: instructions from orders, orders from summaries and stream changes. Pure. Money and
 * prices are decimals there and hundredths here.
 */
import type * as Betfair from "../betfair/api/Orders.ts"
import type { ClearedOrderSummary, CurrentOrderSummary } from "../betfair/api/OrderSummaries.ts"
import type { PlacedOrder } from "../betfair/stream/OrderChange.ts"
import type { Bet, BetIntent, OrderState } from "../domain/Bet.ts"
import { customerOrderRef, MarketId, SelectionId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import type { Fill, OrderSpec, Persistence } from "../domain/Order.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { ClearedOrder, ExchangeOrder } from "./ExchangeOrder.ts"

const pence = (amount: number | null | undefined): Pence => Money.fromDecimal(finite(amount))

const finite = (value: number | null | undefined): number =>
  value === null || value === undefined || !Number.isFinite(value) ? 0 : value

/** An average is kept to a millionth: it is not on the ladder. */
const averageOf = (decimal: number | null | undefined): number => Math.round(finite(decimal) * 1e6) / 1e4

const instant = (text: string | null | undefined): number | null => {
  const at = text === null || text === undefined ? NaN : Date.parse(text)
  return Number.isFinite(at) ? at : null
}

const fillsOf = (size: Pence, price: number, at: number): ReadonlyArray<Fill> =>
  size > 0 ? [{ at, price: price > 0 ? price : 100, size }] : []

const orNull = (ref: string | null | undefined): string | null => (ref === undefined || ref === "" ? null : ref)

/** What is sent to place a bet. */
export const toInstruction = ({ handicap, id, order, selectionId, side }: BetIntent): Betfair.PlaceInstruction => {
  const who = { selectionId, handicap, side, customerOrderRef: customerOrderRef(id) }
  switch (order._tag) {
    case "LIMIT":
      return { ...who, orderType: "LIMIT", limitOrder: limitOrder(order) }
    case "LIMIT_ON_CLOSE": {
      const { liability, price } = order
      return {
        ...who,
        orderType: "LIMIT_ON_CLOSE",
        limitOnCloseOrder: { liability: Money.toDecimal(liability), price: PriceLadder.toDecimal(price) }
      }
    }
    case "MARKET_ON_CLOSE":
      return {
        ...who,
        orderType: "MARKET_ON_CLOSE",
        marketOnCloseOrder: { liability: Money.toDecimal(order.liability) }
      }
  }
}

const limitOrder = ({
  minFillSize,
  persistence,
  price,
  size,
  timeInForce
}: Extract<OrderSpec, { _tag: "LIMIT" }>): Betfair.LimitOrder => {
  const terms = { size: Money.toDecimal(size), price: PriceLadder.toDecimal(price) }
  return timeInForce === undefined
    ? { ...terms, persistenceType: persistence }
    : { ...terms, timeInForce, ...(minFillSize === undefined ? {} : { minFillSize: Money.toDecimal(minFillSize) }) }
}

interface Terms {
  readonly type: string | null | undefined
  readonly price: number
  readonly size: Pence
  readonly liability: Pence
  readonly persistence: string | null | undefined
}

const persistences: ReadonlyMap<string, Persistence> = new Map([
  ["L", "LAPSE"],
  ["P", "PERSIST"],
  ["MOC", "MARKET_ON_CLOSE"],
  ["LAPSE", "LAPSE"],
  ["PERSIST", "PERSIST"],
  ["MARKET_ON_CLOSE", "MARKET_ON_CLOSE"]
])

const orderOf = ({ liability, persistence, price, size, type }: Terms): OrderSpec => {
  switch (type) {
    case "MOC":
    case "MARKET_ON_CLOSE":
      return { _tag: "MARKET_ON_CLOSE", liability: liability > 0 ? liability : size }
    case "LOC":
    case "LIMIT_ON_CLOSE":
      return { _tag: "LIMIT_ON_CLOSE", price, liability: liability > 0 ? liability : size }
    default:
      return { _tag: "LIMIT", price, size, persistence: persistences.get(persistence ?? "") ?? "LAPSE" }
  }
}

/** Until it is matched, an order for the starting price has its whole liability waiting. */
const remainingOf = (order: OrderSpec, isComplete: boolean, sizeRemaining: Pence): Pence =>
  isComplete ? 0 : order._tag === "LIMIT" ? sizeRemaining : order.liability

/** @param at when it was asked for */
export const fromSummary = (summary: CurrentOrderSummary, at: number): ExchangeOrder => {
  const { betId, priceSize, status } = summary
  const order = orderOf({
    type: summary.orderType,
    price: pence(priceSize.price),
    size: pence(priceSize.size),
    liability: pence(summary.bspLiability),
    persistence: summary.persistenceType
  })
  const placedAt = instant(summary.placedDate)
  const complete = status === "EXECUTION_COMPLETE" || status === "EXPIRED"
  const matchedAt = instant(summary.matchedDate) ?? placedAt ?? at
  const fills = fillsOf(pence(summary.sizeMatched), averageOf(summary.averagePriceMatched), matchedAt)
  const told = {
    matched: fills[0]?.size ?? 0,
    cancelled: pence(summary.sizeCancelled),
    lapsed: pence(summary.sizeLapsed),
    voided: pence(summary.sizeVoided)
  }
  const gone = told.matched + told.cancelled + told.lapsed + told.voided
  // Where the exchange does not tell what remains, all that has not gone does.
  const waiting =
    summary.sizeRemaining === undefined
      ? Math.max(0, (order._tag === "LIMIT" ? order.size : 0) - gone)
      : pence(summary.sizeRemaining)
  return {
    betfairBetId: betId,
    customerOrderRef: orNull(summary.customerOrderRef),
    customerStrategyRef: orNull(summary.customerStrategyRef),
    marketId: summary.marketId as MarketId,
    selectionId: summary.selectionId as SelectionId,
    handicap: finite(summary.handicap),
    side: summary.side === "LAY" ? "LAY" : "BACK",
    order,
    placedAt,
    state: {
      betfairBetId: betId,
      placedAt,
      fills,
      sizeRemaining: remainingOf(order, complete, waiting),
      sizeCancelled: told.cancelled,
      sizeLapsed: told.lapsed,
      sizeVoided: told.voided,
      complete
    },
    at
  }
}

/** @param at the message's publish time */
export const fromStream = (
  { handicap, marketId, order: told, selectionId }: PlacedOrder,
  at: number
): ExchangeOrder => {
  const order = orderOf({
    type: told.ot,
    price: pence(told.p),
    size: pence(told.s),
    liability: pence(told.bsp),
    persistence: told.pt
  })
  const placedAt = told.pd ?? null
  const complete = told.status === "EC"
  return {
    betfairBetId: told.id,
    customerOrderRef: orNull(told.rfo),
    customerStrategyRef: orNull(told.rfs),
    marketId: marketId as MarketId,
    selectionId: selectionId as SelectionId,
    handicap,
    side: told.side === "L" ? "LAY" : "BACK",
    order,
    placedAt,
    state: {
      betfairBetId: told.id,
      placedAt,
      fills: fillsOf(pence(told.sm), averageOf(told.avp), told.md ?? placedAt ?? at),
      sizeRemaining: remainingOf(order, complete, pence(told.sr)),
      sizeCancelled: pence(told.sc),
      sizeLapsed: pence(told.sl),
      sizeVoided: pence(told.sv),
      complete
    },
    at
  }
}

export type ClearedList = "SETTLED" | "VOIDED" | "LAPSED" | "CANCELLED"

/** Lines of the four lists, a bet at a time. Lines that name no bet are left out: they are sums. */
export const fromCleared = (
  lines: ReadonlyArray<readonly [ClearedList, ClearedOrderSummary]>,
  at: number
): ReadonlyArray<ClearedOrder> => {
  const orders = new Map<string, ClearedOrder>()
  for (const [list, line] of lines) {
    const { betId, marketId, selectionId } = line
    if (betId === undefined || marketId === undefined || selectionId === undefined) continue
    const before = orders.get(betId) ?? emptyCleared(betId, line, at)
    orders.set(betId, addLine(before, list, line, at))
  }
  return [...orders.values()]
}

const emptyCleared = (betfairBetId: string, line: ClearedOrderSummary, at: number): ClearedOrder => ({
  betfairBetId,
  customerOrderRef: orNull(line.customerOrderRef),
  customerStrategyRef: orNull(line.customerStrategyRef),
  marketId: line.marketId as MarketId,
  selectionId: line.selectionId as SelectionId,
  handicap: finite(line.handicap),
  side: line.side === "LAY" ? "LAY" : "BACK",
  order: orderOf({
    type: line.orderType,
    price: pence(line.priceRequested),
    size: pence(line.sizeSettled) + pence(line.sizeCancelled),
    liability: 0,
    persistence: line.persistenceType
  }),
  placedAt: instant(line.placedDate),
  settled: null,
  voided: 0,
  lapsed: 0,
  cancelled: 0,
  at
})

const addLine = (order: ClearedOrder, list: ClearedList, line: ClearedOrderSummary, at: number): ClearedOrder => {
  switch (list) {
    case "SETTLED": {
      // A bet whose fragments come as several lines adds up.
      const before = order.settled ?? { at: 0, size: 0, price: 0, profit: 0 }
      const added = pence(line.sizeSettled)
      const size = before.size + added
      const price = size === 0 ? 0 : (before.price * before.size + averageOf(line.priceMatched) * added) / size
      const settledAt = Math.max(before.at, instant(line.settledDate) ?? at)
      return { ...order, settled: { at: settledAt, size, price, profit: before.profit + pence(line.profit) } }
    }
    case "VOIDED":
      return { ...order, voided: order.voided + pence(line.sizeSettled ?? line.sizeCancelled) }
    case "LAPSED":
      return { ...order, lapsed: order.lapsed + pence(line.sizeCancelled) }
    case "CANCELLED":
      return { ...order, cancelled: order.cancelled + pence(line.sizeCancelled) }
  }
}

/** What the answer to a placement says of the bet. */
export const placedState = (
  bet: Pick<Bet, "order" | "createdAt">,
  report: Betfair.PlaceInstructionReport,
  at: number
): OrderState => {
  const { order } = bet
  const placedAt = instant(report.placedDate) ?? at
  const fills = fillsOf(pence(report.sizeMatched), averageOf(report.averagePriceMatched), placedAt)
  const matched = fills[0]?.size ?? 0
  const waiting = order._tag === "LIMIT" ? Math.max(0, order.size - matched) : order.liability
  const hasEnded = report.orderStatus === "EXECUTION_COMPLETE" || report.orderStatus === "EXPIRED"
  const isMatched = order._tag === "LIMIT" && waiting === 0
  const gone = hasEnded && order._tag === "LIMIT" ? waiting : 0
  const isKilled = order._tag === "LIMIT" && order.timeInForce === "FILL_OR_KILL"
  return {
    betfairBetId: report.betId ?? null,
    placedAt,
    fills,
    sizeRemaining: hasEnded ? 0 : waiting,
    // The rest of a FILL_OR_KILL order is cancelled; that of an order for another version of the market lapses.
    sizeCancelled: isKilled ? gone : 0,
    sizeLapsed: isKilled ? 0 : gone,
    sizeVoided: 0,
    complete: hasEnded || isMatched
  }
}
