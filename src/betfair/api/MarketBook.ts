/** Prices, sizes and positions of a market as listMarketBook and listMarketProfitAndLoss tell of them. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import * as Wire from "./Wire.ts"

export const PriceSize = Schema.Struct({ price: Wire.double, size: Wire.double })
export type PriceSize = typeof PriceSize.Type

/** Prices that do not exist are NaN. */
export const StartingPrices = Schema.Struct({
  nearPrice: Wire.maybe(Wire.startingPrice),
  farPrice: Wire.maybe(Wire.startingPrice),
  backStakeTaken: Wire.list(PriceSize),
  layLiabilityTaken: Wire.list(PriceSize),
  actualSP: Wire.maybe(Wire.startingPrice)
})
export type StartingPrices = typeof StartingPrices.Type

export const ExchangePrices = Schema.Struct({
  availableToBack: Wire.list(PriceSize),
  availableToLay: Wire.list(PriceSize),
  tradedVolume: Wire.list(PriceSize)
})
export type ExchangePrices = typeof ExchangePrices.Type

export const Order = Schema.Struct({
  betId: Wire.id,
  orderType: Wire.oneOf(Enum.OrderType),
  status: Wire.oneOf(Enum.OrderStatus),
  persistenceType: Wire.maybe(Wire.oneOf(Enum.PersistenceType)),
  side: Wire.oneOf(Enum.Side),
  price: Wire.maybe(Wire.double),
  size: Wire.maybe(Wire.double),
  bspLiability: Wire.maybe(Wire.double),
  placedDate: Wire.maybe(Wire.dateTime),
  avgPriceMatched: Wire.maybe(Wire.double),
  sizeMatched: Wire.maybe(Wire.double),
  sizeRemaining: Wire.maybe(Wire.double),
  sizeLapsed: Wire.maybe(Wire.double),
  sizeCancelled: Wire.maybe(Wire.double),
  sizeVoided: Wire.maybe(Wire.double),
  customerOrderRef: Wire.maybe(Schema.String),
  customerStrategyRef: Wire.maybe(Schema.String)
})
export type Order = typeof Order.Type

export const Match = Schema.Struct({
  betId: Wire.maybe(Wire.id),
  matchId: Wire.maybe(Wire.id),
  side: Wire.oneOf(Enum.Side),
  price: Wire.double,
  size: Wire.double,
  matchDate: Wire.maybe(Wire.dateTime)
})
export type Match = typeof Match.Type

export const Runner = Schema.Struct({
  selectionId: Wire.integer,
  handicap: Wire.maybe(Wire.double),
  status: Wire.oneOf(Enum.RunnerStatus),
  adjustmentFactor: Wire.maybe(Wire.double),
  lastPriceTraded: Wire.maybe(Wire.double),
  totalMatched: Wire.maybe(Wire.double),
  removalDate: Wire.maybe(Wire.dateTime),
  sp: Wire.maybe(StartingPrices),
  ex: Wire.maybe(ExchangePrices),
  orders: Wire.list(Order),
  matches: Wire.list(Match)
})
export type Runner = typeof Runner.Type

export const KeyLineDescription = Schema.Struct({
  keyLine: Wire.list(Schema.Struct({ selectionId: Wire.integer, handicap: Wire.maybe(Wire.double) }))
})
export type KeyLineDescription = typeof KeyLineDescription.Type

export const MarketBook = Schema.Struct({
  marketId: Schema.String,
  isMarketDataDelayed: Schema.Boolean,
  status: Wire.maybe(Wire.oneOf(Enum.MarketStatus)),
  /** Seconds. */
  betDelay: Wire.maybe(Wire.integer),
  betDelayModels: Wire.list(Schema.String),
  bspReconciled: Wire.maybe(Schema.Boolean),
  complete: Wire.maybe(Schema.Boolean),
  inplay: Wire.maybe(Schema.Boolean),
  numberOfWinners: Wire.maybe(Wire.integer),
  numberOfRunners: Wire.maybe(Wire.integer),
  numberOfActiveRunners: Wire.maybe(Wire.integer),
  lastMatchTime: Wire.maybe(Wire.dateTime),
  totalMatched: Wire.maybe(Wire.double),
  totalAvailable: Wire.maybe(Wire.double),
  crossMatching: Wire.maybe(Schema.Boolean),
  runnersVoidable: Wire.maybe(Schema.Boolean),
  version: Wire.maybe(Wire.integer),
  runners: Wire.list(Runner),
  keyLineDescription: Wire.maybe(KeyLineDescription)
})
export type MarketBook = typeof MarketBook.Type

export const RunnerProfitAndLoss = Schema.Struct({
  selectionId: Wire.maybe(Wire.integer),
  ifWin: Wire.maybe(Wire.double),
  ifLose: Wire.maybe(Wire.double),
  ifPlace: Wire.maybe(Wire.double)
})
export type RunnerProfitAndLoss = typeof RunnerProfitAndLoss.Type

export const MarketProfitAndLoss = Schema.Struct({
  marketId: Schema.String,
  commissionApplied: Wire.maybe(Wire.double),
  profitAndLosses: Wire.list(RunnerProfitAndLoss)
})
export type MarketProfitAndLoss = typeof MarketProfitAndLoss.Type
