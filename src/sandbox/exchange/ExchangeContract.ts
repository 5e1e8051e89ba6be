/**
 * What the exchange offers its server: synchronous, without I/O, every call told the time. The server owns sockets,
 * sessions, faults and files; what is in here owns markets, orders and money.
 *
 * Requests are the `params` of the API as parsed from JSON, whatever they are: the exchange checks each field and answers
 * a fault for what it cannot read. Results are plain JSON values in the API's own shape. Time never goes back: a call with
 * an earlier `now` is taken at the latest time seen. Each call first plays the exchange up to its `now`, and what that
 * publishes comes with the next `advance`.
 */
import type { MarketChange, MarketMessage } from "../../market/MarketMessage.ts"
import type { AccountId, AccountOptions } from "./AccountOptions.ts"
import type * as Answers from "./Answers.ts"
import type { ExchangeDay } from "./ExchangeDay.ts"
import type { OrderMarketChange } from "./OrderMessage.ts"
import type { Reply } from "./Reply.ts"
import type { Snapshot } from "./Snapshot.ts"

export type { AccountId, AccountOptions } from "./AccountOptions.ts"

export interface ExchangeOptions {
  /** Generated (`sandbox/RaceDay`) or recorded (`sandbox/recorded/RecordedDay`). */
  readonly day: ExchangeDay
  readonly accounts: ReadonlyArray<AccountOptions>
  /** Settled orders kept for `listClearedOrders`, over all accounts, if not 200,000; the oldest go first. */
  readonly clearedOrdersKept?: number
}

/** Something happened; in the order in which the exchange published it. */
export type Publication =
  /** A message of one market. Its `id` and `clk` are the generator's: a subscription has its own. */
  | { readonly _tag: "Market"; readonly at: number; readonly message: MarketMessage }
  /** Changes of one account's orders in one market: `uo` the orders that changed, `mb` and `ml` the levels that changed. */
  | {
      readonly _tag: "Orders"
      readonly at: number
      readonly accountId: AccountId
      readonly change: OrderMarketChange
    }
  /** The exchange stood still for so long that nobody is told what happened: every subscription gets new images. */
  | { readonly _tag: "Gap"; readonly at: number }

type Operation<A> = (now: number, accountId: AccountId, params: unknown) => Reply<A>

export interface ExchangeContract {
  /** Epoch milliseconds up to which everything has happened. */
  readonly now: number
  /** Accounts there are; the exchange's operations throw for others (a server's bug). */
  readonly accountIds: ReadonlyArray<AccountId>

  /** Plays races, bet delays, suspensions, starting prices and settlements up to `now` (inclusive). */
  readonly advance: (now: number) => ReadonlyArray<Publication>

  readonly listEventTypes: Operation<ReadonlyArray<Answers.EventTypeResult>>
  readonly listEvents: Operation<ReadonlyArray<Answers.EventResult>>
  readonly listVenues: Operation<ReadonlyArray<Answers.VenueResult>>
  readonly listCountries: Operation<ReadonlyArray<Answers.CountryCodeResult>>
  readonly listMarketTypes: Operation<ReadonlyArray<Answers.MarketTypeResult>>
  readonly listCompetitions: Operation<ReadonlyArray<never>>
  readonly listTimeRanges: Operation<ReadonlyArray<Answers.TimeRangeResult>>
  readonly listMarketCatalogue: Operation<ReadonlyArray<Answers.MarketCatalogue>>
  readonly listMarketBook: Operation<ReadonlyArray<Answers.MarketBook>>
  readonly listRunnerBook: Operation<ReadonlyArray<Answers.MarketBook>>
  readonly placeOrders: Operation<Answers.PlaceExecutionReport>
  readonly cancelOrders: Operation<Answers.CancelExecutionReport>
  readonly updateOrders: Operation<Answers.UpdateExecutionReport>
  readonly replaceOrders: Operation<Answers.ReplaceExecutionReport>
  readonly listCurrentOrders: Operation<Answers.CurrentOrderSummaryReport>
  readonly listClearedOrders: Operation<Answers.ClearedOrderSummaryReport>
  readonly listMarketProfitAndLoss: Operation<ReadonlyArray<Answers.MarketProfitAndLoss>>
  readonly getAccountFunds: Operation<Answers.AccountFunds>
  readonly getAccountDetails: Operation<Answers.AccountDetails>
  readonly listCurrencyRates: Operation<ReadonlyArray<Answers.CurrencyRate>>
  readonly getAccountStatement: Operation<Answers.AccountStatementReport>

  /**
   * Cancels every unmatched LIMIT order of the account, as the heartbeat's silence does; returns how many orders there
   * were and how many are cancelled.
   */
  readonly cancelAll: (now: number, accountId: AccountId) => { readonly found: number; readonly cancelled: number }

  /**
   * Suspends an open market by hand until it is held no longer, whatever its race does meanwhile; false when there is no
   * such market.
   */
  readonly hold: (now: number, marketId: string, isHeld: boolean) => boolean

  /** Ids of the markets that may be subscribed to and match the stream's or the API's filter (checked: may be a fault). */
  readonly matchingMarkets: (filter: unknown) => Reply<ReadonlyArray<string>>
  /** The markets as they stand, `img: true`, full ladders: the server cuts them to the subscription's fields. */
  readonly marketImages: (marketIds: ReadonlyArray<string>) => ReadonlyArray<MarketChange>
  /** All markets in which the account has executable orders or matched bets: executable orders in `uo`, `mb`, `ml`, `smc`. */
  readonly orderImage: (accountId: AccountId) => ReadonlyArray<OrderMarketChange>

  /** Everything that cannot be computed again from the options and the time; plain JSON, consistent between two calls. */
  readonly snapshot: () => Snapshot
}
