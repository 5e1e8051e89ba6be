/** `/metrics` alone on a port of this machine, for a command that has no other page. */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { StartRefused } from "./Exit.ts"

const layer = (port: number) =>
  HttpRouter.serve(PrometheusMetrics.layerHttp({ path: "/metrics" }), {
    disableLogger: true,
    disableListenLog: true
  }).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })))

/** Until the scope closes; fails when the port is taken. Returns the page's address. @param port 0: any that is free */
export const open = Effect.fnUntraced(function* (port: number) {
  const context = yield* Effect.mapError(
    Layer.build(layer(port)),
    ({ cause }) => new StartRefused({ message: `cannot open --metrics-port ${port} of 127.0.0.1: ${String(cause)}` })
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  return `${HttpServer.formatAddress(address)}/metrics`
})
