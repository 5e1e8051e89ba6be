/** The screen on which the bot says, before it trades, what it will do with whose money. */
import { Duration } from "effect"
import type { SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import * as Money from "../domain/Money.ts"

export interface Start {
  readonly mode: Mode
  readonly settings: SettingsValue
  readonly settingsFile: string | null
  readonly feed: string
  readonly database: string
  /** Where it answers over HTTP, or why it does not. */
  readonly http: string
  /** Each with its kind. */
  readonly strategies: ReadonlyArray<{ readonly id: string; readonly kind: string }>
  /** Strategies that could not be set up, with the reason. */
  readonly refused: ReadonlyArray<string>
}

const banner: Record<Mode, string> = {
  paper: "PAPER: no real money is at stake",
  replay: "REPLAY: recorded prices, no real money is at stake",
  live: "LIVE: REAL MONEY IS AT STAKE"
}

const limits = ({ bot, trading }: SettingsValue): ReadonlyArray<string> => [
  `stake ${Money.format(trading.maxStakePerBet)} a bet, liability ${Money.format(trading.maxLiabilityPerBet)}`,
  `exposure ${Money.format(trading.maxExposure)}, market ${Money.format(trading.maxMarketExposure)}, ${trading.maxConcurrentBets} bets open`,
  `daily loss ${Money.format(trading.maxDailyLoss)} (${trading.timeZone}), stop after ${bot.maxConsecutiveLosses} losses in a row or ${(bot.maxDrawdownPercent * 100).toFixed(0)} % drawdown`
]

const label = (name: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line, index) => `  ${(index === 0 ? name : "").padEnd(11)}${line}`)

export const render = (start: Start): string => {
  const { trading } = start.settings
  const every = Duration.format(trading.strategyEvaluationInterval)
  return [
    `Clever Better  ${banner[start.mode]}`,
    ...label("settings", [
      start.settingsFile ?? "all defaults (copy config/config.yaml.example to config/config.yaml)"
    ]),
    ...label("prices", [start.feed]),
    ...label("database", [start.database]),
    ...label("http", [start.http]),
    ...label("limits", limits(start.settings)),
    ...label("cycle", [
      `every ${every}${trading.evaluation === "on_update" ? " and on updates" : ""}, races from ${Duration.format(trading.preRaceWindowMinutes)} before the off`
    ]),
    ...label(
      "strategies",
      start.strategies.length === 0
        ? ["none: nothing will be bet"]
        : start.strategies.map(({ id, kind }) => (id === kind ? id : `${id} (${kind})`))
    ),
    ...label("refused", start.refused),
    ...label("stop", [
      "Ctrl-C, once; unmatched orders are then " + (start.settings.bot.onShutdown === "cancel" ? "cancelled" : "kept")
    ])
  ].join("\n")
}
