/**
 * `config`: looks at the settings without starting anything.
 */
import { Console, Effect, Option, Result } from "effect"
import { Command } from "effect/cli"
import { toJson } from "../config/SettingsInvalid.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as SettingsReference from "../config/SettingsReference.ts"
import * as SettingsYaml from "../config/SettingsYaml.ts"
import * as MetricsDocument from "../monitoring/MetricsDocument.ts"
import { badUsage, Ended } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"

const check = Command.make(
  "check",
  { json },
  Effect.fn(function* ({ json }) {
    const loaded = yield* Effect.result(SettingsLoader.load(yield* ConfigFile))
    if (Result.isFailure(loaded)) {
      if (!json) return yield* loaded.failure
      yield* printJson({ valid: false, ...(toJson(loaded.failure) as {}) })
      return yield* new Ended({ code: badUsage })
    }
    const { file } = loaded.success
    yield* json
      ? printJson({ valid: true, file: Option.getOrNull(file), problems: [] })
      : Console.log(
          Option.match(file, {
            onNone: () => `no ${SettingsLoader.usualFile}: every key has its default`,
            onSome: (name) => `${name}: fine`
          })
        )
  })
).pipe(Command.withDescription("Say whether the settings are valid, or everything that is wrong with them"))

const show = Command.make(
  "show",
  { json },
  Effect.fn(function* ({ json }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    yield* json ? printJson(SettingsYaml.redacted(settings)) : print(SettingsYaml.render(settings))
  })
).pipe(Command.withDescription("Print the settings in force, without secrets"))

const schema = Command.make("schema", {}, () => printJson(SettingsReference.jsonSchema())).pipe(
  Command.withDescription("Print a JSON Schema of the settings file, for editors")
)

const example = Command.make("example", {}, () => print(SettingsYaml.example())).pipe(
  Command.withDescription("Print config/config.yaml.example: every key with its meaning and its default")
)

const reference = Command.make("reference", {}, () => print(SettingsReference.markdown())).pipe(
  Command.withDescription("Print docs/CONFIGURATION.md")
)

const metrics = Command.make("metrics", {}, () => print(MetricsDocument.markdown())).pipe(
  Command.withDescription("Print docs/METRICS.md")
)

/** The text ends with a new line of its own, and so does what `Console.log` prints. */
const print = (text: string) => Console.log(text.trimEnd())

export const command = Command.make("config").pipe(
  Command.withDescription("Check and show the settings"),
  Command.withSubcommands([check, show, schema, example, reference, metrics])
)
