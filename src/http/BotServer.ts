/**
 * The bot's HTTP, the last thing to start and the first to stop. Betting does not depend on it: while another process has
 * the port, the bot trades on and takes the port as soon as it is free.
 */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Clock, Context, Duration, Effect, Exit, Layer, Result, Schedule, Scope } from "effect"
import { HttpRouter, HttpServer, type HttpServerError } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { randomBytes } from "node:crypto"
import { createServer, type Server } from "node:http"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import { Executor } from "../execution/Executor.ts"
import { onRealClock } from "../persistence/DatabaseHealth.ts"
import * as Access from "./Access.ts"
import * as AddressFile from "./AddressFile.ts"
import { Api } from "./Api.ts"
import * as ControlHandlers from "./ControlHandlers.ts"
import * as HealthHandlers from "./HealthHandlers.ts"
import { HttpRefused } from "./HttpRefused.ts"
import * as MetricsRoute from "./MetricsRoute.ts"
import * as Protection from "./Protection.ts"
import * as ReadHandlers from "./ReadHandlers.ts"
import { Records } from "./Records.ts"
import * as Tokens from "./Tokens.ts"
import * as TokensInForce from "./TokensInForce.ts"
import * as PageRoutes from "./web/PageRoutes.ts"

export class BotServer extends Context.Service<
  BotServer,
  {
    /** Where it answers, for instance `http://127.0.0.1:8080`; null while it does not. */
    readonly address: () => string | null
    /** Tokens that were made just now, to be shown once; null: there were some. */
    readonly newTokens: Tokens.Tokens | null
  }
>()("clever-better/http/BotServer") {
  static readonly layer = Layer.effect(
    BotServer,
    Effect.suspend(() => make)
  )
}

/** How long requests under way may take once the bot is told to stop. */
const grace = Duration.seconds(1)
/** How often a port that was taken is tried again. */
const tryAgain = Duration.seconds(15)
/** Connections at one time: more are closed at once. A browser opens up to six for a page. */
const connectionsAtMost = 512

const realClock = Layer.succeed(Clock.Clock, Clock.Clock.defaultValue())

const makeServer = (): Server => {
  const server = createServer({ maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 15_000 })
  server.maxConnections = connectionsAtMost
  return server
}

/** What is answered, whoever listens. */
const routes = (
  mode: Mode,
  settings: SettingsValue["http"],
  tokens: TokensInForce.TokensInForce["Service"],
  instance: string
) => {
  const handlers = Layer.mergeAll(HealthHandlers.layer(instance), ReadHandlers.layer, ControlHandlers.layer).pipe(
    Layer.provide(Records.layer(mode)),
    Layer.provide(Access.layer(tokens)),
    Layer.provide(Layer.succeed(TokensInForce.TokensInForce, tokens))
  )
  return Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(Layer.provide(handlers)),
    MetricsRoute.layer(settings.host, tokens),
    PageRoutes.layer
  ).pipe(Layer.provide(NodeHttpServer.layerHttpServices), Layer.provide(NodeServices.layer))
}

const codeOf = ({ cause }: HttpServerError.ServeError): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

const isBusy = (error: HttpServerError.ServeError): boolean => codeOf(error) === "EADDRINUSE"

const make = Effect.gen(function* () {
  const { http } = yield* Settings
  if (!http.enabled) return BotServer.of({ address: () => null, newTokens: null })
  const { mode } = yield* Executor
  const { isNew, tokens } = yield* Tokens.open(http)
  const instance = randomBytes(8).toString("hex")
  const scope = yield* Scope.Scope
  const app = yield* HttpRouter.toHttpEffect(routes(mode, http, TokensInForce.make(http, tokens), instance))
  let listening: AddressFile.Address | null = null

  const announce = (address: AddressFile.Address) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        listening = address
        AddressFile.write(http.directory, mode, address)
      }),
      () =>
        Effect.sync(() => {
          listening = null
          AddressFile.remove(http.directory, mode, address)
        })
    )

  const listen = Effect.gen(function* () {
    const node = makeServer()
    const server = yield* NodeHttpServer.make(() => node, {
      host: http.host,
      port: http.port,
      gracefulShutdownTimeout: grace
    })
    // The last to be cut are those who do not hang up by themselves.
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    yield* server.serve(Protection.around(http, instance, app))
    yield* announce({ url: HttpServer.formatAddress(server.address), instance })
  })

  /** Whatever an attempt has opened is closed with it. */
  const attempt = Effect.gen(function* () {
    const own = yield* Scope.fork(scope)
    yield* Scope.provide(listen, own).pipe(
      Effect.onError((cause) => Scope.close(own, Exit.failCause(cause))),
      Effect.provide(realClock)
    )
  })

  const waitForPort = attempt.pipe(
    Effect.retry({ schedule: Schedule.spaced(tryAgain), while: isBusy }),
    Effect.andThen(Effect.suspend(() => Effect.logInfo(`HTTP answers at ${listening?.url}`))),
    Effect.catchCause((cause) => Effect.logError("HTTP is not served", cause)),
    onRealClock
  )

  const first = yield* Effect.result(attempt)
  if (Result.isFailure(first)) {
    const where = `${http.host}:${http.port}`
    if (!isBusy(first.failure)) {
      return yield* new HttpRefused({
        message: `http: ${where} cannot be listened on: ${codeOf(first.failure)}; set http.host and http.port, or http.enabled: false`
      })
    }
    yield* Effect.logWarning(
      `HTTP is not served: ${where} is taken by another process. The bot trades without it and takes the port once it is free; http.port sets another, and 0 any that is free`
    )
    yield* Effect.forkScoped(waitForPort)
  }
  return BotServer.of({ address: () => listening?.url ?? null, newTokens: isNew ? tokens : null })
})
