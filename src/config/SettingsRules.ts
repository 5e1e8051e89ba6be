/**
 * What must hold between keys. A rule speaks only when all its keys were understood.
 */
import { Duration } from "effect"
import type { KeyPath } from "./SettingsKeys.ts"
import type { SettingsValue } from "./Settings.ts"

interface Rule {
  /** The first is the one to which the problem is pinned. */
  readonly keys: readonly [KeyPath, ...Array<KeyPath>]
  readonly holds: (settings: SettingsValue) => boolean
  readonly message: string
}

export const rules: ReadonlyArray<Rule> = [
  {
    keys: [
      ["trading", "min_odds"],
      ["trading", "max_odds"]
    ],
    holds: ({ trading }) => trading.minOdds <= trading.maxOdds,
    message: "is above trading.max_odds, so that no bet could ever be placed"
  },
  {
    keys: [
      ["trading", "min_stake"],
      ["trading", "max_stake_per_bet"]
    ],
    holds: ({ trading }) => trading.minStake <= trading.maxStakePerBet,
    message: "is above trading.max_stake_per_bet, so that no bet could ever be placed"
  },
  {
    keys: [
      ["features", "live_trading_enabled"],
      ["features", "paper_trading_enabled"]
    ],
    holds: ({ features }) => !(features.liveTradingEnabled && features.paperTradingEnabled),
    message:
      "is true as features.paper_trading_enabled is: a bet must be either real or on paper, so switch one of them off"
  },
  {
    keys: [
      ["features", "paper_trading_enabled"],
      ["features", "live_trading_enabled"]
    ],
    holds: ({ features }) => features.liveTradingEnabled || features.paperTradingEnabled,
    message:
      "is false as features.live_trading_enabled is: there would be nothing to trade with, so switch one of them on"
  },
  {
    keys: [["orders", "exchange_heartbeat_seconds"]],
    holds: ({ orders }) => {
      const seconds = Duration.toSeconds(orders.exchangeHeartbeatSeconds)
      return seconds === 0 || (Number.isInteger(seconds) && seconds >= 10)
    },
    message: "is neither 0 nor a whole number from 10 to 300, which is what the exchange takes"
  },
  {
    keys: [["strategies", "active"]],
    holds: ({ strategies }) => new Set(strategies.active.map(({ id }) => id)).size === strategies.active.length,
    message: "has two strategies of one id: bets are told apart by it"
  },
  {
    keys: [["notifications", "targets"]],
    holds: ({ notifications }) =>
      new Set(notifications.targets.map(({ name }) => name)).size === notifications.targets.length,
    message: "has two targets of one name: they are counted and logged by it"
  },
  {
    keys: [["notifications", "targets"]],
    holds: ({ notifications }) =>
      notifications.targets.every(({ chat, kind, token, url }) =>
        kind === "telegram" ? token !== null && chat !== null : url !== null
      ),
    message: "has a target that cannot be reached: telegram needs token and chat, the others need url"
  }
]
