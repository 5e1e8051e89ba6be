/**
 * Traces in memory, through the same Layer that serves a user's own processors: provide `Spans.layer` to what makes spans
 * and read them before the scope closes, because closing empties the exporter.
 */
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Context, Effect, Layer, Schema } from "effect"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"

export class Spans extends Context.Service<
  Spans,
  {
    /** Spans that have ended, in the order in which they did. */
    readonly ended: Effect.Effect<ReadonlyArray<ReadableSpan>>
    readonly reset: Effect.Effect<void>
  }
>()("clever-better/test/Spans") {
  static readonly layer = Layer.unwrap(
    Effect.sync(() => {
      const exporter = new InMemorySpanExporter()
      const spans = Layer.succeed(Spans, {
        ended: Effect.sync(() => exporter.getFinishedSpans()),
        reset: Effect.sync(() => exporter.reset())
      })
      return Layer.merge(spans, Telemetry.layer({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    })
  ).pipe(Layer.provide(Layer.effect(Settings, Schema.decodeEffect(SettingsSchema)({}))))
}
