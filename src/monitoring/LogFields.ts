/**
 * The names under which decisions, placements, breaker changes and performance are found in logs and traces. They are
 * written down here and nowhere else: annotate a log line or a span with what one of these functions returns. Amounts and
 * odds are decimals, because people and their queries read them; what is not known is left out.
 */
import * as Bet from "../domain/Bet.ts"
import type { DenialReason } from "../domain/Decision.ts"
import type { MarketId, SelectionId, StrategyId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"

export type Fields = Readonly<Record<string, string | number | boolean>>

export interface StrategyDecision {
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  readonly confidence: number
  /** Absent until the signal has been sized. */
  readonly stake?: Pence
  /** Absent for orders at the starting price. */
  readonly price?: Price
}

/** A strategy's wish to place a bet. */
export const strategyDecision = (decision: StrategyDecision): Fields =>
  present({
    strategy_id: decision.strategyId,
    race_id: decision.marketId,
    runner_id: decision.selectionId,
    signal_confidence: decision.confidence,
    stake: decimal(decision.stake),
    odds: odds(decision.price)
  })

export interface RiskDecision {
  readonly exposure: Pence
  /** The day's loss as a positive amount; 0 on a winning day. */
  readonly dailyLoss: Pence
  readonly proposedStake: Pence
  readonly decision: "approved" | DenialReason
}

/** What the risk manager said, and the numbers it looked at. */
export const riskDecision = (risk: RiskDecision): Fields => ({
  current_exposure: Money.toDecimal(risk.exposure),
  daily_loss: Money.toDecimal(risk.dailyLoss),
  proposed_stake: Money.toDecimal(risk.proposedStake),
  decision: risk.decision
})

export interface BreakerChange {
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly consecutiveLosses: number
  /** Fall from the highest bankroll, as a fraction of it. */
  readonly drawdown: number
}

export const breakerChange = (change: BreakerChange): Fields => ({
  old_state: change.from,
  new_state: change.to,
  reason: change.reason,
  consecutive_losses: change.consecutiveLosses,
  drawdown: change.drawdown
})

/** A bet as it was sent to its venue. */
export const placement = (bet: Pick<Bet.Bet, "id" | "betfairBetId" | "marketId" | "side" | "order" | "mode">): Fields =>
  present({
    bet_id: bet.id,
    betfair_bet_id: bet.betfairBetId ?? undefined,
    market_id: bet.marketId,
    side: bet.side,
    odds: bet.order._tag === "MARKET_ON_CLOSE" ? undefined : odds(bet.order.price),
    stake: Money.toDecimal(bet.order._tag === "LIMIT" ? bet.order.size : bet.order.liability),
    paper_trading: bet.mode !== "live"
  })

/** A settled bet: its placement, what was matched and what it earned. */
export const settledBet = (bet: Bet.Bet): Fields =>
  present({
    ...placement(bet),
    strategy_id: bet.strategyId,
    matched: Money.toDecimal(Bet.sizeMatched(bet)),
    profit: decimal(bet.settlement?.profit),
    commission: decimal(bet.settlement?.commission)
  })

export interface SettledMarketTotals {
  readonly marketId: MarketId
  readonly bets: ReadonlyArray<unknown>
  readonly profit: Pence
  readonly commission: Pence
  readonly net: Pence
}

export const settledMarket = (market: SettledMarketTotals): Fields => ({
  market_id: market.marketId,
  total_bets: market.bets.length,
  profit: Money.toDecimal(market.profit),
  commission: Money.toDecimal(market.commission),
  net: Money.toDecimal(market.net)
})

export interface PerformanceTotals {
  readonly strategyId: StrategyId
  readonly net: Pence
  readonly winRate: number | null
  readonly roi: number | null
  readonly bets: number
}

/** A strategy's record. */
export const performance = (totals: PerformanceTotals): Fields =>
  present({
    strategy_id: totals.strategyId,
    total_pl: Money.toDecimal(totals.net),
    win_rate: totals.winRate ?? undefined,
    roi: totals.roi ?? undefined,
    total_bets: totals.bets
  })

const decimal = (pence: Pence | undefined): number | undefined =>
  pence === undefined ? undefined : Money.toDecimal(pence)

const odds = (price: Price | undefined): number | undefined =>
  price === undefined ? undefined : PriceLadder.toDecimal(price)

const present = (fields: Readonly<Record<string, string | number | boolean | undefined>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined)
  )
