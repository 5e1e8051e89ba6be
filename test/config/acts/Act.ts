/** A key of the settings at work: two values of it, and what is seen of the program with the one and with the other. */
import { type Effect, Predicate, Schema, type Scope } from "effect"
import { SettingsSchema, type SettingsValue } from "../../../src/config/Settings.ts"
import type { KeyPath } from "../../../src/config/SettingsKeys.ts"

/** Settings as a file would have them. */
export type Tree = Readonly<Record<string, unknown>>

export type Look = (settings: SettingsValue, tree: Tree) => Effect.Effect<unknown, unknown, Scope.Scope>

export interface Act {
  readonly values: readonly [unknown, unknown]
  /** What `look` sees with each of the values. */
  readonly seen: readonly [unknown, unknown]
  readonly look: Look
  /** What both files say besides. */
  readonly beside: Tree
}

export type Acts = Readonly<Record<string, Act>>

export const act = (values: Act["values"], seen: Act["seen"], look: Look, beside: Tree = {}): Act => ({
  values,
  seen,
  look,
  beside
})

/** A tree with `value` at the path, in mappings and lists. */
export const put = (tree: unknown, [key, ...rest]: KeyPath, value: unknown): unknown => {
  if (key === undefined) return value
  if (typeof key === "number") {
    const list: ReadonlyArray<unknown> = Array.isArray(tree) ? tree : []
    return list.with(key, put(list[key], rest, value))
  }
  const map = Predicate.isObject(tree) ? tree : {}
  return { ...map, [key]: put(map[key as keyof typeof map], rest, value) }
}

/** The settings of a file, every other key at its default. */
export const settingsOf = (tree: Tree): SettingsValue => Schema.decodeSync(SettingsSchema)(tree)
