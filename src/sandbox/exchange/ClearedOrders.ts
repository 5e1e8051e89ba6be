/**
 * listClearedOrders: bets on settled markets, and the parts of bets that were cancelled, lapsed or voided, those in open
 * markets included. Commission is owed by markets, so only groups of whole markets tell it.
 */
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import { classic, toDecimal } from "../../domain/PriceLadder.ts"
import type { Account } from "./Account.ts"
import type { ClearedOrderSummary, ClearedOrderSummaryReport } from "./Answers.ts"
import { isoSecond, refsOf } from "./BetWire.ts"
import type { ClearedOrder } from "./ClearedOrder.ts"
import type { Floor } from "./Floor.ts"
import { clearedOf } from "./MarketClosing.ts"
import { answer, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"

const pageSize = 1000
const statuses = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"] as const
type Status = (typeof statuses)[number]
const groupings = ["EVENT_TYPE", "EVENT", "MARKET", "RUNNER", "SIDE", "BET", "STRATEGY"] as const
type Grouping = (typeof groupings)[number]

/** The size that the status is about; a bet without any has not that status. */
const sizeOf: Readonly<Record<Status, (order: ClearedOrder) => Pence>> = {
  SETTLED: (order) => (order.settledAt === notSettled ? 0 : order.sizeMatched),
  VOIDED: (order) => order.sizeVoided,
  LAPSED: (order) => order.sizeLapsed,
  CANCELLED: (order) => order.sizeCancelled
}

/** Of bets in markets that are open: what ended, ended when it was last heard of. */
const notSettled = 0

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

const dateOf = (order: ClearedOrder, status: Status): number => (status === "SETTLED" ? order.settledAt : order.endedAt)

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
    order.terms.accountId === accountId &&
    sizeOf[status](order) > 0 &&
    dateOf(order, status) >= range.from &&
    dateOf(order, status) <= range.to &&
    wanted(order)
  const found = [...floor.cleared.filter(isFound), ...open.filter(isFound)]
  // Newest first, as the site lists them; of one time the later bet.
  found.sort((a, b) => dateOf(b, status) - dateOf(a, status) || Number(b.terms.betId) - Number(a.terms.betId))
  const groups = grouping === "BET" ? found.map((order) => [order]) : [...Map.groupBy(found, keyOf[grouping]).values()]
  const page = groups.slice(from, to)
  const commissions = grouping === "BET" ? noCommissions : commissionsOf(account)
  const lines =
    grouping === "BET"
      ? page.map(([order]) => lineOf(order!, status))
      : page.map((group) => groupLineOf(group, grouping, commissions))
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
  commissions: ReadonlyMap<string, Pence>
): ClearedOrderSummary => {
  const [{ eventId, eventTypeId, marketId, settledAt, terms }] = group as [ClearedOrder]
  const profit = group.reduce((sum, order) => sum + order.profit, 0)
  const isOfRunner = grouping === "RUNNER" || grouping === "SIDE"
  const isWhole = grouping === "EVENT_TYPE" || grouping === "EVENT" || grouping === "MARKET"
  const isSide = grouping === "SIDE"
  const size = group.reduce((sum, order) => sum + order.sizeMatched, 0)
  const value = group.reduce((sum, order) => sum + order.sizeMatched * order.averagePrice, 0)
  const markets = [...new Set(group.map((order) => order.marketId))]
  const commission = markets.reduce((sum, id) => sum + (commissions.get(id) ?? 0), 0)
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

/** By market. */
const commissionsOf = ({ statement }: Account): ReadonlyMap<string, Pence> =>
  new Map(statement.flatMap(({ amount, kind, refId }) => (kind === "commission" ? [[refId, -amount]] : [])))

const noCommissions: ReadonlyMap<string, Pence> = new Map()
