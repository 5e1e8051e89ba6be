/** A market as the exchange defines it: its kind, its time, its rules and the state of each runner. Prices are in books. */
import type { MarketId, RunnerKey, SelectionId } from "./Identifiers.ts"
import type { Ladder } from "./PriceLadder.ts"

export type MarketStatus = "INACTIVE" | "OPEN" | "SUSPENDED" | "CLOSED"
export type RunnerStatus = "ACTIVE" | "WINNER" | "LOSER" | "PLACED" | "REMOVED" | "REMOVED_VACANT" | "HIDDEN"
export type BettingType =
  | "ODDS"
  | "LINE"
  | "RANGE"
  | "ASIAN_HANDICAP_SINGLE_LINE"
  | "ASIAN_HANDICAP_DOUBLE_LINE"
  | "FIXED_ODDS"

/** What the race card tells of a runner. Definitions do not have it, catalogues may; null is what is not known. */
export interface RunnerCard {
  /** On the saddle cloth, or the trap of a greyhound. Horses that run coupled have a letter too: `1A`. */
  readonly clothNumber: string | null
  readonly stallDraw: number | null
  readonly jockeyName: string | null
  readonly trainerName: string | null
  /** Years. */
  readonly age: number | null
  /** Carried by the horse. */
  readonly weightPounds: number | null
}

/** The card of a runner of which there is none. */
export const noCard: RunnerCard = {
  clothNumber: null,
  stallDraw: null,
  jockeyName: null,
  trainerName: null,
  age: null,
  weightPounds: null
}

export interface RunnerDefinition extends RunnerCard {
  readonly key: RunnerKey
  readonly selectionId: SelectionId
  readonly handicap: number
  readonly name: string | null
  readonly sortPriority: number
  readonly status: RunnerStatus
  /** Percent by which prices of the others fall when this runner is withdrawn. */
  readonly adjustmentFactor: number | null
  /** Epoch milliseconds. */
  readonly removedAt: number | null
  /** Betfair starting price as decimal odds; NaN and Infinity do occur on the wire and become null. */
  readonly bsp: number | null
}

export interface MarketDefinition {
  readonly marketId: MarketId
  readonly eventTypeId: string
  readonly eventId: string | null
  readonly eventName: string | null
  readonly marketType: string | null
  readonly name: string | null
  readonly venue: string | null
  readonly countryCode: string | null
  readonly timezone: string | null
  readonly raceType: string | null
  readonly bettingType: BettingType
  /** Scheduled off, epoch milliseconds. */
  readonly marketTime: number
  readonly settledAt: number | null
  readonly status: MarketStatus
  readonly inPlay: boolean
  readonly turnInPlayEnabled: boolean
  readonly persistenceEnabled: boolean
  readonly bspMarket: boolean
  readonly bspReconciled: boolean
  readonly complete: boolean
  readonly crossMatching: boolean
  readonly runnersVoidable: boolean
  readonly discountAllowed: boolean
  /** Seconds an order waits in play before it is looked at. */
  readonly betDelay: number
  readonly betDelayModels: ReadonlyArray<string>
  /** Commission on net winnings, percent. */
  readonly marketBaseRate: number
  readonly numberOfWinners: number
  readonly numberOfActiveRunners: number
  readonly eachWayDivisor: number | null
  readonly version: number
  readonly ladder: Ladder
  readonly runners: ReadonlyArray<RunnerDefinition>
}

/** Betfair's event type ids of the two sports that are races. */
export const horseRacing = "7"
export const greyhoundRacing = "4339"

export const isRace = (market: MarketDefinition): boolean =>
  market.eventTypeId === horseRacing || market.eventTypeId === greyhoundRacing

/** Milliseconds from `now` to the scheduled off; negative after it. */
export const timeToStartMs = (market: MarketDefinition, now: number): number => market.marketTime - now

export const findRunner = (market: MarketDefinition, key: RunnerKey): RunnerDefinition | undefined =>
  market.runners.find((runner) => runner.key === key)
