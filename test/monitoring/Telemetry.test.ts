import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { Spans } from "./Spans.ts"

const settingsOf = (settings: unknown) => Layer.effect(Settings, Schema.decodeUnknownEffect(SettingsSchema)(settings))

/** A cycle with one step inside. */
const cycle = Effect.void.pipe(
  Effect.withSpan("updateRisk", { attributes: { current_exposure: 12.5 } }),
  Effect.withSpan("TradingCycle", { root: true })
)

/** A collector that notes what is posted to it. */
const collector = () => {
  const posted: Array<{ readonly url: string; readonly body: string }> = []
  const receive = async (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init)
    posted.push({ url: request.url, body: await request.text() })
    return new Response("{}")
  }
  return { posted, layer: Layer.succeed(FetchHttpClient.Fetch, receive) }
}

describe("Telemetry.layer", () => {
  it.effect("hands spans to a user's own processors, children with their parent", () =>
    Effect.gen(function* () {
      yield* cycle
      const spans = yield* Effect.flatMap(Spans, ({ ended }) => ended)
      const [step, root] = spans
      expect(spans.map(({ name }) => name)).toEqual(["updateRisk", "TradingCycle"])
      expect(step?.attributes).toMatchObject({ current_exposure: 12.5 })
      expect(step?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId)
      expect(root?.parentSpanContext).toBeUndefined()
      expect(root?.resource.attributes["service.name"]).toBe("clever-better")
    }).pipe(Effect.provide(Spans.layer))
  )

  it.effect("never shows a secret that was put on a span", () =>
    Effect.gen(function* () {
      yield* Effect.void.pipe(Effect.withSpan("login", { attributes: { key: Redacted.make("hunter2") } }))
      const [span] = yield* Effect.flatMap(Spans, ({ ended }) => ended)
      expect(JSON.stringify(span?.attributes)).toContain("redacted")
      expect(JSON.stringify(span?.attributes)).not.toContain("hunter2")
    }).pipe(Effect.provide(Spans.layer))
  )

  it.effect(
    "sends traces to the configured collector under the configured name, at the latest when the bot stops",
    () =>
      Effect.gen(function* () {
        const { layer, posted } = collector()
        const settings = { telemetry: { otlp_endpoint: "http://127.0.0.1:4318/", service_name: "my-bot" } }
        yield* cycle.pipe(
          Effect.provide(Telemetry.layer().pipe(Layer.provide(settingsOf(settings)), Layer.provide(layer)))
        )
        expect(posted.map(({ url }) => url)).toEqual(["http://127.0.0.1:4318/v1/traces"])
        for (const part of ["my-bot", "TradingCycle", "updateRisk", "current_exposure"]) {
          expect(posted[0]?.body).toContain(`"${part}"`)
        }
      })
  )

  it.effect("makes no spans when nobody wants them", () =>
    Effect.gen(function* () {
      const { layer, posted } = collector()
      const span = yield* Effect.currentSpan.pipe(
        Effect.withSpan("TradingCycle"),
        Effect.provide(Telemetry.layer().pipe(Layer.provide(settingsOf({})), Layer.provide(layer)))
      )
      expect(span).toMatchObject({ spanId: "noop", sampled: false })
      expect(posted).toEqual([])
    })
  )
})
