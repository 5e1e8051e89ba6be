/**
 * The settings file as a tree that still knows on which line each key stands. Read with the `yaml` package, because
 * Effect's own `Yaml` keeps no line numbers.
 */
import { Option, Result } from "effect"
import * as Yaml from "yaml"
import type { Variables } from "./Environment.ts"
import * as Expansion from "./Expansion.ts"
import * as Keys from "./SettingsKeys.ts"
import { doubledKey, type SettingsProblem, syntax, variable } from "./SettingsInvalid.ts"

export interface SettingsDocument {
  /** The file's mapping with variables expanded, not yet checked. */
  readonly tree: unknown
  /** The line of the key at a path, or of the nearest key above it. */
  readonly lineOf: (path: Keys.KeyPath) => Option.Option<number>
  /** How a value with a variable in it is written in the file. */
  readonly written: (path: Keys.KeyPath) => Option.Option<string>
  /** Doubled keys and variables that are not set; decoding may go on past them. */
  readonly problems: ReadonlyArray<SettingsProblem>
}

/** No file: every key has its default. */
export const empty: SettingsDocument = {
  tree: {},
  lineOf: () => Option.none(),
  written: () => Option.none(),
  problems: []
}

/** Reads YAML and expands its variables, or says why the text is no mapping of keys at all. */
export const parse = (text: string, variables: Variables): Result.Result<SettingsDocument, Array<SettingsProblem>> => {
  const lines = new Yaml.LineCounter()
  const lineAt = (offset: number | undefined) =>
    offset === undefined ? Option.none<number>() : Option.some(lines.linePos(offset).line)
  // Doubled keys are looked for here, to name both lines.
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  // What follows the first fault is the parser's confusion, not the user's.
  const [fault] = [...document.errors, ...document.warnings]
  if (fault !== undefined) {
    const line = lines.linePos(fault.pos[0]).line
    const message = fault.code === "MULTIPLE_DOCS" ? "a second document begins: keep one" : fault.message
    return Result.fail([syntax(Option.some(line), message + hintOn(text.split("\n")[line - 1]))])
  }
  if (document.contents === null) return Result.succeed(empty)
  if (!Yaml.isMap(document.contents)) {
    return Result.fail([syntax(lineAt(document.contents.range?.[0]), "not a mapping of sections such as trading:")])
  }

  const written = new Map<Yaml.Node, string>()
  const problems: Array<SettingsProblem> = []
  Yaml.visit(document, {
    Map: (_, map, ancestors) => {
      problems.push(...doubledKeys(map, pathOf([...ancestors, map]), (key) => lineAt(startOf(key))))
    },
    Scalar: (key, scalar, ancestors) => {
      if (key === "key" || typeof scalar.value !== "string" || !Expansion.hasReference(scalar.value)) return
      const path = pathOf([...ancestors, scalar])
      const expanded = Expansion.expand(scalar.value, variables)
      if (Result.isFailure(expanded)) {
        const place = { path, line: lineAt(startOf(scalar)) }
        problems.push(...expanded.failure.map((message) => variable(place, message)))
        return
      }
      written.set(scalar, scalar.value)
      scalar.value = Expansion.isWhole(scalar.value) ? retyped(document, path, expanded.success) : expanded.success
    }
  })

  try {
    const tree: unknown = document.toJS()
    return Result.succeed({
      tree,
      lineOf: (path) => lineAt(startOf(keyAt(document, path))),
      written: (path) => Option.fromUndefinedOr(written.get(valueAt(document, path) as Yaml.Node)),
      problems
    })
  } catch (cause) {
    // Aliases that multiply beyond the library's bound, or hold themselves.
    return Result.fail([syntax(Option.none(), cause instanceof Error ? cause.message : String(cause))])
  }
}

/** What a value would be had it been written in the file: `8080` a number, unless text is wanted there. */
const retyped = (document: Yaml.Document, path: Keys.KeyPath, text: string): unknown => {
  if (text === "" && Keys.takesNull(path)) return null
  if (Keys.takesText(path)) return text
  const tag = document.schema.tags.filter(isScalarTag).find((tag) => tag.default === true && tag.test?.test(text))
  const value = tag === undefined ? text : tag.resolve(text, () => undefined, {})
  return Yaml.isScalar(value) ? value.value : value
}

/** In a flow mapping the brace that ends a variable ends the mapping. */
const hintOn = (line = "") => (Expansion.hasReference(line) ? " (within { } or [ ], ${NAME} must be in quotes)" : "")

const isScalarTag = (tag: Yaml.ScalarTag | Yaml.CollectionTag): tag is Yaml.ScalarTag => tag.collection === undefined

const doubledKeys = (
  map: Yaml.YAMLMap,
  path: Keys.KeyPath,
  lineOf: (key: unknown) => Option.Option<number>
): ReadonlyArray<SettingsProblem> => {
  const first = new Map<string, unknown>()
  return map.items.flatMap(({ key }) => {
    const name = nameOf(key)
    const known = first.get(name)
    if (known === undefined) {
      first.set(name, key)
      return []
    }
    return [doubledKey({ path: [...path, name], line: lineOf(key) }, lineOf(known))]
  })
}

const nameOf = (key: unknown): string => (Yaml.isScalar(key) ? String(key.value) : String(key))

/** The offset at which a node begins. */
const startOf = (node: unknown): number | undefined => (Yaml.isNode(node) ? node.range?.[0] : undefined)

/** From the document's nodes down to one of them. */
const pathOf = (nodes: ReadonlyArray<unknown>): Keys.KeyPath =>
  nodes.flatMap((node, index): Keys.KeyPath => {
    if (Yaml.isPair(node)) return [nameOf(node.key)]
    return Yaml.isSeq(node) && index < nodes.length - 1 ? [node.items.indexOf(nodes[index + 1])] : []
  })

const resolved = (document: Yaml.Document, node: unknown): unknown =>
  Yaml.isAlias(node) ? node.resolve(document) : node

const child = (document: Yaml.Document, node: unknown, key: PropertyKey) => {
  const parent = resolved(document, node)
  if (Yaml.isSeq(parent) && typeof key === "number") return { key: parent.items[key], value: parent.items[key] }
  return Yaml.isMap(parent) ? parent.items.find((pair) => nameOf(pair.key) === key) : undefined
}

const valueAt = (document: Yaml.Document, path: Keys.KeyPath): unknown =>
  resolved(
    document,
    path.reduce<unknown>((node, key) => child(document, node, key)?.value, document.contents)
  )

/** The node of the key at a path, or of the deepest key above it that the file has. */
const keyAt = (document: Yaml.Document, path: Keys.KeyPath): unknown => {
  let node: unknown = document.contents
  let nearest: unknown
  for (const key of path) {
    const found = child(document, node, key)
    if (found === undefined) return nearest
    nearest = found.key
    node = found.value
  }
  return nearest
}
