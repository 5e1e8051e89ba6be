/** Rules about the account as a whole, whatever the order. */
import { deny } from "../domain/Decision.ts"
import { above, type Rule, rule, type Standing } from "./Rule.ts"

/** The account as a whole: asked before every order, and once per cycle. */
export const standing: ReadonlyArray<Rule<Standing>> = [
  rule("shutting_down", "The bot is not stopping.", ({ state }) =>
    state.isShuttingDown ? deny("shutting_down") : null
  ),
  rule("risk_unknown", "Open bets, bankroll and the day's result are restored.", ({ state }) =>
    state.bankroll === null || !Number.isFinite(state.bankroll) || !Number.isFinite(state.dailyNet)
      ? deny("risk_unknown")
      : null
  ),
  rule(
    ["database_unavailable", "stale_prices", "risk_unknown"],
    "Nobody has a reason of their own against betting, such as a database that does not answer or a feed that stopped.",
    ({ state }) => state.vetoes.values().next().value ?? null
  ),
  rule(["trading_halted", "trading_paused"], "Trading is neither halted nor paused.", ({ trading }) => trading),
  rule(
    ["circuit_breaker_open", "half_open_trials_used"],
    "The circuit breaker is closed, or half open with a trial bet left.",
    ({ breaker }) => breaker
  ),
  rule("daily_loss", "The loss realised today is below `max_daily_loss`.", ({ limits, state }) =>
    0 - state.dailyNet < limits.maxDailyLoss ? null : deny("daily_loss", 0 - state.dailyNet, limits.maxDailyLoss)
  ),
  rule("daily_stop_win", "The profit realised today is below `daily_stop_win`, if there is one.", ({ limits, state }) =>
    limits.dailyStopWin === null || state.dailyNet < limits.dailyStopWin
      ? null
      : deny("daily_stop_win", state.dailyNet, limits.dailyStopWin)
  )
]

/** Whether the account has room for any further bet: asked once per cycle. */
export const room: ReadonlyArray<Rule<Standing>> = [
  rule("concurrent_bets", "Fewer than `max_concurrent_bets` bets are open.", ({ limits, state }) =>
    above("concurrent_bets", state.open.openBets + 1, limits.maxConcurrentBets)
  ),
  rule("account_exposure", "The account's worst case is below `max_exposure`.", ({ limits, state }) =>
    state.open.exposure < limits.maxExposure ? null : deny("account_exposure", state.open.exposure, limits.maxExposure)
  ),
  rule("insufficient_funds", "What is not at risk covers the smallest bet.", ({ limits, state }) =>
    above("insufficient_funds", state.open.exposure + limits.minStake, state.bankroll ?? 0)
  )
]
