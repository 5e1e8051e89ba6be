/** One of each kind of notification. */
import type { MarketId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { Notification } from "../../src/monitoring/Notification.ts"
import { bet } from "../settlement/builders.ts"

const one = bet()
const strategyId = "simple_value" as StrategyId
const use = { limit: "exposure", used: 40_000, of: 50_000 } as const

const byTag: { readonly [Tag in Notification["_tag"]]: Extract<Notification, { readonly _tag: Tag }> } = {
  Started: { _tag: "Started", mode: "paper", feed: "recordings", strategies: 2 },
  Stopped: { _tag: "Stopped", reason: "as told", openBets: 1 },
  Paused: { _tag: "Paused", by: "operator" },
  Reducing: { _tag: "Reducing", by: "operator" },
  Halted: { _tag: "Halted", reason: "a bug" },
  Resumed: { _tag: "Resumed", by: "operator" },
  BreakerChanged: {
    _tag: "BreakerChanged",
    change: { from: "CLOSED", to: "OPEN", reason: "consecutive_losses", consecutiveLosses: 5, drawdown: 0.1 }
  },
  BetUnknown: { _tag: "BetUnknown", bet: one },
  BetNeverPlaced: { _tag: "BetNeverPlaced", bet: one },
  OrderAdopted: { _tag: "OrderAdopted", bet: one, betfairBetId: "1000" },
  ReplacementLost: { _tag: "ReplacementLost", bet: one, replacement: one, code: "INVALID_ODDS" },
  ReconciliationDifference: { _tag: "ReconciliationDifference", bet: one, kind: "state" },
  ExchangeLost: { _tag: "ExchangeLost", cause: "no answer" },
  ExchangeBack: { _tag: "ExchangeBack" },
  LimitNear: { _tag: "LimitNear", ...use },
  LimitReached: { _tag: "LimitReached", ...use, used: 50_000 },
  StrategyDisabled: { _tag: "StrategyDisabled", strategyId, reason: "it throws" },
  DatabaseLost: { _tag: "DatabaseLost", cause: "no answer" },
  DatabaseBack: { _tag: "DatabaseBack" },
  FeedLost: { _tag: "FeedLost", cause: "nothing has arrived" },
  FeedBack: { _tag: "FeedBack" },
  StreamStale: { _tag: "StreamStale", stream: "market", cause: "the exchange says that it is late" },
  StreamFresh: { _tag: "StreamFresh", stream: "market" },
  SessionTrouble: { _tag: "SessionTrouble", cause: "INVALID_USERNAME_OR_PASSWORD", nextLoginAt: null },
  SessionBack: { _tag: "SessionBack" },
  ModelDown: { _tag: "ModelDown", cause: "no answer" },
  ModelBack: { _tag: "ModelBack" },
  BetPlaced: { _tag: "BetPlaced", bet: one },
  DailySummary: {
    _tag: "DailySummary",
    summary: {
      day: "2026-07-01",
      bets: 3,
      won: 2,
      lost: 1,
      net: 950,
      commission: 50,
      bankroll: 100_950,
      openBets: 1
    }
  },
  MarketSettled: {
    _tag: "MarketSettled",
    market: { marketId: "1.5" as MarketId, bets: [1, 2], profit: 1_000, commission: 50, net: 950 }
  }
}

export const examples: ReadonlyArray<Notification> = Object.values(byTag)
