import { describe, expect, it } from "@effect/vitest"
import { makeBetId, type MarketId, type SelectionId, type StrategyId } from "../../src/domain/Identifiers.ts"
import * as LogFields from "../../src/monitoring/LogFields.ts"

const strategyId = "simple_value" as StrategyId
const marketId = "1.181223995" as MarketId
const selectionId = 786779 as SelectionId

describe("LogFields", () => {
  it("names a strategy's decision", () => {
    expect(
      LogFields.strategyDecision({ strategyId, marketId, selectionId, confidence: 0.7, stake: 250, price: 345 })
    ).toEqual({
      strategy_id: "simple_value",
      race_id: "1.181223995",
      runner_id: 786779,
      signal_confidence: 0.7,
      stake: 2.5,
      odds: 3.45
    })
  })

  it("leaves out what is not known", () => {
    expect(LogFields.strategyDecision({ strategyId, marketId, selectionId, confidence: 0 })).toEqual({
      strategy_id: "simple_value",
      race_id: "1.181223995",
      runner_id: 786779,
      signal_confidence: 0
    })
  })

  it("names a risk decision", () => {
    expect(
      LogFields.riskDecision({ exposure: 12_345, dailyLoss: 0, proposedStake: 1_000, decision: "account_exposure" })
    ).toEqual({ current_exposure: 123.45, daily_loss: 0, proposed_stake: 10, decision: "account_exposure" })
  })

  it("names a change of the circuit breaker", () => {
    const change = { from: "CLOSED", to: "OPEN", reason: "drawdown", consecutiveLosses: 2, drawdown: 0.16 }
    expect(LogFields.breakerChange(change)).toEqual({
      old_state: "CLOSED",
      new_state: "OPEN",
      reason: "drawdown",
      consecutive_losses: 2,
      drawdown: 0.16
    })
  })

  it("names a placement, by its liability when it goes to the starting price", () => {
    const bet = { id: makeBetId(1, () => 0.5), betfairBetId: "B1", marketId, side: "LAY", mode: "paper" } as const
    expect(
      LogFields.placement({ ...bet, order: { _tag: "LIMIT", price: 300, size: 200, persistence: "LAPSE" } })
    ).toEqual({
      bet_id: bet.id,
      betfair_bet_id: "B1",
      market_id: "1.181223995",
      side: "LAY",
      odds: 3,
      stake: 2,
      paper_trading: true
    })
    expect(
      LogFields.placement({
        ...bet,
        betfairBetId: null,
        mode: "live",
        order: { _tag: "MARKET_ON_CLOSE", liability: 2_000 }
      })
    ).toEqual({ bet_id: bet.id, market_id: "1.181223995", side: "LAY", stake: 20, paper_trading: false })
  })

  it("names a strategy's performance", () => {
    expect(LogFields.performance({ strategyId, net: -1_250, winRate: 0.25, roi: -0.1, bets: 8 })).toEqual({
      strategy_id: "simple_value",
      total_pl: -12.5,
      win_rate: 0.25,
      roi: -0.1,
      total_bets: 8
    })
    expect(LogFields.performance({ strategyId, net: 0, winRate: null, roi: null, bets: 0 })).toEqual({
      strategy_id: "simple_value",
      total_pl: 0,
      total_bets: 0
    })
  })
})
