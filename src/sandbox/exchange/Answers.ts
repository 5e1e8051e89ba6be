/** The API's answers as JSON (SportsAPING, AccountAPING), as far as the exchange fills them. Money and odds are decimals, dates ISO 8601. */
import type { PersistenceType, OrderType } from "./Bet.ts"
import type { Side } from "../../domain/Side.ts"

export interface PriceSize {
  readonly price: number
  readonly size: number
}

export interface EventType {
  readonly id: string
  readonly name: string
}
export interface EventTypeResult {
  readonly eventType: EventType
  readonly marketCount: number
}
export interface Event {
  readonly id: string
  readonly name: string
  readonly countryCode?: string
  readonly timezone?: string
  readonly venue?: string
  readonly openDate?: string
}
export interface EventResult {
  readonly event: Event
  readonly marketCount: number
}

export interface VenueResult {
  readonly venue: string
  readonly marketCount: number
}
export interface CountryCodeResult {
  readonly countryCode: string
  readonly marketCount: number
}
export interface MarketTypeResult {
  readonly marketType: string
  readonly marketCount: number
}
export interface TimeRangeResult {
  readonly timeRange: { readonly from: string; readonly to: string }
  readonly marketCount: number
}
export interface CurrencyRate {
  readonly currencyCode: string
  readonly rate: number
}

export interface MarketCatalogue {
  readonly marketId: string
  readonly marketName: string
  readonly marketStartTime?: string
  readonly totalMatched: number
  readonly description?: Readonly<Record<string, unknown>>
  readonly runners?: ReadonlyArray<{
    readonly selectionId: number
    readonly runnerName: string
    readonly handicap: number
    readonly sortPriority: number
    readonly metadata?: Readonly<Record<string, string>>
  }>
  readonly eventType?: EventType
  readonly event?: Event
}

export interface OrderOfRunner {
  readonly betId: string
  readonly orderType: OrderType
  readonly status: "EXECUTABLE" | "EXECUTION_COMPLETE"
  readonly persistenceType: PersistenceType
  readonly side: Side
  readonly price: number
  readonly size: number
  readonly bspLiability: number
  readonly placedDate: string
  readonly avgPriceMatched: number
  readonly sizeMatched: number
  readonly sizeRemaining: number
  readonly sizeLapsed: number
  readonly sizeCancelled: number
  readonly sizeVoided: number
  readonly customerOrderRef?: string
  readonly customerStrategyRef?: string
}
export interface Match {
  readonly betId?: string
  readonly side: Side
  readonly price: number
  readonly size: number
  readonly matchDate?: string
}
export interface Runner {
  readonly selectionId: number
  readonly handicap: number
  readonly status: string
  readonly adjustmentFactor: number
  readonly lastPriceTraded?: number
  readonly totalMatched: number
  readonly removalDate?: string
  readonly sp?: {
    readonly nearPrice?: number | string
    readonly farPrice?: number | string
    readonly backStakeTaken?: ReadonlyArray<PriceSize>
    readonly layLiabilityTaken?: ReadonlyArray<PriceSize>
    readonly actualSP?: number | string
  }
  readonly ex?: {
    readonly availableToBack?: ReadonlyArray<PriceSize>
    readonly availableToLay?: ReadonlyArray<PriceSize>
    readonly tradedVolume?: ReadonlyArray<PriceSize>
  }
  readonly orders?: ReadonlyArray<OrderOfRunner>
  readonly matches?: ReadonlyArray<Match>
}
export interface MarketBook {
  readonly marketId: string
  readonly isMarketDataDelayed: boolean
  readonly status: string
  readonly betDelay: number
  readonly bspReconciled: boolean
  readonly complete: boolean
  readonly inplay: boolean
  readonly numberOfWinners: number
  readonly numberOfRunners: number
  readonly numberOfActiveRunners: number
  readonly totalMatched: number
  readonly totalAvailable: number
  readonly crossMatching: boolean
  readonly runnersVoidable: boolean
  readonly version: number
  readonly runners: ReadonlyArray<Runner>
}

