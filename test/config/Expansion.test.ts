import { Result } from "effect"
import { describe, expect, it } from "vitest"
import * as Expansion from "../../src/config/Expansion.ts"

const expand = (text: string, variables = {}) => Expansion.expand(text, variables)

describe("Expansion.expand", () => {
  it("puts variables in their places", () => {
    expect(expand("${A}-${B}", { A: "x", B: "y" })).toEqual(Result.succeed("x-y"))
  })

  it("takes the default of a variable that is not set", () => {
    expect(expand("${A:-x}")).toEqual(Result.succeed("x"))
  })

  it("takes the default of an empty variable, as a shell does", () => {
    expect(expand("${A:-x}", { A: "" })).toEqual(Result.succeed("x"))
  })

  it("leaves an empty variable without a default empty", () => {
    expect(expand("[${A}]", { A: "" })).toEqual(Result.succeed("[]"))
  })

  it("names every variable that is not set", () => {
    expect(expand("${A} ${B} ${C}", { B: "" })).toEqual(
      Result.fail([
        "the environment variable A is not set: set it, or write ${A:-default}",
        "the environment variable C is not set: set it, or write ${C:-default}"
      ])
    )
  })

  it("does not expand what a variable holds", () => {
    expect(expand("${A}", { A: "${B}$1$&" })).toEqual(Result.succeed("${B}$1$&"))
  })

  it("reads $${ as a plain ${", () => {
    expect(expand("$${A}", { A: "x" })).toEqual(Result.succeed("${A}"))
  })

  it("refuses a ${ that begins no variable", () => {
    expect(Result.isFailure(expand("pa${ss"))).toBe(true)
  })
})
