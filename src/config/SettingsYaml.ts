/**
 * Settings as a file: the ones in force, and the example in which every key stands with its meaning and its default.
 */
import { Predicate, Schema } from "effect"
import * as Yaml from "yaml"
import * as Keys from "./SettingsKeys.ts"
import { SettingsSchema, type SettingsValue } from "./Settings.ts"

const encode = Schema.encodeSync(SettingsSchema)

/** As the file would have them: snake_case keys, decimal money, plain numbers for intervals, secrets as `<redacted>`. */
export const redacted = (settings: SettingsValue): unknown => redactedAt(encode(settings), [])

export const render = (settings: SettingsValue): string => documentOf(redacted(settings)).toString(layout)

/** `config/config.yaml.example`. */
export const example = (): string => {
  const document = documentOf(
    Object.fromEntries(Keys.sections.map(({ keys, name }) => [name, Object.fromEntries(keys.map(defaultOf))]))
  )
  document.commentBefore = comment(preamble)
  for (const [index, section] of Keys.sections.entries()) {
    const name = keyNode(document.contents, section.name)
    name.commentBefore = comment([section.description])
    name.spaceBefore = index > 0
    for (const key of section.keys) {
      keyNode(document.get(section.name), key.name).commentBefore = comment(explained(key))
    }
  }
  return document.toString(layout)
}

const preamble = [
  "All settings of Clever Better, with their defaults: copy to config/config.yaml and change what you like; what you",
  "leave out keeps its default. Money is in the account's currency.",
  "${NAME} in a value is replaced by the environment variable NAME, ${NAME:-default} by the default if NAME is not set",
  "or empty; $${ is a plain ${."
]

const layout: Yaml.ToStringOptions = { lineWidth: 0, flowCollectionPadding: false }

const comment = (lines: ReadonlyArray<string>) => lines.map((line) => ` ${line}`).join("\n")

const explained = (key: Keys.Key): ReadonlyArray<string> => [
  `${key.description}.`,
  `Takes ${key.expected}${key.entries.length === 0 ? "." : "; each has"}`,
  ...key.entries.map(
    (entry) =>
      `  ${entry.name}: ${entry.description} (${entry.expected}${entry.byDefault === undefined ? "" : `; ${JSON.stringify(entry.byDefault)} if left out`})`
  )
]

const defaultOf = ({ byDefault, environment, name }: Keys.Key): readonly [string, unknown] => [
  name,
  environment === undefined ? byDefault : `\${${environment}:-}`
]

const documentOf = (tree: unknown) => {
  const document = new Yaml.Document(tree)
  for (const key of Keys.keys) {
    const node = document.getIn(key.path, true)
    if (Yaml.isScalar(node) && key.money === true) node.minFractionDigits = 2
    if (Yaml.isSeq(node) && key.entries.length === 0) node.flow = true
  }
  return document
}

const keyNode = (map: unknown, name: string): Yaml.Scalar => {
  const key = Yaml.isMap(map) ? map.items.find((pair) => Yaml.isScalar(pair.key) && pair.key.value === name)?.key : null
  if (!Yaml.isScalar(key)) throw new Error(`${name} is not in the example`)
  return key
}

const redactedAt = (value: unknown, path: Keys.KeyPath): unknown => {
  if (value !== null && Keys.isSecret(path)) return "<redacted>"
  if (Array.isArray(value)) return value.map((item, index) => redactedAt(item, [...path, index]))
  return Predicate.isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactedAt(inner, [...path, name])]))
    : value
}
