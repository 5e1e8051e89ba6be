/** `tokens replace`: new tokens for the bot's HTTP, shown once. The old ones count no more, in a running bot either. */
import { Console, Effect } from "effect"
import { Command, Prompt } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { Mode } from "../domain/Mode.ts"
import { BadUsage, Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import { yes } from "./Whose.ts"

const confirmed = Effect.fnUntraced(function* (isSaid: boolean) {
  if (isSaid) return
  if (!process.stdin.isTTY) {
    return yield* new BadUsage({ message: "tokens replace: there is no terminal to ask on; add --yes if it is meant" })
  }
  const message = "Replace both tokens? Pages and programs that use the old ones are shut out at once."
  if (yield* Prompt.Confirm({ message, initial: false })) return
  yield* Console.error("nothing was replaced")
  return yield* new Ended({ code: failed })
})

const replace = Command.make(
  "replace",
  { yes, json },
  Effect.fn(function* ({ json, yes }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    yield* confirmed(yes)
    const [BotLink, Tokens] = yield* Effect.promise(() =>
      Promise.all([import("./BotLink.ts"), import("../http/Tokens.ts")])
    )
    const { control, read } = yield* Tokens.replace(settings.http)
    // With the new control token: a bot that answers has taken it.
    const taken = yield* Effect.filter(Mode.literals, (mode) =>
      Effect.gen(function* () {
        const bot = yield* BotLink.find(settings, mode)
        return bot !== null && (yield* Effect.isSuccess(BotLink.within(bot.status())))
      })
    )
    if (json) return yield* printJson({ read, control, takenBy: taken })
    const told =
      taken.length === 0 ? "No bot runs here: the next one takes them." : `Taken by the ${taken.join(" and the ")} bot.`
    yield* Console.log(
      [
        `The old tokens count no more. The new ones are shown this once; ${Tokens.fileIn(settings.http.directory)} keeps them, for you alone.`,
        `  to look     ${read ?? "stays as http.read_token sets it"}`,
        `  to control  ${control ?? "stays as http.control_token sets it"}`,
        told
      ].join("\n")
    )
  })
).pipe(Command.withDescription("Make new tokens and end the old ones; it asks first, unless there is --yes"))

export const command = Command.make("tokens").pipe(
  Command.withDescription("The tokens of the bot's HTTP"),
  Command.withSubcommands([replace])
)
