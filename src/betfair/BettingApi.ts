/**
 * Betfair's betting API, one method an operation, under Betfair's names. How long lists and heavy requests are cut and
 * joined is told at each; what is sent twice, and what never, in `JsonRpc.Operation`.
 */
import { Context, Effect, Layer } from "effect"
import type { BetfairError } from "./BetfairError.ts"
import type { MarketBook, MarketProfitAndLoss } from "./api/MarketBook.ts"
import type { EventResult, EventTypeResult, MarketCatalogue } from "./api/MarketCatalogue.ts"
import type {
  CancelExecutionReport,
  PlaceExecutionReport,
  ReplaceExecutionReport,
  UpdateExecutionReport
} from "./api/Orders.ts"
import type { ClearedOrderSummary, CurrentOrderSummary } from "./api/OrderSummaries.ts"
import type * as Parameters from "./api/Parameters.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import { JsonRpc, type LastLook } from "./JsonRpc.ts"
import * as MarketQueries from "./MarketQueries.ts"
import * as OrderOperations from "./OrderOperations.ts"
import * as OrderQueries from "./OrderQueries.ts"

type Call<A> = Effect.Effect<A, BetfairError>

export class BettingApi extends Context.Service<
  BettingApi,
  {
    /**
     * Sent once, whatever happens. A failure whose `execution` is Unknown may have placed the bets. A login and the budget may
     * hold it up for seconds: what must be true when it is sent, `lastLook` says.
     */
    readonly placeOrders: (params: Parameters.PlaceOrders, lastLook?: LastLook) => Call<PlaceExecutionReport>
    /** Sent once, whatever happens. A failure whose `execution` is Unknown may have cancelled, and placed anew. */
    readonly replaceOrders: (params: Parameters.ReplaceOrders, lastLook?: LastLook) => Call<ReplaceExecutionReport>
    readonly cancelOrders: (params: Parameters.CancelOrders) => Call<CancelExecutionReport>
    /** Cancels every unmatched LIMIT bet of the account, of one market or of all. */
    readonly cancelAllOrders: (scope: Parameters.CancelScope) => Call<CancelExecutionReport>
    readonly updateOrders: (params: Parameters.UpdateOrders) => Call<UpdateExecutionReport>
    /**
     * All pages. Gotcha: orders leave the list while pages are read; an order that is missing here may be among the cleared
     * ones, or new.
     */
    readonly listCurrentOrders: (
      params: Omit<Parameters.ListCurrentOrders, "fromRecord" | "recordCount">
    ) => Call<ReadonlyArray<CurrentOrderSummary>>
    /** All pages. */
    readonly listClearedOrders: (
      params: Omit<Parameters.ListClearedOrders, "fromRecord" | "recordCount">
    ) => Call<ReadonlyArray<ClearedOrderSummary>>
    /** In as many requests as its weight asks for; the order is that of `sort`. */
    readonly listMarketCatalogue: (params: Parameters.ListMarketCatalogue) => Call<ReadonlyArray<MarketCatalogue>>
    /** In as many requests as its weight asks for. Markets that Betfair does not know, or no longer, are missing. */
    readonly listMarketBook: (params: Parameters.ListMarketBook) => Call<ReadonlyArray<MarketBook>>
    readonly listEventTypes: (params: Parameters.ListMarketsByFilter) => Call<ReadonlyArray<EventTypeResult>>
    readonly listEvents: (params: Parameters.ListMarketsByFilter) => Call<ReadonlyArray<EventResult>>
    /** In as many requests as its weight asks for. */
    readonly listMarketProfitAndLoss: (
      params: Parameters.ListMarketProfitAndLoss
    ) => Call<ReadonlyArray<MarketProfitAndLoss>>
  }
>()("clever-better/betfair/BettingApi") {
  static readonly layer = (options: ClientOptions) =>
    Layer.effect(
      BettingApi,
      Effect.map(JsonRpc, (rpc) => ({
        ...OrderOperations.make(rpc, options),
        ...OrderQueries.make(rpc),
        ...MarketQueries.make(rpc)
      }))
    )
}
