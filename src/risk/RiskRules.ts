/**
 * The rules an order is held against, in the order in which they are asked: the first that refuses gives the reason. Only
 * placing is ever asked about; nothing here, and nothing that calls it, stands in the way of a cancellation.
 */
import { type DenialReason, deny } from "../domain/Decision.ts"
import type { Pence } from "../domain/Money.ts"
import { maximumLoss } from "../domain/Order.ts"
import * as AccountRules from "./AccountRules.ts"
import * as MarketRules from "./MarketRules.ts"
import { type Figures, kindOf } from "./OpenRisk.ts"
import type { RiskLimits } from "./RiskLimits.ts"
import type { RiskRequest } from "./RiskRequest.ts"
import { above, type Proposal, type Rule, rule } from "./Rule.ts"

/** Backer's stake; null for a lay on the close, whose stake follows from the starting price. */
const stakeOf = ({ order, side }: RiskRequest["intent"]): number | null =>
  order._tag === "LIMIT" ? order.size : side === "BACK" ? order.liability : null

const confidence = rule<Proposal>(
  "confidence_too_low",
  "The signal's confidence is at least `min_confidence_threshold`.",
  ({ limits, request: { intent } }) =>
    intent.confidence >= limits.minConfidence
      ? null
      : deny("confidence_too_low", intent.confidence, limits.minConfidence)
)

const minimum = rule<Proposal>(
  "size_below_minimum",
  "The stake (of a lay on the close, the liability) is at least `min_stake`; what is left of a bet may be replaced.",
  ({ limits, request: { intent } }) => {
    const amount = intent.order._tag === "LIMIT" ? intent.order.size : intent.order.liability
    return intent.replaces !== null || amount >= limits.minStake
      ? null
      : deny("size_below_minimum", amount, limits.minStake)
  }
)

const stake = rule<Proposal>(
  "stake_above_limit",
  "The backer's stake is at most `max_stake_per_bet`. A lay on the close has none yet: its liability is what counts.",
  ({ limits, request }) => above("stake_above_limit", stakeOf(request.intent) ?? 0, limits.maxStake)
)

const liability = rule<Proposal>(
  "liability_above_limit",
  "What the bet can lose is at most `max_liability_per_bet`.",
  ({ limits, request: { intent } }) =>
    above("liability_above_limit", maximumLoss(intent.side, intent.order), limits.maxLiability)
)

const unknown = rule<Proposal>(
  "outcome_unknown",
  "No earlier bet of the strategy on this market is without an answer.",
  ({ request: { intent }, state }) =>
    state.open.unknownOf(intent.strategyId, intent.marketId) === 0 ? null : deny("outcome_unknown")
)

const replaced = rule<Proposal>(
  "bet_not_found",
  "The bet it replaces, if any, is open and of the same strategy, market, runner, side and slot.",
  ({ request: { intent }, state }) => {
    if (intent.replaces === null) return null
    const held = state.open.find(intent.replaces)
    return held?.strategyId === intent.strategyId && held.marketId === intent.marketId && held.kind === kindOf(intent)
      ? null
      : deny("bet_not_found")
  }
)

const kindOpen = rule<Proposal>(
  "already_open",
  "The strategy has no such bet (market, runner, side, slot) open already, except the one it replaces.",
  ({ request: { intent }, state }) =>
    state.open.isKindTaken(intent) || state.open.find(intent.id) !== undefined ? deny("already_open") : null
)

const count = rule<Proposal>(
  "concurrent_bets",
  "At most `max_concurrent_bets` bets are open, this one included.",
  ({ after, limits }) => above("concurrent_bets", after.openBets, limits.maxConcurrentBets)
)

/**
 * A figure that the order does not raise, rounding aside, is never held against it: it may be the very order that brings
 * the figure down.
 */
export const isRaised = (
  { after, before }: Pick<Proposal, "before" | "after">,
  measure: (figures: Figures) => Pence
): boolean => !(measure(after) - measure(before) <= after.rounding - before.rounding)

const ofMarket = ({ market }: Figures): Pence => market

const reducing = rule<Proposal>(
  "trading_reducing",
  "While trading only reduces, the order does not raise its market's worst case.",
  (proposal) =>
    proposal.isReducing && isRaised(proposal, ofMarket)
      ? deny("trading_reducing", proposal.after.market, proposal.before.market)
      : null
)

const exposure = (
  reason: DenialReason,
  key: string,
  limit: (limits: RiskLimits) => number,
  measure: (figures: Figures) => Pence
) =>
  rule<Proposal>(reason, `${key}, or the order does not raise it.`, (proposal) => {
    const denial = above(reason, measure(proposal.after), limit(proposal.limits))
    return denial !== null && isRaised(proposal, measure) ? denial : null
  })

/** The order itself: asked after the account's rules. */
export const orderRules: ReadonlyArray<Rule<Proposal>> = [
  MarketRules.reckonable,
  MarketRules.marketOpen,
  MarketRules.inPlay,
  MarketRules.window,
  MarketRules.runnerActive,
  MarketRules.age,
  MarketRules.onLadder,
  MarketRules.odds,
  MarketRules.distance,
  confidence,
  minimum,
  stake,
  liability,
  unknown,
  replaced,
  kindOpen,
  count,
  reducing,
  exposure(
    "selection_exposure",
    "The runner's worst case stays within `max_selection_exposure`",
    (limits) => limits.maxSelectionExposure,
    ({ selection }) => selection
  ),
  exposure(
    "market_exposure",
    "The market's worst case stays within `max_market_exposure`",
    (limits) => limits.maxMarketExposure,
    ofMarket
  ),
  exposure(
    "strategy_exposure",
    "The strategy's worst case stays within `max_strategy_exposure`",
    (limits) => limits.maxStrategyExposure,
    ({ strategy }) => strategy
  ),
  exposure(
    "account_exposure",
    "The account's worst case stays within `max_exposure`",
    (limits) => limits.maxExposure,
    ({ account }) => account
  ),
  rule(
    "insufficient_funds",
    "The bankroll covers the account's worst case, or the order does not raise it.",
    (proposal) => {
      const denial = above("insufficient_funds", proposal.after.account, proposal.state.bankroll ?? 0)
      return denial !== null && isRaised(proposal, ({ account }) => account) ? denial : null
    }
  )
]

/** Pause, halt, breaker and the day's result: asked before every order. */
export const accountRules = AccountRules.standing

/** Whether there is room for any further bet: asked when nobody has a particular order in mind. */
export const roomRules = AccountRules.room
