/** The account and its dead-man's switch. Money is in the account's currency. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import * as Wire from "./Wire.ts"

export const AccountFundsResponse = Schema.Struct({
  availableToBetBalance: Wire.maybe(Wire.double),
  /** Zero or negative: what open bets may cost. */
  exposure: Wire.maybe(Wire.double),
  retainedCommission: Wire.maybe(Wire.double),
  /** Negative. */
  exposureLimit: Wire.maybe(Wire.double),
  /** Percent off the market base rate. */
  discountRate: Wire.maybe(Wire.double),
  pointsBalance: Wire.maybe(Wire.integer),
  wallet: Wire.maybe(Schema.String)
})
export type AccountFundsResponse = typeof AccountFundsResponse.Type

export const AccountDetailsResponse = Schema.Struct({
  currencyCode: Wire.maybe(Schema.String),
  firstName: Wire.maybe(Schema.String),
  lastName: Wire.maybe(Schema.String),
  localeCode: Wire.maybe(Schema.String),
  region: Wire.maybe(Schema.String),
  timezone: Wire.maybe(Schema.String),
  discountRate: Wire.maybe(Wire.double),
  pointsBalance: Wire.maybe(Wire.integer),
  countryCode: Wire.maybe(Schema.String)
})
export type AccountDetailsResponse = typeof AccountDetailsResponse.Type

export const HeartbeatReport = Schema.Struct({
  actionPerformed: Wire.oneOf(Enum.ActionPerformed),
  /** 0 when no heartbeat is registered any more. */
  actualTimeoutSeconds: Wire.integer
})
export type HeartbeatReport = typeof HeartbeatReport.Type
