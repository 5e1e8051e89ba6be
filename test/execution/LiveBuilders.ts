/** Bets with real money and the exchange's word on them, for the tests of live execution. */
import * as Bet from "../../src/domain/Bet.ts"
import { customerOrderRef, type MarketId } from "../../src/domain/Identifiers.ts"
import type { ClearedOrder, ExchangeOrder } from "../../src/execution/ExchangeOrder.ts"
import { bet, type IntentChanges, noon } from "../risk/Builders.ts"

export const strategyRef = "clever-better"

export const liveBet = (changes: IntentChanges = {}, state: Partial<Bet.Bet> = {}): Bet.Bet =>
  bet({ mode: "live", ...changes }, state)

export const orderState = (of: Bet.Bet, changes: Partial<Bet.OrderState> = {}): Bet.OrderState => ({
  betfairBetId: null,
  placedAt: noon,
  fills: [],
  sizeRemaining: of.sizeRemaining,
  sizeCancelled: 0,
  sizeLapsed: 0,
  sizeVoided: 0,
  complete: false,
  ...changes
})

/** A bet that the exchange has acknowledged. */
export const placedBet = (betfairBetId: string, changes: IntentChanges = {}): Bet.Bet => {
  const intended = liveBet(changes)
  return Bet.transition(intended, {
    _tag: "Updated",
    at: intended.createdAt,
    state: orderState(intended, { betfairBetId })
  })
}

const identity = (of: Bet.Bet, betfairBetId: string) => ({
  betfairBetId,
  customerOrderRef: customerOrderRef(of.id) as string | null,
  customerStrategyRef: strategyRef as string | null,
  marketId: of.marketId as MarketId,
  selectionId: of.selectionId,
  handicap: of.handicap,
  side: of.side,
  order: of.order,
  placedAt: noon
})

/** What the exchange says of the bet, asked a second after noon. */
export const orderOf = (
  of: Bet.Bet,
  betfairBetId: string,
  state: Partial<Bet.OrderState> = {},
  changes: Partial<ExchangeOrder> = {}
): ExchangeOrder => ({
  ...identity(of, betfairBetId),
  state: orderState(of, { betfairBetId, ...state }),
  at: noon + 1000,
  ...changes
})

export const matchedState = (of: Bet.Bet, size = of.sizeRemaining): Partial<Bet.OrderState> => ({
  fills: size === 0 ? [] : [{ at: noon, price: 300, size }],
  sizeRemaining: of.sizeRemaining - size,
  complete: size === of.sizeRemaining
})

export const clearedOf = (of: Bet.Bet, betfairBetId: string, changes: Partial<ClearedOrder> = {}): ClearedOrder => ({
  ...identity(of, betfairBetId),
  settled: null,
  voided: 0,
  lapsed: 0,
  cancelled: 0,
  at: noon + 1000,
  ...changes
})

export const settledAs = (of: Bet.Bet, profit: number): Partial<ClearedOrder> => ({
  settled: { at: noon + 900, size: of.sizeRemaining, price: 300, profit }
})
