/** The rows of a market and its runners, and the definition they are read back as. */
import { Schema, Struct } from "effect"
import { MarketId, runnerKey, SelectionId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as Row from "./Row.ts"

const Text = Schema.NullOr(Schema.String)

export const Races = Row.table("races", {
  marketId: MarketId,
  eventTypeId: Schema.String,
  eventId: Text,
  eventName: Text,
  marketType: Text,
  name: Text,
  venue: Text,
  countryCode: Text,
  timezone: Text,
  raceType: Text,
  bettingType: Schema.Literals([
    "ODDS",
    "LINE",
    "RANGE",
    "ASIAN_HANDICAP_SINGLE_LINE",
    "ASIAN_HANDICAP_DOUBLE_LINE",
    "FIXED_ODDS"
  ]),
  marketTime: Row.Timestamp,
  settledAt: Schema.NullOr(Row.Timestamp),
  status: Schema.Literals(["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"]),
  inPlay: Schema.Boolean,
  turnInPlayEnabled: Schema.Boolean,
  persistenceEnabled: Schema.Boolean,
  bspMarket: Schema.Boolean,
  bspReconciled: Schema.Boolean,
  complete: Schema.Boolean,
  crossMatching: Schema.Boolean,
  runnersVoidable: Schema.Boolean,
  discountAllowed: Schema.Boolean,
  betDelay: Row.Decimal,
  betDelayModels: Schema.Array(Schema.String),
  marketBaseRate: Row.Decimal,
  numberOfWinners: Schema.Int,
  numberOfActiveRunners: Schema.Int,
  eachWayDivisor: Schema.NullOr(Row.Decimal),
  version: Row.BigInteger,
  ladder: Schema.Literals(["CLASSIC", "FINEST", "LINE_RANGE"]),
  updatedAt: Row.Timestamp
})
export type RaceRow = typeof Races.schema.Type

export const Runners = Row.table("runners", {
  marketId: MarketId,
  selectionId: Row.BigInteger.pipe(Schema.decodeTo(SelectionId)),
  handicap: Row.Decimal,
  position: Schema.Int,
  name: Text,
  clothNumber: Text,
  stallDraw: Schema.NullOr(Schema.Int),
  jockeyName: Text,
  trainerName: Text,
  age: Schema.NullOr(Schema.Int),
  weightPounds: Schema.NullOr(Row.Decimal),
  sortPriority: Schema.Int,
  status: Schema.Literals(["ACTIVE", "WINNER", "LOSER", "PLACED", "REMOVED", "REMOVED_VACANT", "HIDDEN"]),
  adjustmentFactor: Schema.NullOr(Row.Decimal),
  removedAt: Schema.NullOr(Row.Timestamp),
  bsp: Schema.NullOr(Row.Decimal),
  updatedAt: Row.Timestamp
})
export type RunnerRow = typeof Runners.schema.Type

export const toRaceRow = (market: MarketDefinition, at: number): RaceRow => ({ ...market, updatedAt: at })

export const toRunnerRows = ({ marketId, runners }: MarketDefinition, at: number): ReadonlyArray<RunnerRow> =>
  runners.map((runner, position) => ({ ...runner, marketId, position, updatedAt: at }))

/** @param runners in the order of the definition */
export const fromRows = (race: RaceRow, runners: ReadonlyArray<RunnerRow>): MarketDefinition => ({
  ...Struct.omit(race, ["updatedAt"]),
  runners: runners.map((runner) => ({
    ...Struct.omit(runner, ["marketId", "position", "updatedAt"]),
    key: runnerKey(runner.selectionId, runner.handicap)
  }))
})
