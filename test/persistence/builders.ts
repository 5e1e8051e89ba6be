/** Rows to write, with only what a test cares about spelt out. Ids are new each time, so that tests can share a database. */
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import { makeBetId, type MarketId, runnerKey, type SelectionId, type StrategyId } from "../../src/domain/Identifiers.ts"
import type { MarketDefinition, RunnerDefinition } from "../../src/domain/Market.ts"
import { Mode } from "../../src/domain/Mode.ts"
import type { OrderSpec } from "../../src/domain/Order.ts"
import type { OddsSnapshot } from "../../src/persistence/OddsRepository.ts"
import type { PerformanceRecord } from "../../src/persistence/PerformanceRepository.ts"

let last = 0
const next = () => ++last

export const noon = Date.UTC(2026, 2, 14, 12)

export const newMarketId = () => `1.${1_000_000 + next()}` as MarketId
export const newStrategyId = (name = "strategy") => `${name}_${next()}` as StrategyId
export const selection = (id: number) => id as SelectionId
export const newBetId = (at = noon) => {
  const id = next()
  let digit = 0
  return makeBetId(at, () => (Math.floor(id / 4096 ** digit++) % 4096) / 4096)
}

export const bet = (changes: Partial<Bet.Bet> = {}): Bet.Bet => ({
  ...Bet.fromIntent({
    id: newBetId(changes.createdAt),
    mode: "paper",
    strategyId: "simple_value" as StrategyId,
    marketId: changes.marketId ?? newMarketId(),
    selectionId: selection(7),
    handicap: 0,
    side: "BACK",
    slot: "",
    order: { _tag: "LIMIT", price: 350, size: 1000, persistence: "LAPSE" },
    confidence: 0.75,
    probability: 0.31,
    reason: "value at 3.5",
    replaces: null,
    createdAt: noon
  }),
  ...changes
})

export const placed = (betId: string | null = null, at = noon + 100): Bet.BetEvent => matched(0, betId, at)

/** An order of 10.00 of which `size` pence are matched at 3.50. */
export const matched = (size: number, betfairBetId: string | null = null, at = noon + 200): Bet.BetEvent => ({
  _tag: "Updated",
  at,
  state: {
    betfairBetId,
    placedAt: noon + 100,
    fills: size === 0 ? [] : [{ at, price: 350, size }],
    sizeRemaining: 1000 - size,
    sizeCancelled: 0,
    sizeLapsed: 0,
    sizeVoided: 0,
    complete: size === 1000
  }
})

export const cancelled = (at = noon + 300): Bet.BetEvent => ({
  _tag: "Updated",
  at,
  state: {
    betfairBetId: null,
    placedAt: noon + 100,
    fills: [],
    sizeRemaining: 0,
    sizeCancelled: 1000,
    sizeLapsed: 0,
    sizeVoided: 0,
    complete: true
  }
})

export const settled = (profit: number, at = noon + 9_000): Bet.BetEvent => ({
  _tag: "Settled",
  at,
  profit,
  commission: 0
})

export const after = (start: Bet.Bet, ...events: ReadonlyArray<Bet.BetEvent>): Bet.Bet =>
  events.reduce(Bet.transition, start)

const Whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Pence = Whole(0, 999_999_999_999)
const Price = Whole(101, 100_000)
const Instant = Whole(0, Date.UTC(2100, 0))
const Text = Schema.String.check(Schema.isPattern(/^[ -~£é']{0,20}$/))
const Unit = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const Order = Schema.Union([
  Schema.TaggedStruct("LIMIT", {
    price: Price,
    size: Pence,
    persistence: Schema.Literals(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"]),
    timeInForce: Schema.optionalKey(Schema.Literal("FILL_OR_KILL")),
    minFillSize: Schema.optionalKey(Pence)
  }),
  Schema.TaggedStruct("LIMIT_ON_CLOSE", { price: Price, liability: Pence }),
  Schema.TaggedStruct("MARKET_ON_CLOSE", { liability: Pence })
])

/** Any bet that the tables may hold, apart from its keys; fills after a withdrawal have fractions of a hundredth. */
export const AnyBet = Schema.Struct({
  mode: Mode,
  handicap: Whole(-2048, 2047),
  side: Schema.Literals(["BACK", "LAY"]),
  slot: Text,
  order: Order,
  confidence: Unit,
  probability: Schema.NullOr(Unit),
  reason: Text,
  createdAt: Instant,
  placedAt: Schema.NullOr(Instant),
  fills: Schema.Array(
    Schema.Struct({
      at: Instant,
      price: Schema.Union([Price, Schema.Literal(317.3333333333333)]),
      size: Whole(0, 9_999_999)
    })
  ),
  sizeRemaining: Pence,
  sizeCancelled: Pence,
  sizeLapsed: Pence,
  sizeVoided: Pence,
  complete: Schema.Boolean,
  status: Schema.Literals(["pending", "unknown", "placed", "partially_matched", "matched", "lapsed", "settled"]),
  matchedAt: Schema.NullOr(Instant),
  cancelledAt: Schema.NullOr(Instant),
  note: Schema.NullOr(Text),
  settlement: Schema.Struct({ at: Instant, profit: Whole(-99_999_999, 99_999_999), commission: Whole(0, 9_999) }),
  updatedAt: Instant
})

/** -0 is no amount: neither decimals nor JSON have it. */
const withoutNegativeZero = (any: typeof AnyBet.Type): typeof AnyBet.Type => JSON.parse(JSON.stringify(any))

export const betOf = (generated: typeof AnyBet.Type, betfairBetId: string | null = null): Bet.Bet => {
  const any = withoutNegativeZero(generated)
  return {
    ...bet(),
    ...any,
    handicap: any.handicap / 4,
    order: any.order as OrderSpec,
    betfairBetId,
    settlement: any.status === "settled" ? any.settlement : null
  }
}

export const runner = (id: number, changes: Partial<RunnerDefinition> = {}): RunnerDefinition => ({
  key: runnerKey(id, changes.handicap),
  selectionId: selection(id),
  handicap: 0,
  name: `Horse ${id}`,
  clothNumber: `${id}A`,
  stallDraw: id,
  jockeyName: `Jockey ${id}`,
  trainerName: null,
  age: 4,
  weightPounds: 132.5,
  sortPriority: id,
  status: "ACTIVE",
  adjustmentFactor: 12.345,
  removedAt: null,
  bsp: null,
  ...changes
})

export const market = (changes: Partial<MarketDefinition> = {}): MarketDefinition => ({
  marketId: newMarketId(),
  eventTypeId: "7",
  eventId: "30",
  eventName: "Ascot 14th Mar",
  marketType: "WIN",
  name: "2m Hcap Hrd",
  venue: "Ascot",
  countryCode: "GB",
  timezone: "Europe/London",
  raceType: "Hurdle",
  bettingType: "ODDS",
  marketTime: noon,
  settledAt: null,
  status: "OPEN",
  inPlay: false,
  turnInPlayEnabled: true,
  persistenceEnabled: true,
  bspMarket: true,
  bspReconciled: false,
  complete: true,
  crossMatching: true,
  runnersVoidable: false,
  discountAllowed: true,
  betDelay: 0,
  betDelayModels: ["DYNAMIC", "PASSIVE"],
  marketBaseRate: 2.5,
  numberOfWinners: 1,
  numberOfActiveRunners: 2,
  eachWayDivisor: null,
  version: 6_123_456_789,
  ladder: "CLASSIC",
  runners: [runner(9), runner(4)],
  ...changes
})

export const snapshot = (changes: Partial<OddsSnapshot> = {}): OddsSnapshot => ({
  marketId: newMarketId(),
  selectionId: selection(7),
  handicap: 0,
  at: noon,
  bestBack: 345,
  bestBackSize: 12_050,
  bestLay: 350,
  bestLaySize: 199,
  lastPriceTraded: 350,
  totalMatched: 1_234_567,
  ...changes
})

export const performance = (changes: Partial<PerformanceRecord> = {}): PerformanceRecord => ({
  mode: "paper",
  strategyId: newStrategyId(),
  day: "2026-03-14",
  bets: 3,
  wins: 1,
  losses: 2,
  pending: 1,
  profit: -1050,
  commission: 12,
  staked: 3000,
  largestWin: 500,
  largestLoss: -1000,
  currentStreak: -2,
  sharpe: null,
  maxDrawdown: 1550,
  updatedAt: noon,
  ...changes
})
