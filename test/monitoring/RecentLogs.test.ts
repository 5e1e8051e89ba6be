import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, Schema } from "effect"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import * as RecentLogs from "../../src/monitoring/RecentLogs.ts"

const all = { level: "TRACE", after: 0, limit: 10_000 } as const

/** What is kept of what the effect logs. */
const keptOf = (effect: Effect.Effect<unknown>, settings: unknown = {}) =>
  Effect.gen(function* () {
    yield* effect
    const ring = yield* RecentLogs.RecentLogs
    return ring.lines(all)
  }).pipe(
    Effect.provide(
      RecentLogs.layer.pipe(
        Layer.provide(Layer.effect(Settings, Schema.decodeUnknownEffect(SettingsSchema)(settings))),
        Layer.provideMerge(Logger.layer([]))
      )
    )
  )

describe("RecentLogs.layer", () => {
  it.effect("keeps words apart from fields, wherever the fields stand", () =>
    Effect.gen(function* () {
      const lines = yield* keptOf(
        Effect.logWarning("Bet", "placed", { stake: 2, market_id: "1.5" }).pipe(
          Effect.annotateLogs({ strategy_id: "backer" })
        )
      )
      expect(lines).toMatchObject([
        {
          number: 1,
          level: "WARN",
          message: "Bet placed",
          fields: { strategy_id: "backer", stake: "2", market_id: "1.5" },
          cause: null
        }
      ])
    })
  )

  it.effect("has no secret of the settings in it, by whatever way it came", () =>
    Effect.gen(function* () {
      const secret = "hunter2-hunter2-hunter2-hunter2"
      const careless = Effect.logError("with " + secret, {
        url: `https://x/?t=${secret}`,
        wrapped: Redacted.make(secret)
      })
      const failing = Effect.die(new Error(`cannot send ${secret}`)).pipe(
        Effect.catchCause((cause) => Effect.logError("failed", cause))
      )
      const lines = yield* keptOf(Effect.andThen(careless, failing), { http: { read_token: secret } })
      expect(lines).toHaveLength(2)
      expect(JSON.stringify(lines)).toContain("<redacted>")
      expect(JSON.stringify(lines)).not.toContain("hunter2")
      expect(lines[1]?.cause).toContain("cannot send")
    })
  )

  it.effect("cuts what is too long, and takes any value for a field", () =>
    Effect.gen(function* () {
      const loop: Record<string, unknown> = { big: 10n }
      loop["self"] = loop
      const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, n]))
      const [long, odd, wide] = yield* keptOf(
        Effect.gen(function* () {
          yield* Effect.logInfo("x".repeat(100_000))
          yield* Effect.logInfo("odd", loop)
          yield* Effect.logInfo("wide", many)
        })
      )
      expect(long?.message).toHaveLength(2000)
      expect(odd?.fields["big"]).toContain("10")
      expect(Object.keys(wide?.fields ?? {})).toHaveLength(40)
    })
  )
})

const ringOf = (count: number) => {
  const ring = new RecentLogs.Ring()
  for (let n = 1; n <= count; n++) {
    const level = n % 10 === 0 ? "ERROR" : "INFO"
    ring.add({ at: n, level, message: String(n), fields: {}, cause: null })
  }
  return ring
}

const numbers = (lines: ReadonlyArray<RecentLogs.Line>) => lines.map(({ number }) => number)

describe("RecentLogs.Ring", () => {
  it("gives the newest, oldest first, of a level and above", () => {
    const ring = ringOf(35)
    expect(numbers(ring.lines({ ...all, limit: 3 }))).toEqual([33, 34, 35])
    expect(numbers(ring.lines({ ...all, level: "WARN" }))).toEqual([10, 20, 30])
    expect(numbers(ring.lines({ ...all, after: 33 }))).toEqual([34, 35])
    expect(ring.lines({ ...all, after: 35 })).toEqual([])
    expect(ring.newest()).toBe(35)
  })

  it("forgets the oldest beyond its bound", () => {
    const lines = numbers(ringOf(RecentLogs.kept + 7).lines(all))
    expect(lines).toHaveLength(RecentLogs.kept)
    expect([lines.at(0), lines.at(-1)]).toEqual([8, RecentLogs.kept + 7])
  })
})
