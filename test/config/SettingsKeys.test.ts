import { describe, expect, it } from "vitest"
import * as Keys from "../../src/config/SettingsKeys.ts"

const all = Keys.keys.flatMap((key) => [key, ...key.entries])

describe("SettingsKeys", () => {
  it.each(all.map((key) => [Keys.format(key.path), key] as const))("describes %s", (_, key) => {
    expect(key.description).toMatch(/^[A-Z].*[^.]$/)
    expect(key.expected).not.toBe("")
  })

  it("knows the keys of an entry of a list", () => {
    expect(Keys.namesAt(["strategies", "active", 3])).toEqual(["id", "kind", "active", "parameters"])
  })

  it("takes all of a secret for secret", () => {
    expect(Keys.isSecret(["database", "url", 0])).toBe(true)
    expect(Keys.isSecret(["database"])).toBe(false)
  })

  it("writes paths as they are read", () => {
    expect(Keys.format(["strategies", "active", 0, "id"])).toBe("strategies.active[0].id")
  })

  it("removes a key and nothing else", () => {
    expect(Keys.without({ a: { b: 1, c: 2 }, d: 3 }, ["a", "b"])).toEqual({ a: { c: 2 }, d: 3 })
  })
})
