/** The metrics for Prometheus: open to this machine, with a token where others can ask. */
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import * as Tokens from "./Tokens.ts"
import type { TokensInForce } from "./TokensInForce.ts"

const contentType = "text/plain; version=0.0.4; charset=utf-8"

export const layer = (host: string, tokens: TokensInForce["Service"]) => {
  const isOpen = Tokens.isLoopback(host)
  return HttpRouter.add(
    "GET",
    "/metrics",
    Effect.gen(function* () {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const presented = headers["authorization"]?.replace(/^Bearer +/i, "") ?? ""
      if (!isOpen && tokens.scopeOf(presented) === null) return HttpServerResponse.empty({ status: 401 })
      return HttpServerResponse.text(yield* PrometheusMetrics.format(), { contentType })
    })
  )
}
