import { makeBetId, type MarketId, runnerKey, type SelectionId, type StrategyId } from "../../src/domain/Identifiers.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { type MarketDefinition, noCard, type RunnerDefinition, type RunnerStatus } from "../../src/domain/Market.ts"

export const marketId = "1.181223995" as MarketId

export const runner = (selectionId: number, status: RunnerStatus): RunnerDefinition => ({
  ...noCard,
  key: runnerKey(selectionId),
  selectionId: selectionId as SelectionId,
  handicap: 0,
  name: null,
  sortPriority: selectionId,
  status,
  adjustmentFactor: null,
  removedAt: null,
  bsp: null
})

/** A closed win market of three, runner 1 having won. */
export const market = (changes: Partial<MarketDefinition> = {}): MarketDefinition => ({
  marketId,
  eventTypeId: "7",
  eventId: null,
  eventName: null,
  marketType: "WIN",
  name: null,
  venue: null,
  countryCode: null,
  timezone: null,
  raceType: null,
  bettingType: "ODDS",
  marketTime: 0,
  settledAt: null,
  status: "CLOSED",
  inPlay: true,
  turnInPlayEnabled: true,
  persistenceEnabled: true,
  bspMarket: true,
  bspReconciled: true,
  complete: true,
  crossMatching: true,
  runnersVoidable: false,
  discountAllowed: true,
  betDelay: 0,
  betDelayModels: [],
  marketBaseRate: 5,
  numberOfWinners: 1,
  numberOfActiveRunners: 0,
  eachWayDivisor: null,
  version: 1,
  ladder: "CLASSIC",
  runners: runners("WINNER", "LOSER", "LOSER"),
  ...changes
})

export const runners = (...statuses: ReadonlyArray<RunnerStatus>): ReadonlyArray<RunnerDefinition> =>
  statuses.map((status, index) => runner(index + 1, status))

/** The id of the n-th bet of a test. */
export const betId = (n: number) => makeBetId(n, () => 0.5)

export interface BetChanges extends Omit<Partial<Bet.Bet>, "strategyId" | "selectionId"> {
  readonly n?: number
  readonly strategyId?: string
  readonly selectionId?: number
}

/** A matched BACK of 10.00 at 3.0 on runner 1. */
export const bet = ({ n = 1, selectionId = 1, strategyId = "simple_value", ...changes }: BetChanges = {}): Bet.Bet => ({
  ...Bet.fromIntent({
    id: betId(n),
    mode: "paper",
    strategyId: strategyId as StrategyId,
    marketId,
    selectionId: selectionId as SelectionId,
    handicap: 0,
    side: "BACK",
    slot: "",
    order: { _tag: "LIMIT", price: 300, size: 1000, persistence: "LAPSE" },
    confidence: 0.5,
    probability: null,
    reason: "test",
    replaces: null,
    createdAt: n
  }),
  betfairBetId: `${n}`,
  placedAt: n,
  status: "matched",
  fills: [{ at: n, price: 300, size: 1000 }],
  sizeRemaining: 0,
  complete: true,
  matchedAt: n,
  updatedAt: n,
  ...changes
})
