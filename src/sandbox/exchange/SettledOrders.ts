/**
 * Settled orders, as many and as old as are kept, found by what clients ask for them by: their ids, their references, their
 * market, or how lately they ended. Only orders of settled markets come in here, so nothing unsettled is ever forgotten.
 */
import type { Pence } from "../../domain/Money.ts"
import type { ClearedOrder } from "./ClearedOrder.ts"

export const statuses = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"] as const
export type Status = (typeof statuses)[number]

/** Of bets in markets that are open: what ended, ended when it was last heard of. */
export const notSettled = 0

/** The size that the status is about; a bet without any has not that status. */
export const sizeOf: Readonly<Record<Status, (order: ClearedOrder) => Pence>> = {
  SETTLED: (order) => (order.settledAt === notSettled ? 0 : order.sizeMatched),
  VOIDED: (order) => order.sizeVoided,
  LAPSED: (order) => order.sizeLapsed,
  CANCELLED: (order) => order.sizeCancelled
}

/** When it got the status, epoch milliseconds: what lists are sorted by, and ranges of dates are about. */
export const dateOf = (order: ClearedOrder, status: Status): number =>
  status === "SETTLED" ? order.settledAt : order.endedAt

/** Newest first, as the site lists them; of one time the later bet. */
export const newestFirst =
  (status: Status) =>
  (a: ClearedOrder, b: ClearedOrder): number =>
    dateOf(b, status) - dateOf(a, status) || Number(b.terms.betId) - Number(a.terms.betId)

/** What is asked for; null restricts nothing. `from` and `to` are dates as `dateOf` tells them, both inclusive. */
export interface Wanted {
  readonly betIds: ReadonlyArray<string> | null
  readonly orderRefs: ReadonlyArray<string> | null
  readonly marketIds: ReadonlyArray<string> | null
  readonly from: number
  readonly to: number
}

/** As long as Betfair lists them. */
const oldestMs = 90 * 24 * 3_600_000
/** Of some 1 KiB each. */
const mostKept = 200_000
/** Forgetting walks through all that is kept, so it is put off until so much, or an hour's worth, can go together. */
const forgottenTogether = 64
const hourMs = 3_600_000

export class SettledOrders {
  /** In the order of their settlement. */
  private orders: Array<ClearedOrder>
  private forgotten: number
  private readonly most: number
  private readonly byBet = new Map<string, ClearedOrder>()
  private readonly byOrderRef = new Map<string, Array<ClearedOrder>>()
  private readonly byMarket = new Map<string, Array<ClearedOrder>>()
  /** By account and status, newest last. */
  private readonly lists = new Map<string, Array<ClearedOrder>>()

  constructor(orders: ReadonlyArray<ClearedOrder>, forgotten: number, most = mostKept) {
    this.orders = [...orders]
    this.forgotten = forgotten
    this.most = most
    for (const order of orders) this.index(order)
  }

  /** Oldest first. */
  get all(): ReadonlyArray<ClearedOrder> {
    return this.orders
  }

  /** How many there were before the first of them. */
  get before(): number {
    return this.forgotten
  }

  add(orders: ReadonlyArray<ClearedOrder>): void {
    for (const order of orders) {
      this.orders.push(order)
      this.index(order)
    }
  }

  /**
   * Forgets what is older than ninety days, and whole markets, the oldest first, while there are too many; the last one to be
   * settled stays, however large it is. The time from which on everything is kept, if something was forgotten.
   */
  forget(now: number): number | null {
    const since = Math.max(Math.floor((now - oldestMs) / hourMs) * hourMs, this.crowdedOutBefore())
    if (this.orders.length === 0 || this.orders[0]!.settledAt >= since) return null
    const first = this.orders.findIndex(({ settledAt }) => settledAt >= since)
    const gone = this.orders.splice(0, first < 0 ? this.orders.length : first)
    this.forgotten += gone.length
    this.drop(new Set(gone))
    return since
  }

