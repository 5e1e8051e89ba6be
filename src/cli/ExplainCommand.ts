/** `explain RACE`: why each runner was or was not bet. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as Money from "../domain/Money.ts"
import type { ExplanationAnswer, RefusalAnswer } from "../http/wire/Answers.ts"
import type { BetAnswer } from "../http/wire/BetAnswer.ts"
import * as BesideBot from "./BesideBot.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import { mode, modeOf } from "./Whose.ts"

const refusal = ({ at, step, strategyId, text }: RefusalAnswer): string =>
  `    not bet by ${strategyId} (${step}, ${at.slice(11, 19)}): ${text}`

const bet = ({ matchedPence, netPence, note, price, reason, side, sizePence, status, strategyId }: BetAnswer): string =>
  [
    `    bet by ${strategyId}: ${side} ${Money.format(sizePence)}${price === null ? "" : ` at ${price.toFixed(2)}`}, ${status}`,
    `${Money.format(matchedPence)} matched`,
    ...(netPence === null ? [] : [`${Money.format(netPence)} net`]),
    ...(note === null ? [] : [note])
  ].join(", ") + ` (${reason})`

const render = ({ market, marketId, mode, name, off, runners }: ExplanationAnswer): string =>
  [
    `${name} (${marketId}, ${mode})${off === null ? "" : `, off ${off}`}`,
    ...(market.length === 0 ? [] : ["  the whole market", ...market.map(refusal)]),
    ...runners.flatMap((runner) => [
      `  ${runner.name ?? runner.selectionId}${runner.status === null ? "" : ` (${runner.status.toLowerCase()})`}`,
      ...runner.bets.map(bet),
      ...runner.refusals.map(refusal),
      ...(runner.bets.length + runner.refusals.length === 0 ? ["    no strategy gave a signal for it"] : [])
    ]),
    ...(runners.length + market.length === 0 ? ["  nothing is known of it: no bet, no signal, no runner"] : [])
  ].join("\n")

export const command = Command.make(
  "explain",
  {
    race: Argument.String("RACE").pipe(
      Argument.withDescription("A market's id, or words of its name such as Ascot 14:30 WIN"),
      Argument.variadic({ min: 1 })
    ),
    mode,
    json
  },
  Effect.fn(function* ({ json, mode, race }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const words = race.join(" ").trim()
    const answer = yield* BesideBot.ask(
      settings,
      modeOf(mode, settings),
      (bot) => bot.decisions({ params: { race: words } }),
      (records) => records.explain(words)
    )
    yield* json ? printJson(answer) : Console.log(render(answer))
  })
).pipe(Command.withDescription("Say why each runner of a race was or was not bet: step, reason and numbers"))
