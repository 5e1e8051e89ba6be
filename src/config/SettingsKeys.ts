/**
 * What the settings file may say, read off the schema: its sections, their keys, and what is known of each. Messages,
 * example, reference and redaction all ask here, so none of them can disagree with what is decoded.
 */
import { Option, Predicate, Schema, SchemaAST } from "effect"
import type { About } from "./Setting.ts"
import { SettingsSchema } from "./Settings.ts"

/** Names of keys as in the file, and places in lists: `["strategies", "active", 0, "id"]`. */
export type KeyPath = ReadonlyArray<PropertyKey>

/** A key of the file; `entries` are the keys of each item where it holds a list of mappings. */
export interface Key extends About {
  readonly name: string
  readonly path: KeyPath
  readonly entries: ReadonlyArray<Key>
}

export interface Section extends About {
  readonly name: string
  readonly keys: ReadonlyArray<Key>
}

/** The schema of the file as it is written, before names, money and intervals become the program's. */
const file = Schema.toEncoded(SettingsSchema).ast

/** `trading.max_odds`, `strategies.active[0].id`. */
export const format = (path: KeyPath): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`),
    ""
  )

/** What stands at `path` of a tree of mappings and lists. */
export const valueAt = (tree: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      Predicate.isObjectOrArray(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    tree
  )

/** A tree without what stands at `path`. */
export const without = (tree: unknown, path: KeyPath): unknown => {
  const [key, ...rest] = path
  if (!Predicate.isObject(tree) || key === undefined || !Object.hasOwn(tree, key)) return tree
  const { [key]: value, ...others } = tree as Readonly<Record<PropertyKey, unknown>>
  return rest.length === 0 ? others : { ...others, [key]: without(value, rest) }
}

/** The keys that may stand in the mapping at `path`. */
export const namesAt = (path: KeyPath): ReadonlyArray<string> =>
  Option.match(nodeAt(path), { onNone: () => [], onSome: (node) => children(node).map(([name]) => name) })

/** What is expected at `path`, in words. */
export const expectedAt = (path: KeyPath): string =>
  Option.match(nodeAt(path), {
    onNone: () => "nothing",
    onSome: (node) => annotations(node)?.expected ?? "a mapping"
  })

export const isMapping = (path: KeyPath): boolean => Option.exists(nodeAt(path), SchemaAST.isObjects)

/** Whether text is accepted at `path`, so that a value which looks like a number has to stay text there. */
export const takesText = (path: KeyPath): boolean =>
  Option.exists(nodeAt(path), (node) => members(node).some(SchemaAST.isString))

export const takesNull = (path: KeyPath): boolean =>
  Option.exists(nodeAt(path), (node) => members(node).some(SchemaAST.isNull))

/** The environment variable that stands in for the key at `path`. */
export const environmentAt = (path: KeyPath): Option.Option<string> =>
  Option.flatMap(nodeAt(path), (node) => Option.fromUndefinedOr(aboutOf(node)?.environment))

/** Whether `path` is a secret or lies in one. */
export const isSecret = (path: KeyPath): boolean =>
  path.some((_, index) => Option.exists(nodeAt(path.slice(0, index + 1)), (node) => aboutOf(node)?.secret === true))

const annotations = (node: SchemaAST.AST) => Schema.resolveAnnotations(Schema.make(node))

const aboutOf = (node: SchemaAST.AST) => annotations(node)?.["clever-better/setting"]

const members = (node: SchemaAST.AST) => (SchemaAST.isUnion(node) ? node.types : [node])

const children = (node: SchemaAST.AST): ReadonlyArray<readonly [name: string, child: SchemaAST.AST]> =>
  SchemaAST.isObjects(node) ? node.propertySignatures.map(({ name, type }) => [String(name), type]) : []

const itemOf = (node: SchemaAST.AST): Option.Option<SchemaAST.AST> =>
  SchemaAST.isArrays(node) ? Option.fromUndefinedOr(node.rest[0]) : Option.none()

const nodeAt = (path: KeyPath): Option.Option<SchemaAST.AST> =>
  path.reduce<Option.Option<SchemaAST.AST>>(
    (node, key) =>
      Option.flatMap(node, (parent) =>
        typeof key === "number"
          ? itemOf(parent)
          : Option.fromUndefinedOr(children(parent).find(([name]) => name === key)?.[1])
      ),
    Option.some(file)
  )

const keysOf = (node: SchemaAST.AST, path: KeyPath): ReadonlyArray<Key> =>
  children(node).map(([name, child]) => {
    const about = aboutOf(child)
    if (about === undefined) throw new Error(`${format([...path, name])} is not made by Setting.ts`)
    const item = itemOf(child)
    const entries = Option.isSome(item) ? keysOf(item.value, [...path, name, 0]) : []
    return { ...about, name, path: [...path, name], entries }
  })

/** All sections in the order in which they are declared. */
export const sections: ReadonlyArray<Section> = children(file).map(([name, node]) => {
  const about = aboutOf(node)
  if (about === undefined) throw new Error(`${name} is not made by Setting.ts`)
  return { ...about, name, keys: keysOf(node, [name]) }
})

/** All keys of all sections; not those within the items of lists. */
export const keys: ReadonlyArray<Key> = sections.flatMap((section) => section.keys)
