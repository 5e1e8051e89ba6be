/**
 * listClearedOrders: bets on settled markets, and the parts of bets that were cancelled, lapsed or voided, those in open
 * markets included. Commission is owed by markets, so only groups of whole markets tell it.
 */
import * as Money from "../../domain/Money.ts"
import { classic, toDecimal } from "../../domain/PriceLadder.ts"
import type { Account } from "./Account.ts"
import type { ClearedOrderSummary, ClearedOrderSummaryReport } from "./Answers.ts"
import { isoSecond, refsOf } from "./BetWire.ts"
import type { ClearedOrder } from "./ClearedOrder.ts"
import type { Floor } from "./Floor.ts"
import { clearedOf } from "./MarketClosing.ts"
import { answer, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"
import { dateOf, newestFirst, notSettled, sizeOf, type Status, statuses } from "./SettledOrders.ts"

const pageSize = 1000
const groupings = ["EVENT_TYPE", "EVENT", "MARKET", "RUNNER", "SIDE", "BET", "STRATEGY"] as const
type Grouping = (typeof groupings)[number]

/** Bets of open markets of which a part has ended. */
const ofOpenMarkets = (floor: Floor, accountId: number): ReadonlyArray<ClearedOrder> =>
  [...floor.betMarkets].flatMap((bets) => {
    const { eventId, eventTypeId } = bets.market.definition()
    const ids = { marketId: bets.market.marketId, eventId: eventId!, eventTypeId: eventTypeId! }
    return bets
      .of(accountId)
      .filter((bet) => bet.cancelled + bet.lapsed + bet.voided > 0)
      .map((bet) => clearedOf(bet, ids, notSettled, 0, false))
  })

export const listClearedOrders = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ClearedOrderSummaryReport> => {
  const request = new Request(params)
  const { accountId } = account.options
  const status = request.choice("betStatus", statuses, null)
  const grouping = status === "SETTLED" ? request.choice("groupBy", groupings, "BET") : "BET"
  const range = request.range("settledDateRange")
  const wanted = wantedOf(request)
  const { from, to } = request.page(pageSize)
  const open = status === "SETTLED" ? [] : ofOpenMarkets(floor, accountId)
  const isFound = (order: ClearedOrder) =>
    dateOf(order, status) >= range.from && dateOf(order, status) <= range.to && wanted(order)
  const settled = floor.settled.newest(
    accountId,
    status,
    {
      betIds: request.texts("betIds"),
      orderRefs: request.texts("customerOrderRefs"),
      marketIds: request.texts("marketIds"),
      ...range
    },
    isFound,
    grouping === "BET" ? to + 1 : Number.POSITIVE_INFINITY
  )
  const found = [...settled, ...open.filter((order) => sizeOf[status](order) > 0 && isFound(order))]
  found.sort(newestFirst(status))
  const groups = grouping === "BET" ? found.map((order) => [order]) : [...Map.groupBy(found, keyOf[grouping]).values()]
  const page = groups.slice(from, to)
  const lines =
    grouping === "BET"
      ? page.map(([order]) => lineOf(order!, status))
      : page.map((group) => groupLineOf(group, grouping, account))
  return answer({ clearedOrders: lines, moreAvailable: groups.length > to })
}

const wantedOf = (request: Request): ((order: ClearedOrder) => boolean) => {
  const filters: ReadonlyArray<readonly [ReadonlyArray<string> | null, (order: ClearedOrder) => string]> = [
    [request.texts("eventTypeIds"), ({ eventTypeId }) => eventTypeId],
    [request.texts("eventIds"), ({ eventId }) => eventId],
    [request.texts("marketIds"), ({ marketId }) => marketId],
    [request.texts("betIds"), ({ terms }) => terms.betId],
    [request.texts("customerOrderRefs"), ({ terms }) => terms.customerOrderRef],
    [request.texts("customerStrategyRefs"), ({ terms }) => terms.customerStrategyRef]
  ]
  const sets = filters.flatMap(([values, of]) => (values === null ? [] : [{ values: new Set(values), of }]))
  const runners = request.list("runnerIds")?.map((id) => `${id.text("marketId")}/${id.wholeNumber("selectionId")}`)
  const side = request.has("side") ? request.choice("side", ["BACK", "LAY"], null) : null
  return (order) =>
    sets.every(({ of, values }) => values.has(of(order))) &&
    (side === null || order.terms.side === side) &&
    (runners === undefined || runners.includes(`${order.marketId}/${order.terms.selectionId}`))
}

const runnerKey = ({ marketId, terms }: ClearedOrder) => `${marketId}/${terms.selectionId}`

const keyOf: Readonly<Record<Exclude<Grouping, "BET">, (order: ClearedOrder) => string>> = {
  EVENT_TYPE: ({ eventTypeId }) => eventTypeId,
  EVENT: ({ eventId }) => eventId,
  MARKET: ({ marketId }) => marketId,
  RUNNER: runnerKey,
  SIDE: (order) => `${runnerKey(order)}/${order.terms.side}`,
  STRATEGY: ({ terms }) => terms.customerStrategyRef
}

const lineOf = (order: ClearedOrder, status: Status): ClearedOrderSummary => {
  const { terms } = order
  const size = Money.toDecimal(sizeOf[status](order))
  return {
    eventTypeId: order.eventTypeId,
    eventId: order.eventId,
    marketId: order.marketId,
    selectionId: terms.selectionId,
    handicap: 0,
    betId: terms.betId,
    placedDate: isoSecond(order.placedAt),
    persistenceType: terms.persistenceType,
    orderType: terms.orderType,
    side: terms.side,
    ...(status === "SETTLED" && order.outcome !== null ? { betOutcome: order.outcome } : {}),
    priceRequested: terms.tick < 0 ? 0 : toDecimal(classic[terms.tick]!),
    settledDate: isoSecond(dateOf(order, status)),
    ...(order.matchedAt === null ? {} : { lastMatchedDate: isoSecond(order.matchedAt) }),
    betCount: 1,
    priceMatched: order.averagePrice,
    priceReduced: order.priceReduced,
    ...(status === "SETTLED" || status === "VOIDED" ? { sizeSettled: size } : { sizeCancelled: size }),
    profit: status === "SETTLED" ? Money.toDecimal(order.profit) : 0,
    ...refsOf(order)
  }
}

const groupLineOf = (
  group: ReadonlyArray<ClearedOrder>,
  grouping: Exclude<Grouping, "BET">,
  account: Account
): ClearedOrderSummary => {
  const [{ eventId, eventTypeId, marketId, settledAt, terms }] = group as [ClearedOrder]
  const profit = group.reduce((sum, order) => sum + order.profit, 0)
  const isOfRunner = grouping === "RUNNER" || grouping === "SIDE"
  const isWhole = grouping === "EVENT_TYPE" || grouping === "EVENT" || grouping === "MARKET"
  const isSide = grouping === "SIDE"
  const size = group.reduce((sum, order) => sum + order.sizeMatched, 0)
  const value = group.reduce((sum, order) => sum + order.sizeMatched * order.averagePrice, 0)
  const markets = [...new Set(group.map((order) => order.marketId))]
  const commission = markets.reduce((sum, id) => sum + account.commissionOn(id), 0)
  return {
    ...(grouping === "STRATEGY" ? { customerStrategyRef: terms.customerStrategyRef } : { eventTypeId }),
    ...(grouping === "EVENT" || grouping === "MARKET" || isOfRunner ? { eventId } : {}),
    ...(grouping === "MARKET" || isOfRunner ? { marketId } : {}),
    ...(isOfRunner ? { selectionId: terms.selectionId, handicap: 0 } : {}),
    ...(isSide
      ? { side: terms.side, priceMatched: Math.round((100 * value) / size) / 100, sizeSettled: Money.toDecimal(size) }
      : {}),
    settledDate: isoSecond(settledAt),
    betCount: group.length,
    ...(isWhole ? { commission: Money.toDecimal(commission) } : {}),
    profit: Money.toDecimal(profit)
  }
}
