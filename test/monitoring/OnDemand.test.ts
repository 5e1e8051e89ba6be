import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import type { Fields } from "../../src/monitoring/LogFields.ts"
import * as OnDemand from "../../src/monitoring/OnDemand.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { Spans } from "./Spans.ts"

const ended = Effect.flatMap(Spans, (spans) => spans.ended)

/** Fields that can say how often somebody asked for them. */
const counted = () => {
  let asked = 0
  const fields = (): Fields => ({ asked: ++asked })
  return { fields, asked: () => asked }
}

const lines: Array<unknown> = []
const written = (level: "Error" | "Debug") =>
  Layer.mergeAll(
    Logger.layer([
      Logger.make(({ fiber, message }) => lines.push([message, fiber.getRef(References.CurrentLogAnnotations)]))
    ]),
    Layer.succeed(References.MinimumLogLevel, level)
  )

describe("OnDemand.span", () => {
  it.effect("makes a child of the current span, with what is said of it before and meanwhile", () =>
    Effect.gen(function* () {
      const { fields } = counted()
      yield* OnDemand.annotate(() => ({ decision: "approved" })).pipe(
        OnDemand.span("Place", fields),
        OnDemand.span("TradingCycle", undefined, { root: true }),
        Effect.withSpan("outside")
      )
      const [place, cycle] = yield* ended
      expect([place!.name, place!.attributes]).toMatchObject(["Place", { asked: 1, decision: "approved" }])
      expect(place!.parentSpanContext?.spanId).toBe(cycle!.spanContext().spanId)
      expect(cycle!.parentSpanContext).toBeUndefined()
    }).pipe(Effect.provide(Spans.layer))
  )

  it.effect("asks for nothing where no spans are made", () =>
    Effect.gen(function* () {
      const { asked, fields } = counted()
      const result = yield* Effect.as(OnDemand.annotate(fields), 7).pipe(OnDemand.span("Place", fields))
      expect([result, asked()]).toEqual([7, 0])
    }).pipe(Effect.provide(Telemetry.layerOff))
  )
})

describe("OnDemand.log", () => {
  it.effect("writes the line with its fields, or asks for nothing", () =>
    Effect.gen(function* () {
      lines.length = 0
      const { asked, fields } = counted()
      yield* OnDemand.log("Info", "Bet sent", fields).pipe(Effect.provide(written("Error")))
      expect([lines, asked()]).toEqual([[], 0])
      yield* OnDemand.log("Info", "Bet sent", fields).pipe(Effect.provide(written("Debug")))
      expect(lines).toEqual([[["Bet sent"], { asked: 1 }]])
    })
  )
})

describe("OnDemand.tell", () => {
  it.effect.each([
    ["nobody", Telemetry.layerOff, "Error", 0],
    ["the log", Telemetry.layerOff, "Debug", 1],
    ["the trace", Layer.empty, "Error", 1],
    ["both", Layer.empty, "Debug", 1]
  ] as const)("works the fields out once for %s", ([, telemetry, level, times]) =>
    Effect.gen(function* () {
      const { asked, fields } = counted()
      yield* OnDemand.tell("Debug", "Risk decision", Effect.sync(fields))
      expect(asked()).toBe(times)
    }).pipe(Effect.provide(Layer.mergeAll(telemetry, written(level))))
  )
})
