/**
 * A betting exchange over a generated or recorded day, without I/O: what `ExchangeContract` promises, put together. Every
 * operation first plays the exchange up to its time, then is one module's business.
 */
import type { MarketChange } from "../../market/MarketMessage.ts"
import type { Account, AccountState } from "./Account.ts"
import * as AccountViews from "./AccountViews.ts"
import { cancelEverywhere, cancelOrders } from "./CancelOrders.ts"
import { listClearedOrders } from "./ClearedOrders.ts"
import { listCurrentOrders } from "./CurrentOrders.ts"
import { currencies } from "./Currencies.ts"
import * as ExchangeDay from "./ExchangeDay.ts"
import type { AccountId, ExchangeContract, ExchangeOptions, Publication } from "./ExchangeContract.ts"
import { Floor } from "./Floor.ts"
import { listMarketBook, listRunnerBook } from "./MarketBookView.ts"
import * as MarketGroups from "./MarketGroups.ts"
import { filtered, listEvents, listEventTypes, listMarketCatalogue } from "./MarketListing.ts"
import { imageOf } from "./OrderFeed.ts"
import type { OrderMarketChange } from "./OrderMessage.ts"
import { placeOrders } from "./PlaceOrders.ts"
import { listMarketProfitAndLoss } from "./ProfitAndLoss.ts"
import { replaceOrders } from "./ReplaceOrders.ts"
import { answer, FaultRaised, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"
import type { Snapshot } from "./Snapshot.ts"
import { updateOrders } from "./UpdateOrders.ts"

/** Mistakes in a request are answers; what else is thrown is a bug. */
const orFault = <A>(operation: () => Reply<A>): Reply<A> => {
  try {
    return operation()
  } catch (error) {
    if (error instanceof FaultRaised) return { _tag: "Fault", fault: error.fault }
    throw error
  }
}

const check = ({ accounts }: ExchangeOptions): void => {
  const ids = new Set(accounts.map(({ accountId }) => accountId))
  if (ids.size < accounts.length) throw new Error("two accounts of the exchange have one id")
  for (const { accountId, currencyCode } of accounts) {
    if (currencies[currencyCode] === undefined) {
      throw new Error(`account ${accountId}: ${currencyCode} is none of ${Object.keys(currencies).join(", ")}`)
    }
  }
}

const checkDay = ({ day }: ExchangeOptions, { day: kept, version }: Snapshot): void => {
  if (version === 1 && ExchangeDay.isSame(day, kept)) return
  throw new Error(
    `the exchange was kept with ${ExchangeDay.describe(kept)}: start it with the same, or without what was kept`
  )
}

export class Exchange implements ExchangeContract {
  private readonly floor: Floor

  /**
   * Opens at a time (epoch milliseconds) in the middle of the day's races, or goes on where the snapshot was taken: `advance`
   * then plays what has happened since. Accounts that the snapshot does not know open with their starting balance. Throws
   * for options that cannot be, and for a snapshot of another day, whose markets do not exist in this one.
   */
  constructor(options: ExchangeOptions, from: number | Snapshot) {
    check(options)
    if (typeof from === "number") this.floor = new Floor(options, from)
    else {
      checkDay(options, from)
      this.floor = new Floor(options, from.now, from)
    }
  }

  get now(): number {
    return this.floor.now
  }

  get accountIds(): ReadonlyArray<AccountId> {
    return [...this.floor.accounts.keys()]
  }

  advance(now: number): ReadonlyArray<Publication> {
    this.floor.play(now)
    return this.floor.takePublications()
  }

  readonly listEventTypes = this.operation(listEventTypes)
  readonly listEvents = this.operation(listEvents)
  readonly listVenues = this.operation(MarketGroups.listVenues)
  readonly listCountries = this.operation(MarketGroups.listCountries)
  readonly listMarketTypes = this.operation(MarketGroups.listMarketTypes)
  readonly listCompetitions = this.operation(MarketGroups.listCompetitions)
  readonly listTimeRanges = this.operation(MarketGroups.listTimeRanges)
  readonly listMarketCatalogue = this.operation(listMarketCatalogue)
  readonly listMarketBook = this.operation(listMarketBook)
  readonly listRunnerBook = this.operation(listRunnerBook)
  readonly placeOrders = this.operation(placeOrders)
  readonly cancelOrders = this.operation(cancelOrders)
  readonly updateOrders = this.operation(updateOrders)
  readonly replaceOrders = this.operation(replaceOrders)
  readonly listCurrentOrders = this.operation(listCurrentOrders)
  readonly listClearedOrders = this.operation(listClearedOrders)
  readonly listMarketProfitAndLoss = this.operation(listMarketProfitAndLoss)
  readonly getAccountFunds = this.operation(AccountViews.getAccountFunds)
  readonly getAccountDetails = this.operation((_, account) => AccountViews.getAccountDetails(account))
  readonly listCurrencyRates = this.operation((_floor, _account, params) => AccountViews.listCurrencyRates(params))
  readonly getAccountStatement = this.operation((_, account, params) =>
    AccountViews.getAccountStatement(account, params)
  )

  cancelAll(now: number, accountId: AccountId): { readonly found: number; readonly cancelled: number } {
    this.floor.play(now)
    const reports = cancelEverywhere(this.floor, this.floor.account(accountId))
    return { found: reports.length, cancelled: reports.filter(({ status }) => status === "SUCCESS").length }
  }

  hold(now: number, marketId: string, isHeld: boolean): boolean {
    this.floor.play(now)
    return this.floor.hold(marketId, isHeld)
  }

  matchingMarkets(filter: unknown): Reply<ReadonlyArray<string>> {
    return orFault(() =>
      answer(filtered(this.floor, null, new Request(filter ?? {})).map(({ market }) => market.marketId))
    )
  }

  marketImages(marketIds: ReadonlyArray<string>): ReadonlyArray<MarketChange> {
    return marketIds.flatMap((marketId) => {
      const market = this.floor.races.known(marketId)
      return market === undefined ? [] : [market.image()]
    })
  }

  orderImage(accountId: AccountId): ReadonlyArray<OrderMarketChange> {
    return [...this.floor.betMarkets].flatMap((bets) => {
      const image = imageOf(bets, accountId)
      return image === null ? [] : [image]
    })
  }

  snapshot(): Snapshot {
    return this.floor.snapshot
  }

  /** Each account as it stands; for who keeps the books of the exchange itself. */
  accountState(accountId: AccountId): AccountState {
    return this.floor.account(accountId).state
  }

  private operation<A>(operate: (floor: Floor, account: Account, params: unknown) => Reply<A>) {
    return (now: number, accountId: AccountId, params: unknown): Reply<A> => {
      this.floor.play(now)
      const account = this.floor.account(accountId)
      return orFault(() => operate(this.floor, account, params ?? {}))
    }
  }
}
