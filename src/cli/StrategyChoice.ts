/** `--strategy NAME --param key=value`: which strategies a command runs, in place of the configured ones. */
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import * as Yaml from "yaml"
import type { SettingsValue } from "../config/Settings.ts"
import { StrategyId } from "../domain/Identifiers.ts"
import { Schema } from "effect"
import { BadUsage } from "./Exit.ts"

export const flags = {
  strategy: Flag.String("strategy").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Run this strategy alone: a configured one, or a kind of strategy with its defaults"),
    Flag.optional
  ),
  param: Flag.KeyValuePair("param").pipe(
    Flag.withMetavar("KEY=VALUE"),
    Flag.withDescription("A parameter of --strategy; may be repeated"),
    Flag.withDefault({})
  )
}

/** The settings with the chosen strategy as the only one. Values are read as YAML would: `2.5` is a number. */
export const apply = Effect.fnUntraced(function* (
  settings: SettingsValue,
  strategy: Option.Option<string>,
  param: Readonly<Record<string, string>>
): Effect.fn.Return<SettingsValue, BadUsage> {
  if (Option.isNone(strategy)) {
    if (Object.keys(param).length === 0) return settings
    return yield* new BadUsage({ message: "--param needs --strategy: whose parameter is it?" })
  }
  const name = strategy.value
  if (!Schema.is(StrategyId)(name)) {
    return yield* new BadUsage({
      message: `--strategy ${name}: expected a name of lower-case letters, digits, _ and -, at most 40 of them`
    })
  }
  const configured = settings.strategies.active.find(({ id }) => id === name)
  const parameters = Object.entries(param).map(([key, value]) => [key, Yaml.parse(value) as unknown])
  const only = {
    id: name,
    kind: configured?.kind ?? name,
    active: true,
    parameters: { ...configured?.parameters, ...Object.fromEntries(parameters) }
  }
  return { ...settings, strategies: { ...settings.strategies, active: [only] } }
})
