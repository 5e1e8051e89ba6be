/**
 * Where traces go. Spans are Effect's own; this Layer decides who gets them: span processors that a user brings, or the
 * OTLP/HTTP collector of the settings, or nobody, and then spans are not even made. What sends them is loaded when it is
 * wanted: it is a tenth of the program's memory.
 */
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Effect, Layer, References } from "effect"
import { Settings } from "../config/Settings.ts"

export interface TelemetryOptions {
  /** Take over from the configured collector: whoever brings processors brings their exporter too. */
  readonly spanProcessors?: ReadonlyArray<SpanProcessor>
}

/** What is left in the exporter when the bot stops is sent within three seconds or lost. */
export const layer = ({ spanProcessors = [] }: TelemetryOptions = {}): Layer.Layer<never, never, Settings> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { otlpEndpoint, serviceName } = (yield* Settings).telemetry
      if (spanProcessors.length === 0) return otlpEndpoint === null ? layerOff : toCollector(otlpEndpoint, serviceName)
      if (otlpEndpoint !== null) {
        yield* Effect.logWarning("Traces go to the span processors given in code, not to telemetry.otlp_endpoint")
      }
      return toProcessors(spanProcessors, serviceName)
    })
  )

/** No spans are made. What is left of `withSpan` and `Effect.fn` is their own cost of about 4 microseconds. */
export const layerOff: Layer.Layer<never> = Layer.succeed(References.TracerEnabled, false)

const shutdownTimeout = "3 seconds"

const toProcessors = (spanProcessor: ReadonlyArray<SpanProcessor>, serviceName: string): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.promise(async () => {
      const NodeSdk = await import("@effect/opentelemetry/NodeSdk")
      return NodeSdk.layer(() => ({ resource: { serviceName }, spanProcessor, shutdownTimeout }))
    })
  )

const toCollector = (endpoint: string, serviceName: string): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.promise(async () => {
      const [{ FetchHttpClient }, { OtlpSerialization, OtlpTracer }] = await Promise.all([
        import("effect/http"),
        import("effect/observability")
      ])
      return OtlpTracer.layer({
        url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
        resource: { serviceName },
        shutdownTimeout
      }).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(FetchHttpClient.layer))
    })
  )
