/** `pnl`: what settled bets have brought, net of commission, by day, week, month, strategy or track. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as Money from "../domain/Money.ts"
import type { ProfitAnswer } from "../http/wire/Answers.ts"
import * as BesideBot from "./BesideBot.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import * as Period from "./Period.ts"
import * as Table from "./Table.ts"
import { mode, modeOf } from "./Whose.ts"

const percent = (fraction: number | null): string => (fraction === null ? "" : `${(fraction * 100).toFixed(1)} %`)

const rowOf = ({ key, ...row }: ProfitAnswer["rows"][number]): Table.Row => [
  key,
  String(row.bets),
  String(row.wins),
  String(row.losses),
  Money.format(row.stakedPence),
  Money.format(row.profitPence),
  Money.format(row.commissionPence),
  Money.format(row.netPence),
  percent(row.roi)
]

const figures = ["BETS", "WON", "LOST", "STAKED", "PROFIT", "COMMISSION", "NET", "ROI"]

const render = ({ by, rows, total }: ProfitAnswer): string =>
  Table.render([by.toUpperCase(), ...figures], [...rows.map(rowOf), rowOf({ key: "total", ...total })])

export const command = Command.make(
  "pnl",
  {
    by: Flag.Literals("by", ["day", "week", "month", "strategy", "track"]).pipe(
      Flag.withDescription("A row for each; days are of trading.time_zone, weeks begin on Monday"),
      Flag.withDefault("day")
    ),
    ...Period.flags,
    mode,
    json
  },
  Effect.fn(function* ({ by, from, json, mode, to }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const period = yield* Period.of({ from, to }, settings)
    const answer = yield* BesideBot.ask(
      settings,
      modeOf(mode, settings),
      (bot) => bot.profit({ query: { by, ...Period.query(period) } }),
      (records) => records.profit(by, period)
    )
    yield* json ? printJson(answer) : Console.log(render(answer))
  })
).pipe(Command.withDescription("Print what settled bets have brought"))
