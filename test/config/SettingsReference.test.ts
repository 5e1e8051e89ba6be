import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Keys from "../../src/config/SettingsKeys.ts"
import { jsonSchema, markdown } from "../../src/config/SettingsReference.ts"

interface Node {
  readonly description?: string
  readonly default?: unknown
  readonly additionalProperties?: boolean
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: ReadonlyArray<Node>
  readonly minimum?: number
  readonly maximum?: number
}

const schema = jsonSchema() as Node

const at = (path: Keys.KeyPath): Node =>
  path.reduce<Node>((node, key) => (typeof key === "number" ? node.items! : node.properties![String(key)]!), schema)

describe("docs/CONFIGURATION.md", () => {
  it("is what npm run generate:docs writes", () => {
    expect(readFileSync(new URL("../../docs/CONFIGURATION.md", import.meta.url), "utf8")).toBe(markdown())
  })

  it("has a row for every key", () => {
    for (const { name } of Keys.keys) expect(markdown()).toContain(`| \`${name}\` | `)
  })
})

describe("SettingsReference.jsonSchema", () => {
  it.each(Keys.keys.map((key) => [Keys.format(key.path), key] as const))("describes %s with its default", (_, key) => {
    expect(at(key.path)).toMatchObject({ description: key.description, default: key.byDefault })
  })

  it("describes the keys of an entry", () => {
    expect(at(["strategies", "active", 0, "kind"]).description).toMatch(/strategies/)
  })

  it("has ranges", () => {
    expect(at(["trading", "max_odds"])).toMatchObject({ minimum: 1.01, maximum: 1000 })
    expect(at(["trading", "daily_stop_win"]).anyOf?.[0]).toMatchObject({ minimum: 0, maximum: 1_000_000 })
  })

  it("refuses unknown keys everywhere but in strategies' parameters", () => {
    expect(schema.additionalProperties).toBe(false)
    for (const { name } of Keys.sections) expect(at([name]).additionalProperties).toBe(false)
    expect(at(["strategies", "active", 0]).additionalProperties).toBe(false)
    expect(at(["strategies", "active", 0, "parameters"]).additionalProperties).not.toBe(false)
  })
})
