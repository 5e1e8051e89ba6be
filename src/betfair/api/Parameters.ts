/** The parameters of the operations, as they are sent. Dates are ISO 8601 in UTC. */
import type * as Enum from "./Enumerations.ts"
import type {
  CancelInstruction,
  MarketVersion,
  PlaceInstruction,
  ReplaceInstruction,
  UpdateInstruction
} from "./Orders.ts"

export interface TimeRange {
  readonly from?: string
  readonly to?: string
}

/** Conditions that all have to hold; an empty filter is everything. */
export interface MarketFilter {
  readonly textQuery?: string
  readonly exchangeIds?: ReadonlyArray<string>
  readonly eventTypeIds?: ReadonlyArray<string>
  readonly eventIds?: ReadonlyArray<string>
  readonly competitionIds?: ReadonlyArray<string>
  readonly marketIds?: ReadonlyArray<string>
  readonly venues?: ReadonlyArray<string>
  readonly bspOnly?: boolean
  readonly turnInPlayEnabled?: boolean
  readonly inPlayOnly?: boolean
  readonly marketBettingTypes?: ReadonlyArray<Enum.MarketBettingType>
  readonly marketCountries?: ReadonlyArray<string>
  readonly marketTypeCodes?: ReadonlyArray<string>
  readonly marketStartTime?: TimeRange
  readonly withOrders?: ReadonlyArray<Enum.OrderStatus>
  readonly raceTypes?: ReadonlyArray<string>
}

export interface ExBestOffersOverrides {
  /** Prices of each side, 3 when absent. */
  readonly bestPricesDepth?: number
  readonly rollupModel?: Enum.RollupModel
  readonly rollupLimit?: number
  readonly rollupLiabilityThreshold?: number
  readonly rollupLiabilityFactor?: number
}

export interface PriceProjection {
  readonly priceData?: ReadonlyArray<Enum.PriceData>
  readonly exBestOffersOverrides?: ExBestOffersOverrides
  readonly virtualise?: boolean
  readonly rolloverStakes?: boolean
}

export interface RunnerId {
  readonly marketId: string
  readonly selectionId: number
  readonly handicap?: number
}

export interface ListMarketsByFilter {
  readonly filter: MarketFilter
  readonly locale?: string
}

export interface ListMarketCatalogue {
  readonly filter: MarketFilter
  readonly marketProjection?: ReadonlyArray<Enum.MarketProjection>
  readonly sort?: Enum.MarketSort
  /** At most 1,000, and less with a weighty projection. */
  readonly maxResults: number
  readonly locale?: string
}

export interface ListMarketBook {
  readonly marketIds: ReadonlyArray<string>
  readonly priceProjection?: PriceProjection
  readonly orderProjection?: Enum.OrderProjection
  readonly matchProjection?: Enum.MatchProjection
  readonly includeOverallPosition?: boolean
  readonly partitionMatchedByStrategyRef?: boolean
  readonly customerStrategyRefs?: ReadonlyArray<string>
  readonly currencyCode?: string
  readonly locale?: string
  readonly matchedSince?: string
  readonly betIds?: ReadonlyArray<string>
}

export interface ListMarketProfitAndLoss {
  readonly marketIds: ReadonlyArray<string>
  readonly includeSettledBets?: boolean
  readonly includeBspBets?: boolean
  readonly netOfCommission?: boolean
}

/** `fromRecord` and `recordCount` belong to one page. */
export interface ListCurrentOrders {
  readonly betIds?: ReadonlyArray<string>
  readonly marketIds?: ReadonlyArray<string>
  readonly orderProjection?: Enum.OrderProjection
  readonly customerOrderRefs?: ReadonlyArray<string>
  readonly customerStrategyRefs?: ReadonlyArray<string>
  readonly dateRange?: TimeRange
  readonly orderBy?: Enum.OrderBy
  readonly sortDir?: Enum.SortDir
  readonly fromRecord?: number
  readonly recordCount?: number
}

/** `fromRecord` and `recordCount` belong to one page. */
export interface ListClearedOrders {
  readonly betStatus: Enum.BetStatus
  readonly eventTypeIds?: ReadonlyArray<string>
  readonly eventIds?: ReadonlyArray<string>
  readonly marketIds?: ReadonlyArray<string>
  readonly runnerIds?: ReadonlyArray<RunnerId>
  readonly betIds?: ReadonlyArray<string>
  readonly customerOrderRefs?: ReadonlyArray<string>
  readonly customerStrategyRefs?: ReadonlyArray<string>
  readonly side?: Enum.Side
  readonly settledDateRange?: TimeRange
  readonly groupBy?: Enum.GroupBy
  readonly includeItemDescription?: boolean
  readonly locale?: string
  readonly fromRecord?: number
  readonly recordCount?: number
}

/** At least one, as an empty list of instructions means something else to Betfair. */
export type Instructions<A> = readonly [A, ...ReadonlyArray<A>]

export interface PlaceOrders {
  readonly marketId: string
  /** At most 200 (50 in Italy). */
  readonly instructions: Instructions<PlaceInstruction>
  /** At most 32 characters; the same again within 60 seconds is refused as DUPLICATE_TRANSACTION. */
  readonly customerRef?: string
  /** Under a newer version of the market the orders lapse. */
  readonly marketVersion?: MarketVersion
  /** At most 15 characters. */
  readonly customerStrategyRef?: string
  readonly async?: boolean
}

export interface CancelOrders {
  readonly marketId: string
  /** At most 60. An empty list would cancel every bet of the market: that is `cancelAllOrders`. */
  readonly instructions: Instructions<CancelInstruction>
  readonly customerRef?: string
}

/** Which bets to cancel all of. It has to be said, because to Betfair saying nothing means all of them. */
export type CancelScope = { readonly marketId: string } | { readonly everyMarket: true }

export interface UpdateOrders {
  readonly marketId: string
  /** At most 60. */
  readonly instructions: Instructions<UpdateInstruction>
  readonly customerRef?: string
}

export interface ReplaceOrders {
  readonly marketId: string
  /** At most 60. */
  readonly instructions: Instructions<ReplaceInstruction>
  readonly customerRef?: string
  readonly marketVersion?: MarketVersion
  readonly async?: boolean
}
