/** `status`: how the running bot stands. Exit code 1 when no bot answers. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as Money from "../domain/Money.ts"
import type { StatusAnswer } from "../http/wire/Answers.ts"
import { Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import { mode, modeOf } from "./Whose.ts"

const render = ({ bets, breaker, money, noBets, ...status }: StatusAnswer): string =>
  [
    `${status.mode.toUpperCase()}${status.mode === "live" ? ": real money" : ""}, since ${status.startedAt}${status.stopping ? ", stopping" : ""}`,
    `trading     ${status.trading.status}: ${status.trading.reason} (${status.trading.by}, since ${status.trading.since})`,
    `breaker     ${breaker.phase}: ${breaker.reason}`,
    `bets        ${noBets === null ? "may be placed" : `none: ${noBets}`}`,
    `balance     ${Money.format(money.bankrollPence)}, today ${Money.format(money.dailyNetPence)} (${money.day})`,
    `at risk     ${Money.format(money.exposurePence)} of ${Money.format(money.exposureLimitPence)}, ${bets.open} of ${bets.openLimit} bets open${bets.unknown > 0 ? `, ${bets.unknown} UNKNOWN` : ""}`,
    `daily loss  ${Money.format(money.dailyLossPence)} of ${Money.format(money.dailyLossLimitPence)}`,
    `strategies  ${status.activeStrategies.join(", ") || "none"}`,
    `prices      ${status.feed}, ${status.marketsOpen} markets`
  ].join("\n")

export const command = Command.make(
  "status",
  { mode, json },
  Effect.fn(function* ({ json, mode }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const whose = modeOf(mode, settings)
    const BotLink = yield* Effect.promise(() => import("./BotLink.ts"))
    const bot = yield* BotLink.find(settings, whose)
    if (bot === null) {
      if (json) yield* printJson({ running: false, mode: whose })
      else yield* Console.error(`no ${whose} bot answers over HTTP here (http.directory ${settings.http.directory})`)
      return yield* new Ended({ code: failed })
    }
    const status = yield* BotLink.within(bot.status())
    yield* json ? printJson({ running: true, ...status }) : Console.log(render(status))
  })
).pipe(Command.withDescription("Say how the running bot stands; exit code 1 when none answers"))
