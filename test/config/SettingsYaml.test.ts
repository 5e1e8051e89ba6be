import { readFileSync } from "node:fs"
import { Predicate } from "effect"
import { describe, expect, it } from "vitest"
import * as Keys from "../../src/config/SettingsKeys.ts"
import * as SettingsYaml from "../../src/config/SettingsYaml.ts"
import { problemsOf, settingsOf } from "./Decoding.ts"

const example = readFileSync(new URL("../../config/config.yaml.example", import.meta.url), "utf8")

describe("config/config.yaml.example", () => {
  it("is what npm run generate:docs writes", () => {
    expect(example).toBe(SettingsYaml.example())
  })

  it("works as it stands and holds exactly the defaults", () => {
    expect(settingsOf(example)).toEqual(settingsOf(""))
  })

  it("lets DATABASE_URL through", () => {
    const variables = { DATABASE_URL: "postgres://host/name" }
    expect(settingsOf(example, variables)).toEqual(settingsOf("", variables))
    expect(settingsOf(example, variables).database.url).not.toBeNull()
  })

  it.each(Keys.keys.map(({ name }) => name))("has %s with a comment above", (name) => {
    expect(example).toMatch(new RegExp(`^ +#.*\\n +${name}:`, "m"))
  })
})

const redacted = (text: string) => SettingsYaml.redacted(settingsOf(text))

const names = (value: unknown) => (Predicate.isObject(value) ? Object.keys(value) : [])

describe("SettingsYaml.redacted", () => {
  it("names keys and writes amounts and intervals as the file does", () => {
    const tree = SettingsYaml.redacted(
      settingsOf("trading: { max_stake_per_bet: 12.34, strategy_evaluation_interval: 0.5 }")
    )
    expect(Keys.valueAt(tree, ["trading", "max_stake_per_bet"])).toBe(12.34)
    expect(Keys.valueAt(tree, ["trading", "strategy_evaluation_interval"])).toBe(0.5)
  })

  it("hides secrets that are set, and shows that others are not", () => {
    expect(Keys.valueAt(redacted("database: { url: 'postgres://u:hunter2@host/x' }"), ["database", "url"])).toBe(
      "<redacted>"
    )
    expect(Keys.valueAt(redacted(""), ["database", "url"])).toBeNull()
  })

  it("has every key", () => {
    const tree = redacted("")
    expect(Keys.sections.map(({ name }) => [name, names(Keys.valueAt(tree, [name]))])).toEqual(
      Keys.sections.map(({ keys, name }) => [name, keys.map((key) => key.name)])
    )
  })
})

describe("SettingsYaml.render", () => {
  it("is a file with the same settings", () => {
    const settings = settingsOf("trading: { bankroll: 77.7 }\nstrategies: { active: [{ id: a, kind: b }] }")
    const text = SettingsYaml.render(settings)
    expect(problemsOf(text)).toEqual([])
    expect(settingsOf(text)).toEqual(settings)
    expect(text).toContain("bankroll: 77.70\n")
  })
})
