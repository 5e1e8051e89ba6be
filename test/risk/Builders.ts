/** Markets, bets and settings for the tests of risk: valid as they come, changed where a test needs it. */
import { Schema } from "effect"
import { SettingsSchema, type SettingsValue } from "../../src/config/Settings.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { BetId, MarketId, runnerKey, SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import { type MarketDefinition, noCard } from "../../src/domain/Market.ts"
import type { OrderSpec } from "../../src/domain/Order.ts"
import type { RiskRequest } from "../../src/risk/RiskRequest.ts"
import type { BetSettlement } from "../../src/risk/RiskState.ts"

/** A summer's noon in London. */
export const noon = Date.parse("2026-07-01T11:00:00Z")

export const settings = (changes: Record<string, unknown> = {}): SettingsValue =>
  Schema.decodeSync(SettingsSchema)(changes)

export const betId = (n: number): BetId => BetId.make(`01980000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`)
export const marketId = (n = 1): MarketId => MarketId.make(`1.${n}`)
export const strategyId = (name = "simple_value"): StrategyId => StrategyId.make(name)

export const limit = (price: number, size: number): OrderSpec => ({ _tag: "LIMIT", price, size, persistence: "LAPSE" })

export const market = (changes: Partial<MarketDefinition> = {}): MarketDefinition => ({
  marketId: marketId(),
  eventTypeId: "7",
  eventId: null,
  eventName: null,
  marketType: "WIN",
  name: null,
  venue: "Ascot",
  countryCode: "GB",
  timezone: "Europe/London",
  raceType: null,
  bettingType: "ODDS",
  marketTime: noon + 600_000,
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
  betDelayModels: [],
  marketBaseRate: 5,
  numberOfWinners: 1,
  numberOfActiveRunners: 8,
  eachWayDivisor: null,
  version: 1,
  ladder: "CLASSIC",
  runners: [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({
    ...noCard,
    key: runnerKey(id),
    selectionId: SelectionId.make(id),
    handicap: 0,
    name: null,
    sortPriority: id,
    status: "ACTIVE",
    adjustmentFactor: null,
    removedAt: null,
    bsp: null
  })),
  ...changes
})

export interface IntentChanges extends Partial<Omit<Bet.BetIntent, "id" | "marketId" | "selectionId">> {
  readonly id?: number
  readonly market?: number
  readonly runner?: number
}

/** A back of 2.00 at 3.0 on runner 1. */
export const intent = ({ id = 1, market = 1, runner = 1, ...changes }: IntentChanges = {}): Bet.BetIntent => ({
  id: betId(id),
  mode: "paper",
  strategyId: strategyId(),
  marketId: marketId(market),
  selectionId: SelectionId.make(runner),
  handicap: 0,
  side: "BACK",
  slot: "",
  order: limit(300, 200),
  confidence: 1,
  probability: null,
  reason: "test",
  replaces: null,
  createdAt: noon,
  ...changes
})

/** The bet of an intent after `matched` (backer's stake at its limit price, or at `at`) of it has been matched. */
export const bet = (changes: IntentChanges = {}, state: Partial<Bet.Bet> = {}): Bet.Bet => ({
  ...Bet.fromIntent(intent(changes)),
  ...state
})

/** The bet matched in full at a price, its limit if none is given. */
export const matched = (changes: IntentChanges = {}, at?: number): Bet.Bet => {
  const before = bet(changes)
  const price = at ?? (before.order._tag === "LIMIT" ? before.order.price : 300)
  const size = before.order._tag === "LIMIT" ? before.order.size : before.order.liability
  return {
    ...before,
    status: "matched",
    fills: [{ at: noon, price, size }],
    sizeRemaining: 0,
    complete: true,
    updatedAt: noon + 1
  }
}

export interface RequestChanges extends IntentChanges {
  readonly definition?: Partial<MarketDefinition>
  readonly prices?: Partial<RiskRequest["prices"]>
  readonly inPlay?: boolean
  readonly now?: number
}

/** A request that every default limit lets pass. */
export const request = ({ definition, inPlay, now = noon, prices, ...changes }: RequestChanges = {}): RiskRequest => ({
  intent: intent({ createdAt: now, ...changes }),
  market: market({ marketId: marketId(changes.market), marketTime: now + 600_000, ...definition }),
  prices: { bestBack: 300, bestLay: 305, lastPriceTraded: 300, publishTime: now, depth: "FULL_LADDER", ...prices },
  traits: { inPlay: inPlay ?? false },
  now
})

export const settlement = (
  id: number,
  net: number,
  at = noon,
  changes: Partial<BetSettlement> = {}
): BetSettlement => ({
  betId: betId(id),
  marketId: marketId(),
  strategyId: strategyId(),
  net,
  at,
  ...changes
})
