import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as BoundedJson from "../../../src/sandbox/server/BoundedJson.ts"

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

describe("BoundedJson.parse", () => {
  it.prop("reads whatever is not too deep as it is", { value: Schema.Json }, ({ value }) => {
    const text = JSON.stringify(value)
    expect(BoundedJson.parse(text)).toEqual({ value: JSON.parse(text) })
  })

  it("counts neither brackets in texts nor those that are closed", () => {
    const text = JSON.stringify([`"\\"${nested(200)}`, ...Array.from({ length: 200 }, () => [])])
    expect(BoundedJson.parse(text)).toEqual({ value: JSON.parse(text) })
  })

  it("refuses what is nested too deeply, and what is no JSON", () => {
    expect(BoundedJson.parse(nested(100))).toBeDefined()
    for (const text of [nested(101), '{"a":'.repeat(101), "{", "", "[1,]"]) {
      expect(BoundedJson.parse(text)).toBeUndefined()
    }
  })
})
