/**
 * The rules of the last look before an order with real money is sent, in the order in which they are asked. They trust nothing
 * that was said before: state and market are looked at again, and what the order can lose is reckoned from the order alone.
 * What cannot be evaluated is refused. Cancelling is never asked about.
 */
import type { Bet, BetIntent } from "../domain/Bet.ts"
import { type Denial, deny } from "../domain/Decision.ts"
import type { Pence } from "../domain/Money.ts"
import type { StreamStanding } from "../execution/ExchangeLink.ts"
import * as MarketRules from "../risk/MarketRules.ts"
import { above, type Quote, type Rule, rule } from "../risk/Rule.ts"

/** In milliseconds and pence. */
export interface SendLimits {
  readonly hardCapPerBet: Pence
  readonly hardCapTotal: Pence
  readonly maxTransactions: number
  readonly maxSilenceMs: number
  readonly maxSkewMs: number
  readonly maxFundsAgeMs: number
}

/** An order that is about to be sent, and all that it depends on. */
export interface Sending extends Quote {
  readonly send: SendLimits
  /** Why people or the halt file do not let it pass. */
  readonly trading: Denial | null
  readonly isReducing: boolean
  /** It raises the worst case of its market. */
  readonly raisesMarket: boolean
  readonly isBreakerOpen: boolean
  /** The single-instance lock is held. */
  readonly isAlone: boolean
  readonly stream: StreamStanding
  /** By the exchange's answers; null: not known. */
  readonly clockSkewMs: number | null
  /** What other open bets can lose, taken one by one. */
  readonly atRisk: Pence
  /** Instructions sent in this clock hour, those of this order not included. */
  readonly transactions: number
  /** Null: the account never told. */
  readonly funds: { readonly available: Pence; readonly asOf: number } | null
  /** What orders need that the account had not seen when it told. */
  readonly reserved: Pence
}

/**
 * What an order can lose, reckoned here and from the order alone: an error in the risk rules must not get past both. Pence,
 * rounded up; infinite for what is no sensible order.
 */
export const lossOf = ({ order, side }: Pick<BetIntent, "order" | "side">): Pence => {
  const amount = order._tag === "LIMIT" ? order.size : order.liability
  if (!Number.isSafeInteger(amount) || amount <= 0) return Infinity
  if (order._tag !== "LIMIT" || side === "BACK") return amount
  return order.price > 100 ? Math.ceil((amount * (order.price - 100)) / 100) : Infinity
}

/** What an open bet can still lose taken alone: what is matched at its prices, and what waits at its own. */
export const openLossOf = (bet: Bet): Pence => {
  const waiting = bet.complete || bet.sizeRemaining <= 0 ? 0 : bet.sizeRemaining
  let loss = waiting
  if (bet.side === "LAY" && bet.order._tag === "LIMIT") loss = (waiting * (bet.order.price - 100)) / 100
  for (const { price, size } of bet.fills) loss += bet.side === "BACK" ? size : (size * (price - 100)) / 100
  return Math.ceil(loss)
}

const at = ({ request }: Sending): number => request.now

const silence = ({ request, stream }: Sending): number => request.now - (stream.lastMessageAt ?? -Infinity)

/** The exchange's certain difference, or that of the last message, whichever is more. */
const skew = ({ clockSkewMs, stream }: Sending): number => Math.max(clockSkewMs ?? NaN, Math.abs(stream.latencyMs ?? 0))

/** Why the market stream's prices are not to be trusted, or null. */
export const ofStream = ({ status }: Pick<StreamStanding, "status">): Denial | null => {
  if (status === "disconnected") return deny("feed_disconnected")
  return status === "stale" ? deny("feed_behind") : null
}

/** What can change while an order waits for its turn, whatever its size. */
export const standing: ReadonlyArray<Rule<Sending>> = [
  rule(
    ["trading_halted", "trading_paused"],
    "Trading is neither halted nor paused, and the halt file is not there.",
    ({ trading }) => trading
  ),
  rule("trading_reducing", "While trading only reduces, the order does not raise its market's worst case.", (sending) =>
    sending.isReducing && sending.raisesMarket ? deny("trading_reducing") : null
  ),
  rule("not_alone", "This process holds the single-instance lock.", ({ isAlone }) =>
    isAlone ? null : deny("not_alone")
  ),
  rule("circuit_breaker_open", "The circuit breaker is not open.", ({ isBreakerOpen }) =>
    isBreakerOpen ? deny("circuit_breaker_open") : null
  ),
  rule("feed_disconnected", "The market stream is connected.", ({ stream }) =>
    stream.status === "disconnected" ? ofStream(stream) : null
  ),
  rule("feed_behind", "The exchange does not say that its market stream is behind.", ({ stream }) => ofStream(stream)),
  rule("stale_prices", "The market stream was heard of within `guards.max_feed_silence_seconds`.", (sending) =>
    above("stale_prices", silence(sending), sending.send.maxSilenceMs)
  ),
  rule("clock_skew", "The clocks differ by at most `guards.max_clock_skew_ms`.", (sending) =>
    above("clock_skew", skew(sending), sending.send.maxSkewMs)
  ),
  MarketRules.marketOpen,
  MarketRules.inPlay,
  MarketRules.runnerActive
]

export const rules: ReadonlyArray<Rule<Sending>> = [
  ...standing,
  MarketRules.onLadder,
  MarketRules.distance,
  rule("stake_above_limit", "The stake is at most `trading.max_stake_per_bet`.", ({ limits, request: { intent } }) =>
    intent.order._tag === "LIMIT" ? above("stake_above_limit", intent.order.size, limits.maxStake) : null
  ),
  rule("hard_cap_bet", "The order can lose at most `guards.hard_cap_per_bet`.", ({ request, send }) =>
    above("hard_cap_bet", lossOf(request.intent), send.hardCapPerBet)
  ),
  rule(
    "hard_cap_total",
    "With this order, all open bets can lose at most `guards.hard_cap_total`, taken one by one.",
    ({ atRisk, request, send }) => above("hard_cap_total", atRisk + lossOf(request.intent), send.hardCapTotal)
  ),
  rule(
    "transactions_limit",
    "With this order, at most `guards.max_transactions_per_hour` instructions go out in the clock hour.",
    ({ send, transactions }) => above("transactions_limit", transactions + 1, send.maxTransactions)
  ),
  rule("funds_unknown", "The account's funds were told within `guards.max_funds_age_seconds`.", (sending) =>
    above("funds_unknown", at(sending) - (sending.funds?.asOf ?? -Infinity), sending.send.maxFundsAgeMs)
  ),
  rule(
    "insufficient_funds",
    "They cover the order and what was sent since, or the order does not raise its market's worst case.",
    ({ funds, raisesMarket, request, reserved }) =>
      raisesMarket
        ? above("insufficient_funds", reserved + lossOf(request.intent), funds?.available ?? -Infinity)
        : null
  )
]
