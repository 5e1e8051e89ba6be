/** What tests ask of a settings file given as text. */
import { Option, Result } from "effect"
import type { Variables } from "../../src/config/Environment.ts"
import { decode } from "../../src/config/SettingsDecoder.ts"
import type { SettingsInvalid, SettingsProblem } from "../../src/config/SettingsInvalid.ts"
import type { SettingsValue } from "../../src/config/Settings.ts"

const file = Option.some("config/config.yaml")

export const settingsOf = (text: string, variables: Variables = {}): SettingsValue =>
  Result.getOrThrow(decode(file, text, variables))

export const refusalOf = (text: string, variables: Variables = {}): SettingsInvalid =>
  Result.getOrThrow(Result.flip(decode(file, text, variables)))

export const problemsOf = (text: string, variables: Variables = {}): ReadonlyArray<SettingsProblem> => {
  const decoded = decode(file, text, variables)
  return Result.isSuccess(decoded) ? [] : decoded.failure.problems
}

/** `kind path line` of each problem. */
export const outline = (problems: ReadonlyArray<SettingsProblem>): ReadonlyArray<string> =>
  problems.map(({ kind, line, path }) =>
    [kind, Option.getOrElse(path, () => "-"), Option.getOrElse(line, () => "-")].join(" ")
  )
