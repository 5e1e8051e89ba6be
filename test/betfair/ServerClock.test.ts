import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { certainSkewMs, learn, type Skew } from "../../src/betfair/ServerClock.ts"

const answer = (serverDate: number, sentAt: number, answeredAt: number) => ({
  status: 200,
  text: "",
  serverDate,
  sentAt,
  answeredAt
})

describe("ServerClock", () => {
  it("bounds the skew by the round trip and the second that Date is cut to", () => {
    expect(learn(null, answer(10_000, 10_100, 10_300))).toEqual({ lowestMs: -300, highestMs: 900, at: 10_300 })
  })

  it("learns nothing from an answer without a date", () => {
    expect(learn(null, answer(NaN, 0, 10))).toBeNull()
  })

  it("believes the latest answer when the clocks have been set", () => {
    const known = learn(null, answer(10_000, 10_100, 10_300))
    expect(learn(known, answer(70_000, 10_500, 10_600))).toEqual({ lowestMs: 59_400, highestMs: 60_500, at: 10_600 })
  })

  it("is certain of no skew while the clocks may agree", () => {
    expect(certainSkewMs({ lowestMs: -300, highestMs: 900, at: 0 })).toBe(0)
    expect(certainSkewMs({ lowestMs: 2000, highestMs: 3000, at: 0 })).toBe(2000)
    expect(certainSkewMs({ lowestMs: -3000, highestMs: -2000, at: 0 })).toBe(2000)
  })

  const Natural = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 }))
  it.prop(
    "always holds the true skew",
    {
      skew: Schema.Int.check(Schema.isBetween({ minimum: -100_000, maximum: 100_000 })),
      calls: Schema.Array(Schema.Struct({ pause: Natural, out: Natural, back: Natural }))
    },
    ({ calls, skew }) => {
      let now = 1_000_000
      let known: Skew | null = null
      for (const { back, out, pause } of calls) {
        const sentAt = now + pause
        const written = sentAt + out
        now = written + back
        known = learn(known, answer(Math.floor((written + skew) / 1000) * 1000, sentAt, now))
        expect(known!.lowestMs).toBeLessThanOrEqual(skew)
        expect(known!.highestMs).toBeGreaterThanOrEqual(skew)
      }
    }
  )
})