export type ReportStatus = "SUCCESS" | "FAILURE" | "PROCESSED_WITH_ERRORS" | "TIMEOUT"
export interface Report<Instruction> {
  readonly customerRef?: string
  readonly status: ReportStatus
  readonly errorCode?: string
  readonly marketId?: string
  readonly instructionReports?: ReadonlyArray<Instruction>
}
export interface InstructionReport {
  readonly status: "SUCCESS" | "FAILURE" | "TIMEOUT"
  readonly errorCode?: string
  /** As it was sent. */
  readonly instruction?: unknown
}
export interface PlaceInstructionReport extends InstructionReport {
  readonly orderStatus?: "PENDING" | "EXECUTABLE" | "EXECUTION_COMPLETE" | "EXPIRED"
  readonly betId?: string
  readonly placedDate?: string
  readonly averagePriceMatched?: number
  readonly sizeMatched?: number
}
export interface CancelInstructionReport extends InstructionReport {
  readonly sizeCancelled: number
  readonly cancelledDate?: string
}
export interface ReplaceInstructionReport extends InstructionReport {
  readonly cancelInstructionReport?: CancelInstructionReport
  readonly placeInstructionReport?: PlaceInstructionReport
}
export type PlaceExecutionReport = Report<PlaceInstructionReport>
export type CancelExecutionReport = Report<CancelInstructionReport>
export type UpdateExecutionReport = Report<InstructionReport>
export type ReplaceExecutionReport = Report<ReplaceInstructionReport>

export interface CurrentOrderSummary {
  readonly betId: string
  readonly marketId: string
  readonly selectionId: number
  readonly handicap: number
  readonly priceSize: PriceSize
  readonly bspLiability: number
  readonly side: Side
  readonly status: "EXECUTABLE" | "EXECUTION_COMPLETE"
  readonly persistenceType: PersistenceType
  readonly orderType: OrderType
  readonly placedDate: string
  readonly matchedDate?: string
  readonly averagePriceMatched: number
  readonly sizeMatched: number
  readonly sizeRemaining: number
  readonly sizeLapsed: number
  readonly sizeCancelled: number
  readonly sizeVoided: number
  readonly regulatorCode: string
  readonly customerOrderRef?: string
  readonly customerStrategyRef?: string
}
export interface CurrentOrderSummaryReport {
  readonly currentOrders: ReadonlyArray<CurrentOrderSummary>
  readonly moreAvailable: boolean
}

export interface ClearedOrderSummary {
  readonly eventTypeId?: string
  readonly eventId?: string
  readonly marketId?: string
  readonly selectionId?: number
  readonly handicap?: number
  readonly betId?: string
  readonly placedDate?: string
  readonly persistenceType?: PersistenceType
  readonly orderType?: OrderType
  readonly side?: Side
  readonly betOutcome?: "WON" | "LOST" | "PLACE"
  readonly priceRequested?: number
  readonly settledDate?: string
  readonly lastMatchedDate?: string
  readonly betCount: number
  readonly commission?: number
  readonly priceMatched?: number
  readonly priceReduced?: boolean
  readonly sizeSettled?: number
  readonly profit: number
  readonly sizeCancelled?: number
  readonly customerOrderRef?: string
  readonly customerStrategyRef?: string
}
export interface ClearedOrderSummaryReport {
  readonly clearedOrders: ReadonlyArray<ClearedOrderSummary>
  readonly moreAvailable: boolean
}

export interface MarketProfitAndLoss {
  readonly marketId: string
  readonly commissionApplied?: number
  readonly profitAndLosses: ReadonlyArray<{
    readonly selectionId: number
    readonly ifWin: number
    readonly ifLose?: number
    readonly ifPlace?: number
  }>
}

export interface AccountFunds {
  readonly availableToBetBalance: number
  /** Zero or negative. */
  readonly exposure: number
  readonly retainedCommission: number
  readonly exposureLimit: number
  readonly discountRate: number
  readonly pointsBalance: number
  readonly wallet: "UK"
}
export interface AccountDetails {
  readonly currencyCode: string
  readonly firstName: string
  readonly lastName: string
  readonly localeCode: string
  readonly region: string
  readonly timezone: string
  readonly discountRate: number
  readonly pointsBalance: number
  readonly countryCode: string
}
export interface StatementItem {
  /** Bet id, or market id for commission; increases within a line's kind. */
  readonly refId: string
  readonly itemDate: string
  readonly amount: number
  /** After this line. */
  readonly balance: number
  readonly itemClass: "UNKNOWN"
  readonly itemClassData: { readonly unknownStatementItem: string }
}
export interface AccountStatementReport {
  /** Newest first. */
  readonly accountStatement: ReadonlyArray<StatementItem>
  readonly moreAvailable: boolean
}
