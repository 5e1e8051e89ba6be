/** Orders as listCurrentOrders and listClearedOrders tell of them. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import { PriceSize } from "./MarketBook.ts"
import * as Wire from "./Wire.ts"

/** Sizes are absent where Betfair does not know them yet; they never are for an order that is EXECUTION_COMPLETE. */
export const CurrentOrderSummary = Schema.Struct({
  betId: Wire.id,
  marketId: Schema.String,
  selectionId: Wire.integer,
  handicap: Wire.maybe(Wire.double),
  priceSize: PriceSize,
  bspLiability: Wire.maybe(Wire.double),
  side: Wire.oneOf(Enum.Side),
  status: Wire.oneOf(Enum.OrderStatus),
  persistenceType: Wire.maybe(Wire.oneOf(Enum.PersistenceType)),
  orderType: Wire.oneOf(Enum.OrderType),
  placedDate: Wire.maybe(Wire.dateTime),
  matchedDate: Wire.maybe(Wire.dateTime),
  averagePriceMatched: Wire.maybe(Wire.double),
  sizeMatched: Wire.maybe(Wire.double),
  sizeRemaining: Wire.maybe(Wire.double),
  sizeLapsed: Wire.maybe(Wire.double),
  sizeCancelled: Wire.maybe(Wire.double),
  sizeVoided: Wire.maybe(Wire.double),
  regulatorAuthCode: Wire.maybe(Schema.String),
  regulatorCode: Wire.maybe(Schema.String),
  customerOrderRef: Wire.maybe(Schema.String),
  customerStrategyRef: Wire.maybe(Schema.String)
})
export type CurrentOrderSummary = typeof CurrentOrderSummary.Type

export const CurrentOrderSummaryReport = Schema.Struct({
  currentOrders: Schema.Array(CurrentOrderSummary),
  moreAvailable: Schema.Boolean
})
export type CurrentOrderSummaryReport = typeof CurrentOrderSummaryReport.Type

export const ItemDescription = Schema.Struct({
  eventTypeDesc: Wire.maybe(Schema.String),
  eventDesc: Wire.maybe(Schema.String),
  marketDesc: Wire.maybe(Schema.String),
  marketType: Wire.maybe(Schema.String),
  marketStartTime: Wire.maybe(Wire.dateTime),
  runnerDesc: Wire.maybe(Schema.String),
  numberOfWinners: Wire.maybe(Wire.integer),
  eachWayDivisor: Wire.maybe(Wire.double)
})
export type ItemDescription = typeof ItemDescription.Type

/** Which fields are present depends on `groupBy`; with BET or none the ids, sizes and prices of a settled bet are. */
export const ClearedOrderSummary = Schema.Struct({
  eventTypeId: Wire.maybe(Wire.id),
  eventId: Wire.maybe(Wire.id),
  marketId: Wire.maybe(Schema.String),
  selectionId: Wire.maybe(Wire.integer),
  handicap: Wire.maybe(Wire.double),
  betId: Wire.maybe(Wire.id),
  placedDate: Wire.maybe(Wire.dateTime),
  persistenceType: Wire.maybe(Wire.oneOf(Enum.PersistenceType)),
  orderType: Wire.maybe(Wire.oneOf(Enum.OrderType)),
  side: Wire.maybe(Wire.oneOf(Enum.Side)),
  itemDescription: Wire.maybe(ItemDescription),
  betOutcome: Wire.maybe(Wire.oneOf(["WON", "LOST", "PLACE", "VOID"])),
  priceRequested: Wire.maybe(Wire.double),
  settledDate: Wire.maybe(Wire.dateTime),
  lastMatchedDate: Wire.maybe(Wire.dateTime),
  betCount: Wire.maybe(Wire.integer),
  /** Per market only (`groupBy` MARKET and above), never per bet. */
  commission: Wire.maybe(Wire.double),
  priceMatched: Wire.maybe(Wire.double),
  priceReduced: Wire.maybe(Schema.Boolean),
  sizeSettled: Wire.maybe(Wire.double),
  /** Before commission. */
  profit: Wire.maybe(Wire.double),
  sizeCancelled: Wire.maybe(Wire.double),
  customerOrderRef: Wire.maybe(Schema.String),
  customerStrategyRef: Wire.maybe(Schema.String)
})
export type ClearedOrderSummary = typeof ClearedOrderSummary.Type

export const ClearedOrderSummaryReport = Schema.Struct({
  clearedOrders: Schema.Array(ClearedOrderSummary),
  moreAvailable: Schema.Boolean
})
export type ClearedOrderSummaryReport = typeof ClearedOrderSummaryReport.Type
