import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Hour from "../../src/risk/TransactionHour.ts"

const hourMs = 3_600_000
const noon = Date.parse("2026-07-01T12:00:00Z")

describe("TransactionHour", () => {
  it("begins anew with the clock hour, not an hour after the first transaction", () => {
    const before = Hour.add({ hour: Hour.hourOf(noon - 1), count: 0 }, 4500, noon - 1)
    expect(Hour.at(before, noon - 1).count).toBe(4500)
    expect(Hour.at(before, noon).count).toBe(0)
    expect(Hour.add(before, 2, noon).count).toBe(2)
  })

  it("keeps its count when the clock is set back over the hour's turn", () => {
    const after = Hour.add({ hour: Hour.hourOf(noon), count: 10 }, 1, noon)
    expect(Hour.at(after, noon - 1).count).toBe(11)
  })

  it.prop(
    "counts what was sent in the hour that it is, and nothing else",
    {
      sent: Schema.Array(
        Schema.Struct({
          afterMs: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: hourMs / 2 })),
          instructions: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
        })
      )
    },
    ({ sent }) => {
      let now = noon
      let state = { hour: Hour.hourOf(noon), count: 0 }
      const all: Array<readonly [number, number]> = []
      for (const { afterMs, instructions } of sent) {
        now += afterMs
        state = Hour.add(state, instructions, now)
        all.push([now, instructions])
        const ofThisHour = all.filter(([at]) => Hour.hourOf(at) === Hour.hourOf(now))
        expect(Hour.at(state, now).count).toBe(ofThisHour.reduce((sum, [, count]) => sum + count, 0))
        expect(Hour.startOf(state.hour)).toBeLessThanOrEqual(now)
      }
    }
  )
})
