/**
 * What several commands take.
 */
import { dirname } from "node:path"
import { Console, type Effect, Option } from "effect"
import { Flag, GlobalFlag } from "effect/cli"

/** The settings file named by `--config`, anywhere on the command line; `yield* ConfigFile` in a command. */
export const ConfigFile = GlobalFlag.Setting("config")({
  flag: Flag.String("config").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("Settings file; without it config/config.yaml if there is one"),
    Flag.optional
  )
})

/** Where a user's strategy modules are looked for: beside the settings file, then in the working directory. */
export const strategyFolders = (file: Option.Option<string>): ReadonlyArray<string> => [
  ...Option.toArray(Option.map(file, dirname)),
  "."
]

export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))

export const printJson = (value: unknown): Effect.Effect<void> => Console.log(JSON.stringify(value, null, 2))
