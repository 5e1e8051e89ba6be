/**
 * `strategies list | enable | disable | set`: those of the database. A running bot does it at once; where none answers the
 * row is changed, and counts from the next start.
 */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Yaml from "yaml"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { StrategyId } from "../domain/Identifiers.ts"
import type { StrategyAnswer } from "../http/wire/Answers.ts"
import * as BesideBot from "./BesideBot.ts"
import type { BotClient } from "./BotLink.ts"
import { BadUsage } from "./Exit.ts"
import { ConfigFile, json, printJson, strategyFolders } from "./Options.ts"
import * as Table from "./Table.ts"
import { byHand, mode, modeOf, nameOf, reasonOf } from "./Whose.ts"

const standing = ({ active, trading }: StrategyAnswer): string =>
  trading === null ? (active ? "on" : "off") : trading ? "trades" : active ? "on, does not trade" : "off"

const list = Command.make(
  "list",
  { mode, json },
  Effect.fn(function* ({ json, mode }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const strategies = yield* BesideBot.ask(
      settings,
      modeOf(mode, settings),
      (bot) => bot.strategies(),
      (records) => records.strategies
    )
    if (json) return yield* printJson({ strategies })
    const rows = strategies.map((row) => [
      row.id,
      row.kind,
      standing(row),
      JSON.stringify(row.parameters),
      row.note ?? ""
    ])
    yield* Console.log(
      rows.length === 0
        ? "no strategies: the settings' own are written at the first start"
        : Table.render(["STRATEGY", "KIND", "STANDS", "PARAMETERS", "NOTE"], rows)
    )
  })
).pipe(Command.withDescription("List the strategies of the database, and whether they trade"))

type Change =
  | { readonly _tag: "enable" | "disable" }
  | { readonly _tag: "set"; readonly parameters: Readonly<Record<string, unknown>> }

interface Why {
  readonly reason: string
  readonly by: string
}

const overHttp = (bot: BotClient, id: StrategyId, change: Change, payload: Why) => {
  const params = { id }
  switch (change._tag) {
    case "enable":
      return bot.enableStrategy({ params, payload })
    case "disable":
      return bot.disableStrategy({ params, payload })
    case "set":
      return bot.setStrategy({ params, payload: { ...payload, parameters: change.parameters } })
  }
}

/** The same in the row alone, after the same checks. */
const inDatabase = Effect.fnUntraced(function* (
  settings: SettingsValue,
  folders: ReadonlyArray<string>,
  id: StrategyId,
  change: Change,
  { by, reason }: Why
) {
  const [Repositories, { StrategyRepository }, { StrategyRegistry }] = yield* Effect.promise(() =>
    Promise.all([
      import("../persistence/Repositories.ts"),
      import("../persistence/StrategyRepository.ts"),
      import("../strategy/StrategyRegistry.ts")
    ])
  )
  const given = Layer.mergeAll(StrategyRegistry.layer(folders), Repositories.layerDatabase).pipe(
    Layer.provide(Layer.succeed(Settings, settings))
  )
  yield* Effect.gen(function* () {
    const repository = yield* StrategyRepository
    const { configure } = yield* StrategyRegistry
    const rows = yield* repository.all
    const row = rows.find((one) => one.id === id)
    if (row === undefined) {
      const known = rows.map((one) => one.id).join(", ") || "none before the first start of the bot"
      return yield* new BadUsage({ message: `there is no strategy ${id}; expected one of ${known}` })
    }
    const parameters = change._tag === "set" ? { ...row.parameters, ...change.parameters } : row.parameters
    if (change._tag !== "disable") yield* configure({ ...row, parameters })
    if (change._tag === "set") yield* repository.setParameters(id, parameters)
    else yield* repository.setActive(id, change._tag === "enable", `${reason} (${by})`)
  }).pipe(Effect.provide(given))
})

interface Asked {
  readonly id: string
  readonly reason: string
  readonly mode: Option.Option<"live" | "paper" | "replay">
  readonly json: boolean
}

const isStrategyId = Schema.is(StrategyId)

const apply = Effect.fnUntraced(function* (change: Change, { id, json, mode, reason }: Asked) {
  if (!isStrategyId(id)) {
    return yield* new BadUsage({
      message: `strategies: found ${id}, expected the name of a strategy as strategies list has it`
    })
  }
  const { file, settings } = yield* SettingsLoader.load(yield* ConfigFile)
  const why = { reason: reasonOf(reason), by: nameOf() }
  const BotLink = yield* Effect.promise(() => import("./BotLink.ts"))
  const bot = yield* BotLink.find(settings, modeOf(mode, settings))
  const text =
    bot === null
      ? yield* Effect.as(
          inDatabase(settings, strategyFolders(file), id, change, why),
          "changed in the database; it counts from the next start of a bot"
        )
      : (yield* BotLink.within(overHttp(bot, id, change, why))).text
  yield* json ? printJson({ strategy: id, change: change._tag, text }) : Console.log(text)
})

const flags = {
  id: Argument.String("STRATEGY").pipe(Argument.withDescription("Its name, as strategies list has it")),
  reason: byHand,
  mode,
  json
}

const enable = Command.make("enable", flags, (asked) => apply({ _tag: "enable" }, asked)).pipe(
  Command.withDescription("Let a strategy trade")
)

const disable = Command.make("disable", flags, (asked) => apply({ _tag: "disable" }, asked)).pipe(
  Command.withDescription("Let a strategy trade no more; its open bets are followed all the same")
)

const set = Command.make(
  "set",
  {
    ...flags,
    param: Flag.KeyValuePair("param").pipe(
      Flag.withMetavar("KEY=VALUE"),
      Flag.withDescription("A parameter and its value, read as YAML would: 2.5 is a number; may be repeated")
    )
  },
  ({ param, ...asked }) => {
    const parameters = Object.fromEntries(
      Object.entries(param).map(([key, value]) => [key, Yaml.parse(value) as unknown])
    )
    return apply({ _tag: "set", parameters }, asked)
  }
).pipe(Command.withDescription("Set parameters of a strategy, the others staying as they are"))

export const commands = [list, enable, disable, set] as const
