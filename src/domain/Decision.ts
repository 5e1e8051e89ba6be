/**
 * Why a signal did not become a bet. The list is closed: documents, metric labels and `explain` are made from it.
 */
import type { MarketId, RunnerKey, StrategyId } from "./Identifiers.ts"

/** Every reason, with what it means and in which unit its numbers are. */
export const denialReasons = {
  trading_paused: "trading is paused by hand",
  trading_reducing: "trading only reduces, and the order would raise its market's worst case (pence)",
  trading_halted: "trading is halted until it is resumed by hand",
  circuit_breaker_open: "the circuit breaker is open",
  half_open_trials_used: "the half-open breaker allows no further trial bet (trials)",
  database_unavailable: "the database does not answer, so nothing could be recorded",
  risk_unknown: "a limit could not be evaluated",
  market_not_open: "the market is not open",
  market_in_play: "the market is in play and the strategy does not bet in play",
  outside_window: "the race is outside the window before the off (seconds to the off)",
  runner_not_active: "the runner is not active",
  no_price: "there is no price to bet at",
  stale_prices: "the last price update is too old (milliseconds)",
  price_not_on_ladder: "the price is not on the market's ladder (odds)",
  price_too_far: "the price is too many ticks away from the best price (ticks)",
  odds_out_of_range: "the odds are outside the configured range (odds)",
  probability_invalid: "the probability is not a number between 0 and 1",
  no_edge: "at these odds the bet has no positive expectation",
  size_below_minimum: "the stake would be below the minimum (pence)",
  stake_above_limit: "the stake is above the limit for a bet (pence)",
  liability_above_limit: "the liability is above the limit for a bet (pence)",
  account_exposure: "the account's exposure would exceed its limit (pence)",
  market_exposure: "the market's exposure would exceed its limit (pence)",
  selection_exposure: "the selection's exposure would exceed its limit (pence)",
  strategy_exposure: "the strategy's exposure would exceed its limit (pence)",
  daily_loss: "the day's loss has reached its limit (pence)",
  daily_stop_win: "the day's profit has reached its target (pence)",
  concurrent_bets: "too many bets are open (bets)",
  bets_per_market: "the strategy has too many bets on this market (bets)",
  insufficient_funds: "the balance does not cover the bet (pence)",
  already_open: "the strategy already has this bet open",
  outcome_unknown: "an earlier bet's outcome on this market is not known yet",
  confidence_too_low: "the signal's confidence is below the threshold",
  prediction_missing: "the strategy needs a prediction and there is none",
  prediction_unavailable: "the strategy needs a prediction and the prediction service did not answer",
  prediction_unusable: "the strategy needs a prediction and the model's answer cannot be right",
  prediction_against: "the model's probability leaves no value at this price",
  not_alone: "the single-instance lock is lost, so another bot may have taken over",
  no_session: "there is no session with the exchange",
  feed_disconnected: "the market stream is not connected",
  feed_behind: "the exchange says that its market stream is behind",
  clock_skew: "this machine's clock and the exchange's differ too much, or how much is not known (milliseconds)",
  hard_cap_bet: "the order could lose more than the hard cap of a bet (pence)",
  hard_cap_total: "all open bets together could lose more than their hard cap (pence)",
  transactions_limit: "too many instructions were sent in this clock hour (transactions)",
  funds_unknown: "the account's funds are not known, or were told too long ago (milliseconds)",
  not_committed: "no intent of this process was committed for the bet",
  sent_before: "the bet was sent before",
  bet_not_found: "the bet to cancel or replace is not open",
  shutting_down: "the bot is stopping"
} as const

export type DenialReason = keyof typeof denialReasons

/** A refusal with the numbers that led to it: what was found, and the limit it met. */
export interface Denial {
  readonly reason: DenialReason
  readonly value?: number
  readonly limit?: number
}

export const deny = (reason: DenialReason, value?: number, limit?: number): Denial => ({
  reason,
  ...(value === undefined ? {} : { value }),
  ...(limit === undefined ? {} : { limit })
})

/** Why a refusal happened, in words: "the day's loss has reached its limit (pence): 10012, limit 10000". */
export const explain = ({ limit, reason, value }: Denial): string =>
  denialReasons[reason] + (value === undefined ? "" : `: ${value}`) + (limit === undefined ? "" : `, limit ${limit}`)

/** A signal that did not become a bet, as it is recorded. */
export interface Decision {
  readonly at: number
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly runner: RunnerKey | null
  readonly step: "window" | "strategy" | "prediction" | "size" | "risk" | "execution"
  readonly denial: Denial
}
