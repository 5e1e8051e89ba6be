/**
 * What really is in an account, whatever its owner was told: for drills that compare a client's books with the exchange's.
 * Read with the API's own operations, all pages together.
 */
import type {
  AccountFunds,
  AccountStatementReport,
  ClearedOrderSummary,
  ClearedOrderSummaryReport,
  CurrentOrderSummary,
  CurrentOrderSummaryReport,
  StatementItem
} from "../exchange/Answers.ts"
import type { AccountId } from "../exchange/ExchangeContract.ts"
import type { KeptExchange, Operation } from "./KeptExchange.ts"

export const betStatuses = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"] as const

export interface Orders {
  readonly current: ReadonlyArray<CurrentOrderSummary>
  readonly cleared: { readonly [S in (typeof betStatuses)[number]]: ReadonlyArray<ClearedOrderSummary> }
}

export class Truth {
  private readonly exchange: KeptExchange

  constructor(exchange: KeptExchange) {
    this.exchange = exchange
  }

  /** Unsettled orders, and the cleared ones by what became of them. */
  orders(accountId: AccountId): Orders {
    const current = this.pages(
      accountId,
      "listCurrentOrders",
      {},
      (page: CurrentOrderSummaryReport) => page.currentOrders
    )
    const cleared = betStatuses.map((betStatus) => {
      const request = { betStatus, groupBy: "BET" }
      return [
        betStatus,
        this.pages(accountId, "listClearedOrders", request, (page: ClearedOrderSummaryReport) => page.clearedOrders)
      ]
    })
    return { current, cleared: Object.fromEntries(cleared) as Orders["cleared"] }
  }

  /** Newest first. */
  statement(accountId: AccountId): ReadonlyArray<StatementItem> {
    return this.pages(accountId, "getAccountStatement", {}, (page: AccountStatementReport) => page.accountStatement)
  }

  funds(accountId: AccountId): AccountFunds {
    return this.ask(accountId, "getAccountFunds", {}) as AccountFunds
  }

  private pages<Page extends { readonly moreAvailable: boolean }, A>(
    accountId: AccountId,
    operation: Operation,
    params: object,
    items: (page: Page) => ReadonlyArray<A>
  ): ReadonlyArray<A> {
    const all: Array<A> = []
    while (true) {
      const page = this.ask(accountId, operation, { ...params, fromRecord: all.length }) as Page
      all.push(...items(page))
      if (!page.moreAvailable || items(page).length === 0) return all
    }
  }

  private ask(accountId: AccountId, operation: Operation, params: object): unknown {
    const reply = this.exchange.request(operation, this.exchange.view.now, accountId, params)
    if (reply._tag === "Answer") return reply.result
    throw new Error(`${operation} is refused: ${reply._tag === "Fault" ? reply.fault.details : reply._tag}`)
  }
}
