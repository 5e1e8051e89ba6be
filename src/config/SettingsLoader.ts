/**
 * Finds the settings file, reads it and decodes it: once, at start-up.
 */
import { Effect, FileSystem, Layer, Option, type PlatformError } from "effect"
import { Environment } from "./Environment.ts"
import { decode } from "./SettingsDecoder.ts"
import { SettingsInvalid, unreadable } from "./SettingsInvalid.ts"
import { Settings, type SettingsValue } from "./Settings.ts"

/** Read when no file is named, if it is there; from the working directory. */
export const usualFile = "config/config.yaml"

export interface Loaded {
  /** None: there is no file, and every key has its default. */
  readonly file: Option.Option<string>
  readonly settings: SettingsValue
}

/**
 * @param chosen the file the user named; a named file must exist
 */
export const load = Effect.fn("SettingsLoader.load")(function* (
  chosen: Option.Option<string>
): Effect.fn.Return<Loaded, SettingsInvalid, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const variables = yield* Environment
  const file = Option.isSome(chosen) || !(yield* isThere(usualFile)) ? chosen : Option.some(usualFile)
  const text = Option.isNone(file)
    ? ""
    : yield* fs
        .readFileString(file.value)
        .pipe(Effect.mapError((cause) => new SettingsInvalid({ file, problems: [unreadable(reasonOf(cause))] })))
  const settings = yield* Effect.fromResult(decode(file, text, variables))
  return { file, settings }
})

/** `Settings` from the file the user named, else from the usual one, else all defaults. */
export const layer = (chosen: Option.Option<string>): Layer.Layer<Settings, SettingsInvalid, FileSystem.FileSystem> =>
  Layer.effect(
    Settings,
    Effect.map(load(chosen), ({ settings }) => settings)
  )

/** A file that may not be looked at counts as being there, so that reading it says what is wrong. */
const isThere = (file: string) =>
  FileSystem.FileSystem.use((fs) => fs.exists(file)).pipe(Effect.orElseSucceed(() => true))

const reasonOf = ({ reason }: PlatformError.PlatformError) => {
  switch (reason._tag) {
    case "NotFound":
      return "there is no such file"
    case "PermissionDenied":
      return "permission denied"
    default:
      return reason.message
  }
}
