/** listCurrentOrders: the account's bets in markets that are not settled, unmatched or matched, a page at a time. */
import type { Account } from "./Account.ts"
import type { CurrentOrderSummaryReport } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import { toCurrentOrder } from "./BetWire.ts"
import type { Floor } from "./Floor.ts"
import { isListed, orderStatuses } from "./OwnOrders.ts"
import { answer, FaultRaised, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"

const pageSize = 1000
const mostIds = 250

const orders = ["BY_BET", "BY_MARKET", "BY_MATCH_TIME", "BY_PLACE_TIME", "BY_SETTLED_TIME", "BY_VOID_TIME"] as const
type Order = (typeof orders)[number]

/** The time that the order is by and that a date range is about. */
const timeOf = (bet: Bet, order: Order): number =>
  order === "BY_MATCH_TIME" || order === "BY_SETTLED_TIME" ? (bet.matchedAt ?? 0) : bet.placedAt

const compare = (order: Order) => (a: Bet, b: Bet) =>
  (order === "BY_MARKET" && a.marketId !== b.marketId ? (a.marketId < b.marketId ? -1 : 1) : 0) ||
  (order === "BY_BET" ? 0 : timeOf(a, order) - timeOf(b, order)) ||
  Number(a.terms.betId) - Number(b.terms.betId)

const limited = (request: Request, key: string): ReadonlyArray<string> | null => {
  const ids = request.texts(key)
  if (ids !== null && ids.length > mostIds) throw new FaultRaised("TOO_MUCH_DATA", `more than ${mostIds} ${key}`)
  return ids
}

export const listCurrentOrders = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<CurrentOrderSummaryReport> => {
  const request = new Request(params)
  const projection = request.choice("orderProjection", orderStatuses, "ALL")
  const betIds = limited(request, "betIds")
  const marketIds = limited(request, "marketIds")
  const orderRefs = limited(request, "customerOrderRefs")
  const strategyRefs = limited(request, "customerStrategyRefs")
  const order = request.choice("orderBy", orders, "BY_BET")
  const range = request.range("dateRange")
  const { from, to } = request.page(pageSize)
  const found = floor
    .betsOf(account.options.accountId)
    .filter(
      (bet) =>
        isListed(bet, projection) &&
        (betIds === null || betIds.includes(bet.terms.betId)) &&
        (marketIds === null || marketIds.includes(bet.marketId)) &&
        (orderRefs === null || orderRefs.includes(bet.terms.customerOrderRef)) &&
        (strategyRefs === null || strategyRefs.includes(bet.terms.customerStrategyRef)) &&
        timeOf(bet, order) >= range.from &&
        timeOf(bet, order) <= range.to
    )
    .toSorted(compare(order))
  if (request.choice("sortDir", ["EARLIEST_TO_LATEST", "LATEST_TO_EARLIEST"], "EARLIEST_TO_LATEST").startsWith("L")) {
    found.reverse()
  }
  return answer({ currentOrders: found.slice(from, to).map(toCurrentOrder), moreAvailable: found.length > to })
}
