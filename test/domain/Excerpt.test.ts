import { describe, expect, it } from "vitest"
import * as Excerpt from "../../src/domain/Excerpt.ts"

describe("Excerpt.of", () => {
  it("shows JSON, cut off where it is too long", () => {
    expect(Excerpt.of({ a: ["b"] }, 80)).toBe('{"a":["b"]}')
    expect(Excerpt.of("abcdef", 4)).toBe('"abc…')
    expect([Excerpt.of(undefined, 80), Excerpt.of(undefined, 80, "missing")]).toEqual(["nothing", "missing"])
  })

  it("never throws, however deeply the value is nested and whatever it calls its own", () => {
    expect(Excerpt.of(JSON.parse("[".repeat(50_000) + "]".repeat(50_000)), 80)).toBe(
      "something that is nested too deeply"
    )
    expect(Excerpt.of(JSON.parse('{"toString": 5}'), 80)).toBe('{"toString":5}')
  })
})
