/**
 * What makes two notifications one when they come soon after each other. A trouble and its end share a key: what counts is how
 * things stand. What the owner or the circuit breaker has decided, the end of a day, and what happens to a bet only once is
 * never put together.
 */
import type { Notification } from "./Notification.ts"

const subjects: Partial<Record<Notification["_tag"], string>> = {
  ExchangeLost: "exchange",
  ExchangeBack: "exchange",
  DatabaseLost: "database",
  DatabaseBack: "database",
  FeedLost: "feed",
  FeedBack: "feed",
  SessionTrouble: "session",
  SessionBack: "session",
  ModelDown: "model",
  ModelBack: "model"
}

/** Null: it is never put together with another. */
export const foldKey = (notification: Notification): string | null => {
  switch (notification._tag) {
    case "BetUnknown":
      return `unknown ${notification.bet.id}`
    case "ReconciliationDifference":
      return `difference ${notification.kind}`
    case "LimitNear":
    case "LimitReached":
      return `${notification._tag} ${notification.limit}`
    case "StrategyDisabled":
      return `disabled ${notification.strategyId}`
    case "StreamStale":
    case "StreamFresh":
      return `stream ${notification.stream}`
    default:
      return subjects[notification._tag] ?? null
  }
}