  private crowdedOutBefore(): number {
    const { most, orders } = this
    if (orders.length <= most) return Number.NEGATIVE_INFINITY
    const firstKept = orders.length - most + Math.floor(most / forgottenTogether)
    const { settledAt } = orders[firstKept - 1]!
    let next = firstKept
    while (next < orders.length && orders[next]!.settledAt <= settledAt) next += 1
    return orders[next]?.settledAt ?? settledAt
  }

  private index(order: ClearedOrder): void {
    const { accountId, betId, customerOrderRef } = order.terms
    this.byBet.set(betId, order)
    if (customerOrderRef !== "") push(this.byOrderRef, customerOrderRef, order)
    push(this.byMarket, order.marketId, order)
    for (const status of statuses) {
      if (sizeOf[status](order) > 0) insert(listAt(this.lists, listKey(accountId, status)), order, status)
    }
  }

  private drop(gone: ReadonlySet<ClearedOrder>): void {
    for (const { marketId, terms } of gone) {
      this.byBet.delete(terms.betId)
      this.byMarket.delete(marketId)
      const sameRef = this.byOrderRef.get(terms.customerOrderRef)?.filter((order) => !gone.has(order))
      if (sameRef === undefined || sameRef.length === 0) this.byOrderRef.delete(terms.customerOrderRef)
      else this.byOrderRef.set(terms.customerOrderRef, sameRef)
    }
    for (const [key, list] of this.lists) {
      this.lists.set(
        key,
        list.filter((order) => !gone.has(order))
      )
    }
  }

  /**
   * The newest of the account's orders with that status that are wanted and that `isFound` lets through, newest first: no
   * more than `most`, if that many are enough for who asks.
   */
  newest(
    accountId: number,
    status: Status,
    wanted: Wanted,
    isFound: (order: ClearedOrder) => boolean,
    most: number
  ): ReadonlyArray<ClearedOrder> {
    const named = this.named(wanted)
    if (named !== undefined) {
      const isOf = (order: ClearedOrder) => order.terms.accountId === accountId && sizeOf[status](order) > 0
      return [...new Set(named)].filter((order) => isOf(order) && isFound(order)).toSorted(newestFirst(status))
    }
    const list = this.lists.get(listKey(accountId, status)) ?? []
    const found: Array<ClearedOrder> = []
    for (let i = firstAfter(list, wanted.to, status) - 1; i >= 0 && found.length < most; i--) {
      const order = list[i]!
      if (dateOf(order, status) < wanted.from) break
      if (isFound(order)) found.push(order)
    }
    return found
  }

  /** Those with the names that are fewest; undefined when none are named. */
  private named({ betIds, marketIds, orderRefs }: Wanted): ReadonlyArray<ClearedOrder> | undefined {
    if (betIds !== null) return betIds.flatMap((id) => this.byBet.get(id) ?? [])
    if (orderRefs !== null) return orderRefs.flatMap((ref) => this.byOrderRef.get(ref) ?? [])
    return marketIds?.flatMap((id) => this.byMarket.get(id) ?? [])
  }
}

const listKey = (accountId: number, status: Status) => `${accountId}/${status}`

const listAt = (lists: Map<string, Array<ClearedOrder>>, key: string): Array<ClearedOrder> => {
  const known = lists.get(key)
  if (known !== undefined) return known
  const list: Array<ClearedOrder> = []
  lists.set(key, list)
  return list
}

const push = (lists: Map<string, Array<ClearedOrder>>, key: string, order: ClearedOrder): void => {
  listAt(lists, key).push(order)
}

/** Newest last. What comes ended lately, so its place is near the end. */
const insert = (list: Array<ClearedOrder>, order: ClearedOrder, status: Status): void => {
  const compare = newestFirst(status)
  let at = list.length
  while (at > 0 && compare(list[at - 1]!, order) < 0) at -= 1
  list.splice(at, 0, order)
}

/** The index of the first that is newer than `date`. */
const firstAfter = (list: ReadonlyArray<ClearedOrder>, date: number, status: Status): number => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (dateOf(list[middle]!, status) <= date) low = middle + 1
    else high = middle
  }
  return low
}
