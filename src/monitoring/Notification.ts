/**
 * Everything that the owner is told, by one closed list: what they would want to be woken for, and the milestones of a day;
 * and the words for it, wherever it is sent.
 */
import type { Bet } from "../domain/Bet.ts"
import type { StrategyId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import * as LogFields from "./LogFields.ts"

/** How much of a limit is used. */
export interface LimitUse {
  readonly limit: "daily_loss" | "exposure"
  readonly used: Pence
  readonly of: Pence
}

/** A trading day's result; of bets settled in it. */
export interface DaySummary {
  /** `2026-03-29` */
  readonly day: string
  readonly bets: number
  readonly won: number
  readonly lost: number
  /** Net of commission. */
  readonly net: Pence
  readonly commission: Pence
  readonly bankroll: Pence
  readonly openBets: number
}

/** Everything that is told, by this closed list. */
export type Notification =
  | { readonly _tag: "Started"; readonly mode: Mode; readonly feed: string; readonly strategies: number }
  | { readonly _tag: "Stopped"; readonly reason: string; readonly openBets: number }
  | { readonly _tag: "Paused"; readonly by: string }
  | { readonly _tag: "Reducing"; readonly by: string }
  | { readonly _tag: "Halted"; readonly reason: string }
  | { readonly _tag: "Resumed"; readonly by: string }
  | { readonly _tag: "BreakerChanged"; readonly change: LogFields.BreakerChange }
  | { readonly _tag: "BetUnknown"; readonly bet: Bet }
  | { readonly _tag: "BetNeverPlaced"; readonly bet: Bet }
  | { readonly _tag: "OrderAdopted"; readonly bet: Bet; readonly betfairBetId: string }
  | { readonly _tag: "ReplacementLost"; readonly bet: Bet; readonly replacement: Bet; readonly code: string }
  | { readonly _tag: "ReconciliationDifference"; readonly kind: string; readonly bet: Bet }
  | { readonly _tag: "ExchangeLost"; readonly cause: string }
  | { readonly _tag: "ExchangeBack" }
  | ({ readonly _tag: "LimitNear" } & LimitUse)
  | ({ readonly _tag: "LimitReached" } & LimitUse)
  | { readonly _tag: "StrategyDisabled"; readonly strategyId: StrategyId; readonly reason: string }
  | { readonly _tag: "DatabaseLost"; readonly cause: string }
  | { readonly _tag: "DatabaseBack" }
  | { readonly _tag: "FeedLost"; readonly cause: string }
  | { readonly _tag: "FeedBack" }
  | { readonly _tag: "StreamStale"; readonly stream: string; readonly cause: string }
  | { readonly _tag: "StreamFresh"; readonly stream: string }
  | { readonly _tag: "SessionTrouble"; readonly cause: string; readonly nextLoginAt: number | null }
  | { readonly _tag: "SessionBack" }
  | { readonly _tag: "ModelDown"; readonly cause: string }
  | { readonly _tag: "ModelBack" }
  | { readonly _tag: "BetPlaced"; readonly bet: Bet }
  | { readonly _tag: "DailySummary"; readonly summary: DaySummary }
  | { readonly _tag: "MarketSettled"; readonly market: LogFields.SettledMarketTotals }

export interface Message {
  /** `Error` is for what needs the owner, `Warn` for what they should know, `Info` for milestones. */
  readonly level: "Info" | "Warn" | "Error"
  /** One sentence that can be read without the fields. */
  readonly text: string
  readonly fields: LogFields.Fields
}

export const importance: Readonly<Record<Message["level"], number>> = { Info: 0, Warn: 1, Error: 2 }

/** What is said of a notification, wherever it is sent. */
export const describe = (notification: Notification): Message => {
  switch (notification._tag) {
    case "Started": {
      const { feed, mode, strategies } = notification
      return {
        level: "Info",
        text: `Started in ${mode} mode with ${strategies} strategies on ${feed}`,
        fields: { mode, feed, strategies }
      }
    }
    case "Stopped": {
      const { openBets, reason } = notification
      return {
        level: openBets > 0 ? "Warn" : "Info",
        text: `Stopped (${reason}) with ${openBets} bets open`,
        fields: { reason, open_bets: openBets }
      }
    }
    case "Paused":
      return { level: "Warn", text: `Trading paused by ${notification.by}`, fields: { by: notification.by } }
    case "Reducing":
      return {
        level: "Warn",
        text: `Trading only reduces what is open, by ${notification.by}`,
        fields: { by: notification.by }
      }
    case "Halted":
      return {
        level: "Error",
        text: `Trading halted until it is resumed by hand: ${notification.reason}`,
        fields: { reason: notification.reason }
      }
    case "Resumed":
      return { level: "Info", text: `Trading resumed by ${notification.by}`, fields: { by: notification.by } }
    case "BreakerChanged": {
      const { from, reason, to } = notification.change
      return {
        level: to === "OPEN" ? "Error" : "Info",
        text: `Circuit breaker ${from} → ${to}: ${reason}`,
        fields: LogFields.breakerChange(notification.change)
      }
    }
    case "BetUnknown": {
      const { bet } = notification
      return {
        level: "Error",
        text: `It is not known whether bet ${bet.id} on ${bet.marketId} was placed (${bet.note ?? "no answer"}); it counts as placed until the venue has said`,
        fields: { ...LogFields.placement(bet), strategy_id: bet.strategyId }
      }
    }
    case "BetNeverPlaced": {
      const { bet } = notification
      return {
        level: "Warn",
        text: `Bet ${bet.id} on ${bet.marketId} was sent and never reached the exchange; it no longer counts`,
        fields: { ...LogFields.placement(bet), strategy_id: bet.strategyId }
      }
    }
    case "OrderAdopted": {
      const { bet, betfairBetId } = notification
      return {
        level: "Error",
        text: `Order ${betfairBetId} on ${bet.marketId} is in this bot's name and was no bet of its database; it counts as bet ${bet.id} from now on`,
        fields: LogFields.placement({ ...bet, betfairBetId })
      }
    }
    case "ReplacementLost": {
      const { bet, code, replacement } = notification
      return {
        level: "Warn",
        text: `Bet ${bet.id} was cancelled to be replaced, and its replacement was refused (${code}): nothing of it waits any more`,
        fields: { ...LogFields.placement(replacement), strategy_id: bet.strategyId, replaces: bet.id, code }
      }
    }
    case "ReconciliationDifference": {
      const { bet, kind } = notification
      return {
        level: "Warn",
        text: `Bet ${bet.id} on ${bet.marketId} stood differently at the exchange (${kind}); it counts as the exchange says`,
        fields: { ...LogFields.placement(bet), strategy_id: bet.strategyId, kind }
      }
    }
    case "ExchangeLost":
      return {
        level: "Error",
        text: `The exchange cannot be asked about our orders; nothing is placed until it can: ${notification.cause}`,
        fields: { cause: notification.cause }
      }
    case "ExchangeBack":
      return { level: "Info", text: "The exchange answers about our orders again", fields: {} }
    case "LimitNear":
    case "LimitReached":
      return {
        level: "Warn",
        text:
          `${Math.floor((notification.used / notification.of) * 100)} % of the limit of ${limitNames[notification.limit]} is used: ` +
          `${Money.format(notification.used)} of ${Money.format(notification.of)}`,
        fields: {
          limit: notification.limit,
          used: Money.toDecimal(notification.used),
          of: Money.toDecimal(notification.of)
        }
      }
    case "StrategyDisabled": {
      const { reason, strategyId } = notification
      return {
        level: "Error",
        text: `Strategy ${strategyId} is switched off: ${reason}`,
        fields: { strategy_id: strategyId, reason }
      }
    }
    case "DatabaseLost":
      return {
        level: "Error",
        text: `The database does not answer; nothing is placed until it does: ${notification.cause}`,
        fields: { cause: notification.cause }
      }
    case "DatabaseBack":
      return { level: "Info", text: "The database answers again", fields: {} }
    case "FeedLost":
      return {
        level: "Error",
        text: `No prices arrive; nothing is placed until they do: ${notification.cause}`,
        fields: { cause: notification.cause }
      }
    case "FeedBack":
      return { level: "Info", text: "Prices arrive again", fields: {} }
    case "StreamStale":
      return {
        level: "Error",
        text: `The ${notification.stream} stream is not to be trusted: ${notification.cause}`,
        fields: { stream: notification.stream, cause: notification.cause }
      }
    case "StreamFresh":
      return {
        level: "Info",
        text: `The ${notification.stream} stream is well again`,
        fields: { stream: notification.stream }
      }
    case "SessionTrouble": {
      const { cause, nextLoginAt } = notification
      const next = nextLoginAt === null ? "only you can help" : `tried again at ${new Date(nextLoginAt).toISOString()}`
      return {
        level: "Error",
        text: `There is no session with the exchange (${next}): ${cause}`,
        fields: { cause }
      }
    }
    case "SessionBack":
      return { level: "Info", text: "There is a session with the exchange again", fields: {} }
    case "ModelDown":
      return {
        level: "Error",
        text: `The model gives no predictions; strategies that need them place nothing: ${notification.cause}`,
        fields: { cause: notification.cause }
      }
    case "ModelBack":
      return { level: "Info", text: "The model gives predictions again", fields: {} }
    case "BetPlaced": {
      const { bet } = notification
      return {
        level: "Info",
        text: `Bet placed: ${bet.side} ${sizeOf(bet)} on ${bet.selectionId} of ${bet.marketId} by ${bet.strategyId}`,
        fields: { ...LogFields.placement(bet), strategy_id: bet.strategyId }
      }
    }
    case "DailySummary": {
      const { bankroll, bets, commission, day, lost, net, openBets, won } = notification.summary
      return {
        level: "Info",
        text:
          `${day}: ${Money.format(net)} on ${bets} settled bets, ${won} won and ${lost} lost, ` +
          `commission ${Money.format(commission)}; balance ${Money.format(bankroll)}, ${openBets} bets open`,
        fields: {
          day,
          total_bets: bets,
          wins: won,
          losses: lost,
          net: Money.toDecimal(net),
          commission: Money.toDecimal(commission),
          bankroll: Money.toDecimal(bankroll),
          open_bets: openBets
        }
      }
    }
    case "MarketSettled": {
      const { market } = notification
      return {
        level: "Info",
        text: `Market ${market.marketId} settled: ${Money.format(market.net)} on ${market.bets.length} bets`,
        fields: LogFields.settledMarket(market)
      }
    }
  }
}

const limitNames = { daily_loss: "the day's loss", exposure: "the exposure" }

const sizeOf = ({ order }: Bet): string =>
  order._tag === "MARKET_ON_CLOSE"
    ? `${Money.format(order.liability)} at the starting price`
    : `${Money.format(order._tag === "LIMIT" ? order.size : order.liability)} at ${PriceLadder.toDecimal(order.price)}`
