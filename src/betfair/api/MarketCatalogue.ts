/** What there is to bet on: event types, events and markets with their runners. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import * as Wire from "./Wire.ts"

export const EventType = Schema.Struct({ id: Wire.maybe(Wire.id), name: Wire.maybe(Schema.String) })
export type EventType = typeof EventType.Type

export const EventTypeResult = Schema.Struct({ eventType: EventType, marketCount: Wire.maybe(Wire.integer) })
export type EventTypeResult = typeof EventTypeResult.Type

export const Competition = Schema.Struct({ id: Wire.maybe(Wire.id), name: Wire.maybe(Schema.String) })
export type Competition = typeof Competition.Type

export const Event = Schema.Struct({
  id: Wire.maybe(Wire.id),
  name: Wire.maybe(Schema.String),
  countryCode: Wire.maybe(Schema.String),
  timezone: Wire.maybe(Schema.String),
  venue: Wire.maybe(Schema.String),
  openDate: Wire.maybe(Wire.dateTime)
})
export type Event = typeof Event.Type

export const EventResult = Schema.Struct({ event: Event, marketCount: Wire.maybe(Wire.integer) })
export type EventResult = typeof EventResult.Type

/** `metadata` holds texts such as CLOTH_NUMBER, STALL_DRAW and FORECASTPRICE_NUMERATOR; null where there is none. */
export const RunnerCatalog = Schema.Struct({
  selectionId: Wire.integer,
  runnerName: Wire.maybe(Schema.String),
  handicap: Wire.maybe(Wire.double),
  sortPriority: Wire.maybe(Wire.integer),
  metadata: Wire.maybe(Schema.Record(Schema.String, Schema.NullOr(Wire.text)))
})
export type RunnerCatalog = typeof RunnerCatalog.Type

export const MarketLineRangeInfo = Schema.Struct({
  maxUnitValue: Wire.maybe(Wire.double),
  minUnitValue: Wire.maybe(Wire.double),
  interval: Wire.maybe(Wire.double),
  marketUnit: Wire.maybe(Schema.String)
})
export type MarketLineRangeInfo = typeof MarketLineRangeInfo.Type

export const PriceLadderDescription = Schema.Struct({ type: Wire.maybe(Wire.oneOf(Enum.PriceLadderType)) })
export type PriceLadderDescription = typeof PriceLadderDescription.Type

export const MarketDescription = Schema.Struct({
  persistenceEnabled: Wire.maybe(Schema.Boolean),
  bspMarket: Wire.maybe(Schema.Boolean),
  marketTime: Wire.maybe(Wire.dateTime),
  suspendTime: Wire.maybe(Wire.dateTime),
  settleTime: Wire.maybe(Wire.dateTime),
  bettingType: Wire.maybe(Wire.oneOf(Enum.MarketBettingType)),
  turnInPlayEnabled: Wire.maybe(Schema.Boolean),
  marketType: Wire.maybe(Schema.String),
  regulator: Wire.maybe(Schema.String),
  /** Percent, before the account's discount. */
  marketBaseRate: Wire.maybe(Wire.double),
  discountAllowed: Wire.maybe(Schema.Boolean),
  wallet: Wire.maybe(Schema.String),
  rules: Wire.maybe(Schema.String),
  rulesHasDate: Wire.maybe(Schema.Boolean),
  clarifications: Wire.maybe(Schema.String),
  eachWayDivisor: Wire.maybe(Wire.double),
  lineRangeInfo: Wire.maybe(MarketLineRangeInfo),
  raceType: Wire.maybe(Schema.String),
  priceLadderDescription: Wire.maybe(PriceLadderDescription),
  betDelayModels: Wire.list(Schema.String)
})
export type MarketDescription = typeof MarketDescription.Type

/** Which parts are present depends on the `marketProjection` asked for. */
export const MarketCatalogue = Schema.Struct({
  marketId: Schema.String,
  marketName: Wire.maybe(Schema.String),
  marketStartTime: Wire.maybe(Wire.dateTime),
  description: Wire.maybe(MarketDescription),
  totalMatched: Wire.maybe(Wire.double),
  runners: Wire.list(RunnerCatalog),
  eventType: Wire.maybe(EventType),
  competition: Wire.maybe(Competition),
  event: Wire.maybe(Event)
})
export type MarketCatalogue = typeof MarketCatalogue.Type
