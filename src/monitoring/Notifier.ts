/**
 * Tells the owner what they would want to be woken for, and the milestones of a day. Telling never fails and never holds
 * trading up: a Layer that sends messages elsewhere has to drop what it cannot send.
 */
import { Context, Effect, Layer } from "effect"
import type { Bet } from "../domain/Bet.ts"
import { type Denial, explain } from "../domain/Decision.ts"
import type { StrategyId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import * as Money from "../domain/Money.ts"
import * as LogFields from "./LogFields.ts"

/** Everything that is told, by this closed list. */
export type Notification =
  | { readonly _tag: "Started"; readonly mode: Mode; readonly feed: string; readonly strategies: number }
  | { readonly _tag: "Stopped"; readonly reason: string; readonly openBets: number }
  | { readonly _tag: "Paused"; readonly by: string }
  | { readonly _tag: "Halted"; readonly reason: string }
  | { readonly _tag: "Resumed"; readonly by: string }
  | { readonly _tag: "BreakerChanged"; readonly change: LogFields.BreakerChange }
  | { readonly _tag: "BetUnknown"; readonly bet: Bet }
  | { readonly _tag: "LimitReached"; readonly denial: Denial }
  | { readonly _tag: "StrategyDisabled"; readonly strategyId: StrategyId; readonly reason: string }
  | { readonly _tag: "DatabaseLost"; readonly cause: string }
  | { readonly _tag: "DatabaseBack" }
  | { readonly _tag: "FeedLost"; readonly cause: string }
  | { readonly _tag: "FeedBack" }
  | { readonly _tag: "MarketSettled"; readonly market: LogFields.SettledMarketTotals }

export class Notifier extends Context.Service<
  Notifier,
  {
    readonly notify: (notification: Notification) => Effect.Effect<void>
  }
>()("clever-better/monitoring/Notifier") {
  /** Writes each notification to the log. */
  static readonly layerLog = Layer.succeed(Notifier, {
    notify: (notification) => {
      const { fields, level, text } = describe(notification)
      return Effect.annotateLogs(Effect.logWithLevel(level)(text), fields)
    }
  })
}

export interface Message {
  /** `Error` is for what needs the owner, `Warn` for what they should know, `Info` for milestones. */
  readonly level: "Info" | "Warn" | "Error"
  /** One sentence that can be read without the fields. */
  readonly text: string
  readonly fields: LogFields.Fields
}

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
    case "LimitReached":
      return {
        level: "Warn",
        text: `No bets: ${explain(notification.denial)}`,
        fields: { reason: notification.denial.reason }
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
