/**
 * A bot's database beside the exchange's account, bet by bet and to the penny. Pure, and written without the bot's own
 * comparing: it is what that is checked against.
 */
import type { Bet, BetStatus } from "../../src/domain/Bet.ts"
import { customerOrderRef } from "../../src/domain/Identifiers.ts"
import * as Money from "../../src/domain/Money.ts"
import type { Pence } from "../../src/domain/Money.ts"
import * as Order from "../../src/domain/Order.ts"
import { adoptedBy } from "../../src/execution/Adoption.ts"
import type { ExchangeAccount, ExchangeBet } from "./ExchangeBets.ts"

export interface Difference {
  readonly what: string
  /** A bet, a market, or the account. */
  readonly subject: string
  readonly bot: string
  readonly exchange: string
}

export interface Compared {
  /** Rows, and the exchange's orders. */
  readonly bets: number
  readonly orders: number
  readonly byStatus: Readonly<Partial<Record<BetStatus, number>>>
  readonly profit: Pence
  readonly commission: Pence
  readonly differences: ReadonlyArray<Difference>
}

/** The exchange rounds the average price to hundredths, and a row does so as well. */
const roundedPrice = 0.011

/** The references under which a bet's order may be found: a replacement carries that of the first order of its chain. */
const refsOf = (bet: Bet, byId: ReadonlyMap<string, Bet>): ReadonlySet<string> => {
  const refs = new Set<string>()
  for (let link: Bet | undefined = bet; link !== undefined && !refs.has(customerOrderRef(link.id));) {
    refs.add(customerOrderRef(link.id))
    link = link.replaces === null ? undefined : byId.get(link.replaces)
  }
  return refs
}

/** What the row of an order must say of it. */
const statusOf = (order: ExchangeBet, isSettlementKnown: boolean): BetStatus => {
  if (order.profit !== null && isSettlementKnown) return "settled"
  if (!order.isComplete) return order.matched > 0 ? "partially_matched" : "placed"
  if (order.matched > 0) return "matched"
  if (order.voided > 0) return "voided"
  return order.lapsed > 0 ? "lapsed" : "cancelled"
}

const priceOf = ({ order }: Bet): number => (order._tag === "MARKET_ON_CLOSE" ? 0 : order.price / 100)

const money = (amount: Pence | null): string => (amount === null ? "none" : Money.format(amount))

/** Where a row and its order differ. */
const betDifferences = (bet: Bet, order: ExchangeBet, isSettlementKnown: boolean): ReadonlyArray<Difference> => {
  const fills = Order.totalOf(bet.fills)
  const pairs: ReadonlyArray<readonly [what: string, bot: string, exchange: string]> = [
    ["market", bet.marketId, order.marketId],
    ["selection", String(bet.selectionId), String(order.selectionId)],
    ["side", bet.side, order.side],
    ["price", String(priceOf(bet)), String(order.price)],
    ["status", bet.status, statusOf(order, isSettlementKnown)],
    ["matched", money(fills.size), money(order.matched)],
    ["cancelled", money(bet.sizeCancelled), money(order.cancelled)],
    ["lapsed", money(bet.sizeLapsed), money(order.lapsed)],
    ["voided", money(bet.sizeVoided), money(order.voided)],
    ...(isSettlementKnown ? [["profit", money(bet.settlement?.profit ?? null), money(order.profit)] as const] : [])
  ]
  const subject = `${bet.id} ${order.betfairBetId}`
  const differences = pairs.flatMap(([what, bot, exchange]) =>
    bot === exchange ? [] : [{ what, subject, bot, exchange }]
  )
  const average = fills.size === 0 ? 0 : fills.averagePrice / 100
  return order.matched === 0 || Math.abs(average - order.averagePrice) <= roundedPrice
    ? differences
    : [...differences, { what: "average price", subject, bot: String(average), exchange: String(order.averagePrice) }]
}

/** States in which nobody knows, or nobody has heard: none may be left. */
const isUnanswered = ({ status }: Bet): boolean => status === "pending" || status === "unknown"

/**
 * @param settledBefore epoch milliseconds: the bot need not know of what was settled from then on, because it did not run any
 *   more; Infinity demands every settlement
 */
