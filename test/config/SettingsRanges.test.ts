/** Every key at once: whatever stands in its range is taken, and whatever does not is reported where it stands. */
import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import * as Keys from "../../src/config/SettingsKeys.ts"
import { jsonSchema } from "../../src/config/SettingsReference.ts"
import { outline, problemsOf } from "./Decoding.ts"

/** What the JSON Schema says of a key, and so what editors hold a user to. */
interface Node {
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: ReadonlyArray<string>
  readonly default?: unknown
  readonly anyOf?: ReadonlyArray<Node>
  readonly properties?: Readonly<Record<string, Node>>
}

const root = jsonSchema() as Node

const nodeOf = ({ path }: Keys.Key): Node => path.reduce((node, name) => node.properties![String(name)]!, root)

const texts: Readonly<Record<string, string>> = {
  "trading.time_zone": "Australia/Sydney",
  "database.url": "postgres://host/name",
  "telemetry.otlp_endpoint": "https://collector:4318",
  "betfair.login_url": "https://identity.example/api/",
  "betfair.identity_url": "https://identity.example/api/",
  "betfair.api_url": "https://api.example/exchange/"
}

/** A value in the key's range, the further up the greater `share`, which is between 0 and 1. */
const within = (key: Keys.Key, node: Node, share: number): unknown => {
  if (node.anyOf !== undefined) return share < 0.5 ? null : within(key, node.anyOf[0]!, share)
  if (node.enum !== undefined) return node.enum[Math.min(node.enum.length - 1, Math.floor(share * node.enum.length))]
  if (node.type === "boolean") return share < 0.5
  if (node.type === "string") return texts[Keys.format(key.path)] ?? "text"
  if (node.type === "array") return share < 0.5 ? [] : node.default
  const value = node.minimum! + share * (node.maximum! - node.minimum!)
  return node.type === "integer" ? Math.round(value) : Math.round(value * 100) / 100
}

/** Values that are not in the key's range. */
const outside = (node: Node): ReadonlyArray<unknown> => {
  if (node.anyOf !== undefined) return outside(node.anyOf[0]!).filter((value) => value !== null)
  if (node.type === "number") return [node.minimum! - 0.01, node.maximum! + 0.01, "much", true, null, [], {}]
  if (node.type === "integer") return [node.minimum! - 1, node.maximum! + 1, node.minimum! + 0.5, "many", null]
  if (node.type === "boolean") return ["perhaps", 1, null]
  if (node.type === "array") return ["one", 1, null, {}]
  return ["", 1, null, []]
}

interface Entry {
  readonly key: Keys.Key
  readonly value: unknown
}

const fileOf = (entries: ReadonlyArray<Entry>) => {
  const lines: Array<string> = []
  const lineOf = new Map<string, number>()
  for (const { name } of Keys.sections) {
    const own = entries.filter(({ key }) => key.path[0] === name)
    if (own.length > 0) lines.push(`${name}:`)
    for (const { key, value } of own) {
      lines.push(`  ${key.name}: ${JSON.stringify(value)}`)
      lineOf.set(Keys.format(key.path), lines.length)
    }
  }
  return { text: lines.join("\n"), lineOf }
}

/** For each key a share of its range, or one below 0 if the key is left out. */
const Shares = Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: -1, maximum: 1 }))).check(
  Schema.isBetweenLength(Keys.keys.length, Keys.keys.length)
)

const entriesOf = (shares: ReadonlyArray<number>): ReadonlyArray<Entry> =>
  Keys.keys.flatMap((key, index) => {
    const share = shares[index]!
    return share < 0 ? [] : [{ key, value: within(key, nodeOf(key), share) }]
  })

describe("the ranges of settings", () => {
  it.prop("take any subset of keys with values in their ranges", { shares: Shares }, ({ shares }) => {
    const { text } = fileOf(entriesOf(shares))
    expect(problemsOf(text).filter(({ kind }) => kind !== "rule")).toEqual([])
  })

  it.prop(
    "refuse a value out of range on its own line, whatever stands around it",
    { shares: Shares, which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Keys.keys.length - 1 })) },
    ({ shares, which }) => {
      const key = Keys.keys[which]!
      const others = entriesOf(shares).filter((entry) => entry.key !== key)
      for (const value of outside(nodeOf(key))) {
        const { lineOf, text } = fileOf([...others, { key, value }])
        const path = Keys.format(key.path)
        const found = problemsOf(text).filter(({ kind }) => kind !== "rule")
        expect(outline(found), text).toEqual([`value ${path} ${lineOf.get(path)}`])
      }
    }
  )

  it.each(Keys.keys.map((key) => [Keys.format(key.path), key] as const))("know what %s may not be", (path, key) => {
    for (const value of outside(nodeOf(key))) {
      expect(outline(problemsOf(fileOf([{ key, value }]).text)), JSON.stringify(value)).toEqual([`value ${path} 2`])
    }
  })
})
