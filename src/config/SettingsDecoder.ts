/**
 * From the text of a settings file to `Settings`, or to every problem it has. Pure: the file is read and the
 * environment is asked by `SettingsLoader`.
 */
import { Array as Arr, Option, Order, Predicate, Result, Schema, type SchemaIssue } from "effect"
import type { Variables } from "./Environment.ts"
import { nearestKey } from "./NearestKey.ts"
import {
  badValue,
  brokenRule,
  missingKey,
  SettingsInvalid,
  type SettingsProblem,
  unknownKey
} from "./SettingsInvalid.ts"
import * as Document from "./SettingsDocument.ts"
import * as Keys from "./SettingsKeys.ts"
import { rules } from "./SettingsRules.ts"
import { SettingsSchema, type SettingsValue } from "./Settings.ts"

const decodeTree = Schema.decodeUnknownResult(SettingsSchema, { errors: "all", onExcessProperty: "error" })

/**
 * @param file the name of the file for messages; none when there is none
 * @param text its contents; empty when there is none
 */
export const decode = (
  file: Option.Option<string>,
  text: string,
  variables: Variables
): Result.Result<SettingsValue, SettingsInvalid> => {
  const invalid = (problems: ReadonlyArray<SettingsProblem>) =>
    new SettingsInvalid({ file, problems: Arr.sort(problems, byLine) as [SettingsProblem, ...Array<SettingsProblem>] })

  const parsed = Document.parse(text, variables)
  if (Result.isFailure(parsed)) return Result.fail(invalid(parsed.failure))
  const document = parsed.success
  const tree = withEnvironment(withoutEmptySections(document.tree), variables)

  const decoded = decodeTree(tree)
  const findings = Result.isSuccess(decoded) ? [] : findingsOf(decoded.failure.issue, [])
  const problems = [...document.problems, ...findings.map((finding) => toProblem(finding, tree, document))]
  const understood = Result.isSuccess(decoded) ? decoded : decodeTree(withoutAll(tree, findings))
  if (Result.isSuccess(understood)) problems.push(...brokenRules(understood.success, document, problems))

  const distinct = Arr.dedupeWith(problems, samePlace)
  return Result.isSuccess(decoded) && distinct.length === 0
    ? Result.succeed(decoded.success)
    : Result.fail(invalid(distinct))
}

/** A section whose keys are all commented out is `null` to YAML and has its defaults to its user. */
const withoutEmptySections = (tree: unknown): Readonly<Record<string, unknown>> =>
  Predicate.isObject(tree)
    ? Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, value === null ? {} : value]))
    : {}

const withEnvironment = (tree: Readonly<Record<string, unknown>>, variables: Variables) =>
  Keys.keys.reduce((filled, { environment, name, path: [section] }) => {
    const value = environment === undefined ? undefined : variables[environment]
    const keys = filled[section as string] ?? {}
    return value === undefined || value === "" || !Predicate.isObject(keys) || Object.hasOwn(keys, name)
      ? filled
      : { ...filled, [section as string]: { ...keys, [name]: value } }
  }, tree)

interface Finding {
  readonly path: Keys.KeyPath
  readonly kind: "unknown_key" | "missing_key" | "value"
}

const findingsOf = (issue: SchemaIssue.Issue, path: Keys.KeyPath): ReadonlyArray<Finding> => {
  switch (issue._tag) {
    case "Pointer":
      return findingsOf(issue.issue, [...path, ...issue.path])
    case "Encoding":
    case "Filter":
      return findingsOf(issue.issue, path)
    case "Composite":
      return issue.issues.flatMap((inner) => findingsOf(inner, path))
    case "UnexpectedKey":
      return [{ path, kind: "unknown_key" }]
    case "MissingKey":
      return [{ path, kind: "missing_key" }]
    // Unions here are choices and "or null": what is expected of the key says it better than each member's issue.
    case "AnyOf":
    case "OneOf":
    case "InvalidType":
    case "InvalidValue":
    case "Forbidden":
      return [{ path, kind: "value" }]
  }
}

const toProblem = ({ kind, path }: Finding, tree: unknown, document: Document.SettingsDocument): SettingsProblem => {
  const place = { path, line: document.lineOf(path) }
  switch (kind) {
    case "unknown_key":
      return unknownKey(place, nearestKey(path))
    case "missing_key":
      return missingKey(place, Keys.expectedAt(path))
    case "value":
      return badValue(place, shown(path, tree, document), Keys.expectedAt(path) + unquoted(path, tree))
  }
}

/** What is found, without ever showing a secret: neither one in its place nor one from the environment in a wrong one. */
const shown = (path: Keys.KeyPath, tree: unknown, document: Document.SettingsDocument): string => {
  const value = Keys.valueAt(tree, path)
  const environment = Keys.environmentAt(path)
  if (Option.isSome(environment) && Keys.valueAt(document.tree, path) === undefined) {
    return `the variable ${environment.value}`
  }
  if (Keys.isSecret(path)) return "<redacted>"
  if (Array.isArray(value)) return "a list"
  if (Predicate.isObject(value)) return "a mapping"
  if (value === null) return "nothing"
  return Option.getOrElse(document.written(path), () => {
    if (Keys.isMapping(path)) return typeof value === "string" ? "text" : `a ${typeof value}`
    return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value)
  })
}

/** To YAML an unquoted 7 is a number. */
const unquoted = (path: Keys.KeyPath, tree: unknown) =>
  Keys.expectedAt(path) === "text" && /^(number|boolean)$/.test(typeof Keys.valueAt(tree, path)) ? " in quotes" : ""

const withoutAll = (tree: unknown, findings: ReadonlyArray<Finding>) =>
  findings.reduce((rest, { path }) => Keys.without(rest, path.slice(0, 2)), tree)

const brokenRules = (
  settings: SettingsValue,
  document: Document.SettingsDocument,
  problems: ReadonlyArray<SettingsProblem>
) => {
  const doubtful = problems.flatMap(({ path }) => Option.toArray(path))
  const isDoubtful = ([section, key]: Keys.KeyPath) =>
    doubtful.some(
      (other) => other === section || other.split(/[.[]/, 2).join(".") === `${String(section)}.${String(key)}`
    )
  return rules
    .filter(({ holds, keys }) => !keys.some(isDoubtful) && !holds(settings))
    .map(({ keys: [path], message }) => brokenRule({ path, line: document.lineOf(path) }, message))
}

const samePlace = (one: SettingsProblem, other: SettingsProblem) =>
  Option.isSome(one.path) && Option.getOrNull(one.path) === Option.getOrNull(other.path)

const byLine = Order.mapInput(Order.Number, ({ line }: SettingsProblem) => Option.getOrElse(line, () => Infinity))