export const compare = (bets: ReadonlyArray<Bet>, account: ExchangeAccount, settledBefore = Infinity): Compared => {
  const differences: Array<Difference> = []
  const add = (what: string, subject: string, bot: string, exchange: string): void =>
    void differences.push({ what, subject, bot, exchange })
  const byId = new Map<string, Bet>(bets.map((bet) => [bet.id, bet]))
  const rowsOf = Map.groupBy(
    bets.filter(({ betfairBetId }) => betfairBetId !== null),
    ({ betfairBetId }) => betfairBetId!
  )
  const orders = new Map(account.bets.map((order) => [order.betfairBetId, order]))
  if (orders.size !== account.bets.length) add("order listed twice", "account", "", String(account.bets.length))
  const isKnown = ({ settledAt }: ExchangeBet) => settledAt === null || settledAt + 1000 <= settledBefore

  for (const order of account.bets) {
    const rows = rowsOf.get(order.betfairBetId) ?? []
    const [row] = rows
    if (row === undefined) add("order without a bet", order.betfairBetId, "none", JSON.stringify(order))
    else if (rows.length > 1) add("order with several bets", order.betfairBetId, rows.map(({ id }) => id).join(" "), "")
    else {
      if (order.customerOrderRef === null || !refsOf(row, byId).has(order.customerOrderRef)) {
        add("reference", row.id, [...refsOf(row, byId)].join(" "), String(order.customerOrderRef))
      }
      // While the bot is down a market may be settled: then its bets need not be.
      const isSettlementKnown = isKnown(order) || row.status === "settled"
      differences.push(...betDifferences(row, order, isSettlementKnown))
    }
  }
  for (const bet of bets) {
    const { betfairBetId, id, status } = bet
    if (bet.strategyId === adoptedBy) add("adopted: it had no row", id, status, betfairBetId ?? "")
    if (isUnanswered(bet)) add("not answered", id, status, betfairBetId ?? "none")
    else if (status === "rejected" && betfairBetId !== null) add("rejected, with an order", id, status, betfairBetId)
    else if (status !== "rejected" && !orders.has(betfairBetId ?? "")) add("no order", id, status, "none")
  }
  differences.push(...marketDifferences(bets, account, settledBefore))
  const settlements = bets.flatMap(({ settlement }) => (settlement === null ? [] : [settlement]))
  return {
    bets: bets.length,
    orders: account.bets.length,
    byStatus: countsOf(bets),
    profit: settlements.reduce((sum, { profit }) => sum + profit, 0),
    commission: settlements.reduce((sum, { commission }) => sum + commission, 0),
    differences
  }
}

const countsOf = (bets: ReadonlyArray<Bet>): Compared["byStatus"] =>
  Object.fromEntries([...Map.groupBy(bets, ({ status }) => status)].map(([status, some]) => [status, some.length]))

const sumOf = <A>(items: ReadonlyArray<A>, amount: (item: A) => Pence): Pence =>
  items.reduce((sum, item) => sum + amount(item), 0)

/** Profit and commission market by market, and the statement's sum as the change of the balance. */
const marketDifferences = (
  bets: ReadonlyArray<Bet>,
  { balance, movements }: ExchangeAccount,
  settledBefore: number
): ReadonlyArray<Difference> => {
  const differences: Array<Difference> = []
  const settled = Map.groupBy(
    bets.filter(({ settlement }) => settlement !== null),
    ({ marketId }) => marketId as string
  )
  const booked = Map.groupBy(movements, ({ marketId }) => marketId)
  for (const marketId of new Set([...settled.keys(), ...booked.keys()])) {
    if (marketId === null) continue
    const rows = settled.get(marketId) ?? []
    const lines = booked.get(marketId) ?? []
    // Not settled in the database because the bot was gone.
    if (rows.length === 0 && lines.every(({ at }) => at + 1000 > settledBefore)) continue
    const amounts = [
      [
        "profit of a market",
        sumOf(rows, ({ settlement }) => settlement!.profit),
        sumOf(lines, ({ amount, kind }) => (kind === "bet" ? amount : 0))
      ],
      [
        "commission of a market",
        sumOf(rows, ({ settlement }) => settlement!.commission),
        sumOf(lines, ({ amount, kind }) => (kind === "commission" ? -amount : 0))
      ]
    ] as const
    for (const [what, bot, exchange] of amounts) {
      if (bot !== exchange) differences.push({ what, subject: marketId, bot: money(bot), exchange: money(exchange) })
    }
  }
  const moved = sumOf(movements, ({ amount }) => amount)
  return moved === balance
    ? differences
    : [
        ...differences,
        { what: "sum of the statement", subject: "account", bot: money(moved), exchange: money(balance) }
      ]
}
