/**
 * `strategies`: the kinds of strategy there are, the user's own included, with what may be set for each; and below it
 * `list | enable | disable | set` for those that trade.
 */
import { Console, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { Settings } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as ParameterList from "../strategy/ParameterList.ts"
import { type Registration, StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import { ConfigFile, json, printJson, strategyFolders } from "./Options.ts"
import * as StrategySwitches from "./StrategySwitches.ts"

const kinds = Command.make(
  "strategies",
  { json },
  Effect.fn(function* ({ json }) {
    const { file, settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const registry = StrategyRegistry.layer(strategyFolders(file)).pipe(
      Layer.provide(Layer.succeed(Settings, settings))
    )
    const kinds = yield* StrategyRegistry.use(({ registrations }) => Effect.succeed(registrations.map(describe))).pipe(
      Effect.provide(registry)
    )
    yield* json ? printJson({ strategies: kinds }) : Console.log(kinds.map(inWords).join("\n\n"))
  })
).pipe(Command.withDescription("List the kinds of strategy with their parameters, ranges and defaults"))

const describe = ({ kind, source }: Registration) => ({
  name: kind.name,
  description: kind.description,
  source,
  ...kind.traits,
  parameters: ParameterList.of(kind.parameters)
})

const inWords = ({ description, inPlay, name, needsPrediction, parameters, source }: ReturnType<typeof describe>) => {
  const rows = parameters.map((parameter) => [
    parameter.name,
    JSON.stringify(parameter.default) ?? "",
    parameter.allowed,
    parameter.description
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  return [
    `${name} (${[source, inPlay ? "bets in play" : "bets before the off", ...(needsPrediction ? ["needs predictions"] : [])].join(", ")})`,
    `  ${description}`,
    ...rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`)
  ].join("\n")
}

export const command = kinds.pipe(Command.withSubcommands(StrategySwitches.commands))
