/** `explain RACE`: why each runner was or was not bet. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as BesideBot from "./BesideBot.ts"
import * as ExplainText from "./ExplainText.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import { mode, modeOf } from "./Whose.ts"

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
    yield* json ? printJson(answer) : Console.log(ExplainText.render(answer))
  })
).pipe(Command.withDescription("Say why each runner of a race was or was not bet: step, reason and numbers"))
