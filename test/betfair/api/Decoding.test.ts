import { describe, expect, it } from "@effect/vitest"
import { Exit, Schema } from "effect"
import * as Book from "../../../src/betfair/api/MarketBook.ts"
import * as Orders from "../../../src/betfair/api/Orders.ts"
import * as Wire from "../../../src/betfair/api/Wire.ts"
import { areThere, recorded, wrong, type Recorded } from "./Recorded.ts"

const decode = (schema: Recorded["schema"], value: unknown) => Schema.decodeUnknownExit(schema)(value)

describe.skipIf(!areThere)("recorded answers", () => {
  it("are many", () => {
    expect(recorded.length).toBeGreaterThan(65)
  })

  for (const { name, schema, text } of recorded)
    it(`decode: ${name}`, () => {
      const exit = decode(schema, JSON.parse(text))
      expect(Exit.isSuccess(exit), String(exit)).toBe(true)
    })

  for (const { name, schema, text } of wrong)
    it(`of another kind are refused: ${name}`, () => {
      expect(Exit.isFailure(decode(schema, JSON.parse(text)))).toBe(true)
    })
})

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** The value with `change` applied to every object in it. */
const everyObject = (value: Json, change: (object: Record<string, Json>) => Json): Json => {
  if (value === null || typeof value !== "object") return value
  if (Array.isArray(value)) return value.map((item) => everyObject(item, change))
  return change(
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, everyObject(inner as Json, change)]))
  )
}

const some = recorded.filter(({ text }) => text.length < 20_000)

describe.skipIf(!areThere)("decoding", () => {
  it("ignores unknown fields wherever they stand", () => {
    for (const { schema, text } of recorded) {
      const body = JSON.parse(text) as Json
      // Runner metadata is a map of texts, so the field is one as well.
      const more = everyObject(body, (object) => ({ ...object, aFieldOfTomorrow: "new" }))
      const plain = decode(schema, body)
      expect(decode(schema, more)._tag).toBe(plain._tag)
    }
  })

  it("takes null for absent", () => {
    const report = { status: "FAILURE", errorCode: null, customerRef: null, marketId: null, instructionReports: null }
    expect(Schema.decodeSync(Orders.PlaceExecutionReport)(report)).toEqual({ status: "FAILURE" })
  })

  it("keeps values of enumerations that it does not know", () => {
    const report = { status: "HALF_DONE", errorCode: "MOON_IN_THE_WAY" }
    expect(Schema.decodeSync(Orders.PlaceExecutionReport)(report)).toEqual(report)
  })

  it("refuses a report without a status", () => {
    expect(Exit.isFailure(decode(Orders.PlaceExecutionReport, { marketId: "1.1" }))).toBe(true)
  })

  it("reads starting prices that do not exist", () => {
    const prices = Schema.decodeSync(Book.StartingPrices)({ nearPrice: "NaN", farPrice: "Infinity" })
    expect(prices).toEqual({ nearPrice: NaN, farPrice: Infinity })
  })

  it("takes no amount that is no number for one", () => {
    for (const sizeMatched of ["NaN", "Infinity", "2.00", Infinity])
      expect(
        Exit.isFailure(
          decode(Orders.PlaceInstructionReport, { status: "SUCCESS", instruction: { selectionId: 1 }, sizeMatched })
        )
      ).toBe(true)
  })

  it("reads an id that comes as a number as its digits", () => {
    expect(Schema.decodeSync(Wire.id)(228302937743)).toBe("228302937743")
  })

  it.prop(
    "never throws on mutated bodies",
    {
      index: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })),
      seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })),
      value: Schema.Json
    },
    ({ index, seed, value }) => {
      const { schema, text } = some[index % some.length]!
      let object = 0
      const body = everyObject(JSON.parse(text) as Json, (fields) => {
        const keys = Object.keys(fields)
        if (++object % 3 !== seed % 3 || keys.length === 0) return fields
        return { ...fields, [keys[seed % keys.length]!]: value as Json }
      })
      expect(["Success", "Failure"]).toContain(decode(schema, body)._tag)
    },
    { arbitrary: { runs: 400 } }
  )
})
