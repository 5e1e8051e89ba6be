/**
 * What is wrong with a configuration, as values: one problem a key, and the error that carries them all, so that a user
 * mends a file in one go.
 */
import { Option, Schema } from "effect"
import * as Keys from "./SettingsKeys.ts"

/** Why a key, or the whole file, is refused. */
export const ProblemKind = Schema.Literals([
  "unreadable",
  "syntax",
  "doubled_key",
  "variable",
  "unknown_key",
  "missing_key",
  "value",
  "rule"
])
export type ProblemKind = typeof ProblemKind.Type

export class SettingsProblem extends Schema.Class<SettingsProblem>("SettingsProblem")({
  kind: ProblemKind,
  /** Such as `trading.max_odds`; none for the file as a whole. */
  path: Schema.OptionFromNullOr(Schema.String),
  /** The first line is 1; none where the file does not mention the key. */
  line: Schema.OptionFromNullOr(Schema.Int),
  /** The value as it stands in the file: never a secret, never what a variable of the environment held. */
  found: Schema.OptionFromNullOr(Schema.String),
  expected: Schema.OptionFromNullOr(Schema.String),
  /** The known key nearest to an unknown one. */
  suggestion: Schema.OptionFromNullOr(Schema.String),
  /** All of this in one sentence, without the place. */
  message: Schema.String
}) {}

/** The configuration can't be used; every problem of it is listed, in the order of the file. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  /** As the user named it; none where there is no file and the environment alone is at fault. */
  file: Schema.OptionFromNullOr(Schema.String),
  problems: Schema.NonEmptyArray(SettingsProblem)
}) {
  override get message(): string {
    return render(this)
  }
}

/** One line a problem: `config/config.yaml:12: trading.max_odds: found 0, expected a number from 1.01 to 1000`. */
export const render = (invalid: SettingsInvalid): string =>
  invalid.problems.map((problem) => renderProblem(invalid.file, problem)).join("\n")

/** The same for machines: every field of every problem, `null` where there is none. */
export const toJson: (invalid: SettingsInvalid) => unknown = Schema.encodeSync(
  Schema.Struct({
    file: Schema.OptionFromNullOr(Schema.String),
    problems: Schema.Array(SettingsProblem)
  })
)

interface Place {
  readonly path?: Keys.KeyPath
  readonly line: Option.Option<number>
}

const problem = (
  kind: ProblemKind,
  { path, line }: Place,
  message: string,
  details: Partial<Pick<SettingsProblem, "found" | "expected" | "suggestion">> = {}
) =>
  new SettingsProblem({
    kind,
    path: Option.map(Option.fromUndefinedOr(path), Keys.format),
    line,
    found: Option.none(),
    expected: Option.none(),
    suggestion: Option.none(),
    ...details,
    message
  })

export const unreadable = (reason: string) =>
  problem("unreadable", { line: Option.none() }, `cannot be read: ${reason}`)

export const syntax = (line: Option.Option<number>, message: string) => problem("syntax", { line }, message)

export const doubledKey = (place: Place, first: Option.Option<number>) =>
  problem(
    "doubled_key",
    place,
    `stands here a second time${Option.match(first, { onNone: () => "", onSome: (line) => ` (first on line ${line})` })}; remove one`
  )

export const variable = (place: Place, message: string) => problem("variable", place, message)

export const unknownKey = (place: Place, suggestion: Option.Option<string>) =>
  problem(
    "unknown_key",
    place,
    `unknown key${Option.match(suggestion, { onNone: () => "", onSome: (name) => `; did you mean ${name}?` })}`,
    { suggestion }
  )

export const missingKey = (place: Place, expected: string) =>
  problem("missing_key", place, `missing, expected ${expected}`, { expected: Option.some(expected) })

export const badValue = (place: Place, found: string, expected: string) =>
  problem("value", place, `found ${found}, expected ${expected}`, {
    found: Option.some(found),
    expected: Option.some(expected)
  })

export const brokenRule = (place: Place, message: string) => problem("rule", place, message)

const renderProblem = (file: Option.Option<string>, { line, message, path }: SettingsProblem) => {
  const place = [...Option.toArray(file), ...Option.toArray(Option.map(line, String))].join(":")
  return [...(place === "" ? [] : [place]), ...Option.toArray(path), message].join(": ")
}
