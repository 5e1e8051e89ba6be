/**
 * The HTTPS server of the identity, betting, account and heartbeat services, with the paths of the real hosts. Each request
 * is a fiber of its own, which a restart interrupts.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Server } from "node:https"
import type { TLSSocket } from "node:tls"
import { Cause, Clock, Effect, FiberSet } from "effect"
import type { Fault } from "../faults/Fault.ts"
import type { Faults } from "../faults/Faults.ts"
import * as Api from "./Api.ts"
import * as ApiForm from "./ApiForm.ts"
import * as BoundedJson from "./BoundedJson.ts"
import type { Certificates } from "./Certificates.ts"
import type { Driver } from "./Driver.ts"
import * as HttpExchange from "./HttpExchange.ts"
import * as IdentityApi from "./IdentityApi.ts"
import * as NavigationMenu from "./NavigationMenu.ts"
import type { Sessions } from "./Sessions.ts"

export interface ApiServerOptions {
  readonly certificates: Certificates
  readonly driver: Driver
  readonly sessions: Sessions
  readonly faults: Faults
}

/** Beyond this a request is refused at once: whoever is so busy does not wait for an answer either. */
const maximumRequests = 500
const maximumConnections = 1000

/** The server, not yet listening, and its fibers, which end with the scope. */
export const make = Effect.fnUntraced(function* (options: ApiServerOptions) {
  const requests = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(requests)()
  const { authority, server: own } = options.certificates
  const server: Server = createServer(
    {
      cert: own.certificatePem,
      key: own.keyPem,
      ca: authority.certificatePem,
      // Asked for and not insisted on: only the certificate login needs one, and says so itself.
      requestCert: true,
      rejectUnauthorized: false,
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 60_000
    },
    (request, response) => void run(serve(options, requests, request, response))
  )
  server.maxConnections = maximumConnections
  server.on("clientError", (_, socket) => socket.destroy())
  return {
    server,
    dropAll: Effect.andThen(
      FiberSet.clear(requests),
      Effect.sync(() => server.closeAllConnections())
    )
  }
})

type Route =
  | { readonly _tag: "Identity"; readonly operation: IdentityApi.IdentityOperation }
  | { readonly _tag: "JsonRpc"; readonly service: ApiForm.Service }
  | { readonly _tag: "Rest"; readonly service: ApiForm.Service; readonly operation: string }
  | { readonly _tag: "Menu" }

const routeOf = (path: string): Route | undefined => {
  const identity = /^\/api\/(\w+)\/?$/.exec(path)?.[1]
  const operation = IdentityApi.operations.find((known) => known === identity)
  if (operation !== undefined) return { _tag: "Identity", operation }
  const rpc = /^\/exchange\/(betting|account|heartbeat)\/json-rpc\/v1\/?$/.exec(path)?.[1]
  if (rpc !== undefined) return { _tag: "JsonRpc", service: rpc as ApiForm.Service }
  const rest = /^\/exchange\/(betting|account)\/rest\/v1(?:\.0)?\/(\w+)\/?$/.exec(path)
  if (rest !== null) return { _tag: "Rest", service: rest[1] as ApiForm.Service, operation: rest[2]! }
  return NavigationMenu.isPath(path) ? { _tag: "Menu" } : undefined
}

const serve = Effect.fnUntraced(
  function* (
    options: ApiServerOptions,
    requests: FiberSet.FiberSet<void>,
    request: IncomingMessage,
    response: ServerResponse
  ) {
    const body = yield* HttpExchange.readBody(request)
    const path = (request.url ?? "/").split("?")[0]!
    const route = routeOf(path)
    const isBusy = (yield* FiberSet.size(requests)) > maximumRequests
    if (isBusy) return yield* reply(request, response, HttpExchange.html(503, "Service Unavailable"))
    if (route === undefined) return yield* reply(request, response, HttpExchange.html(404, "Not Found"))
    if (request.method !== "POST" && route._tag !== "Identity" && route._tag !== "Menu") {
      return yield* reply(request, response, HttpExchange.html(405, "Method Not Allowed"))
    }
    yield* answer(options, route, { request, response, path, body })
  },
  (serving, _options, _requests, request, response) =>
    serving.pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.sync(() => HttpExchange.drop(request))
        // A defect of the sandbox: said, and told as the exchange tells its own.
        const told = reply(request, response, HttpExchange.html(500, "Internal Server Error"))
        return Effect.andThen(Effect.logError("sandbox: a request failed", cause), told)
      })
    )
)

const reply = (request: IncomingMessage, response: ServerResponse, answer: HttpExchange.Answer) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => HttpExchange.send(request, response, answer, now, false))

interface Received {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly body: string | undefined
}

/** A call, the faults that struck it, and all that struck any call of the request. */
interface Struck {
  readonly calls: ReadonlyArray<{ readonly call: ApiForm.Call; readonly faults: ReadonlyArray<Fault> }>
  readonly all: ReadonlyArray<Fault>
}

const answer = Effect.fnUntraced(function* (options: ApiServerOptions, route: Route, received: Received) {
  const { request, response } = received
  const read = callsOf(route, received)
  const struck = strike(options, read.calls, received, yield* Clock.currentTimeMillis)
  const find = (action: Fault["action"]) => struck.all.find((fault) => fault.action === action)
  if (find("expire-session") !== undefined) options.sessions.logout(tokenOf(request) ?? "")
  yield* delay(find("delay-request"))
  if (find("drop-request") !== undefined) return HttpExchange.drop(request)
  const broken = find("http-error")
  if (broken !== undefined) {
    return yield* reply(request, response, HttpExchange.html(broken.status ?? 503, "The exchange is unavailable"))
  }
  // Both copies are there at once, in one session; the second one's answer is what the client hears.
  const copies = find("double-request") === undefined ? 1 : 2
  const carriedOut = Array.from({ length: copies }, () => carryOut(options, route, received, struck, read.isBatch))
  const answered = (yield* Effect.all(carriedOut, { concurrency: "unbounded" })).at(-1)!
  yield* delay(find("delay-response"))
  if (find("drop-response") !== undefined) return HttpExchange.drop(request)
  const now = yield* Clock.currentTimeMillis
  yield* HttpExchange.send(request, response, answered, now, find("double-response") !== undefined)
})

const delay = (fault: Fault | undefined) => (fault === undefined ? Effect.void : Effect.sleep(fault.delayMs ?? 0))

/** What is asked for. */
const callsOf = (
  route: Route,
  { body }: Received
): { readonly isBatch: boolean; readonly calls: ReadonlyArray<ApiForm.Call> } => {
  if (route._tag === "Identity") return only({ operation: route.operation, params: undefined, id: null })
  if (route._tag === "Menu") return only({ operation: "menu", params: undefined, id: null })
  const parsed = parse(body)
  if (parsed === undefined) {
    const operation = route._tag === "Rest" ? route.operation : ""
    return only({ ...ApiForm.unreadableCall("parse error"), operation })
  }
  return route._tag === "Rest"
    ? only({ operation: route.operation, params: parsed.value ?? {}, id: null })
    : ApiForm.readJsonRpc(route.service, parsed.value)
}

const only = (call: ApiForm.Call) => ({ isBatch: false, calls: [call] })

const parse = (body: string | undefined) =>
  body === undefined ? undefined : BoundedJson.parse(body.trim() === "" ? "{}" : body)

const strike = (
  { faults, sessions }: ApiServerOptions,
  calls: ReadonlyArray<ApiForm.Call>,
  { body, path, request }: Received,
  now: number
): Struck => {
  const account =
    sessions.accountOf(tokenOf(request) ?? "", now)?.username ?? new URLSearchParams(body ?? "").get("username")
  const struck = calls.map((call) => {
    const subject = { channel: "http", operation: call.operation, path, ...(account !== null && { account }) } as const
    return { call, faults: faults.strike(subject, now) }
  })
  return { calls: struck, all: struck.flatMap(({ faults }) => faults) }
}

const carryOut = Effect.fnUntraced(function* (
  { driver, sessions }: ApiServerOptions,
  route: Route,
  { body, request }: Received,
  { all, calls }: Struck,
  isBatch: boolean
) {
  const now = yield* Clock.currentTimeMillis
  const appKey = HttpExchange.header(request, "x-application")
  const token = tokenOf(request)
  if (route._tag === "Identity") {
    const identity = {
      operation: route.operation,
      form: new URLSearchParams(body ?? ""),
      appKey,
      token,
      hasClientCertificate: (request.socket as TLSSocket).authorized,
      refusal: all.find(({ action }) => action === "refuse-login")?.code
    }
    return HttpExchange.json(200, IdentityApi.answer(sessions, identity, now))
  }
  const caller = sessions.caller(appKey, token, now)
  if (route._tag === "Menu") {
    return typeof caller === "string"
      ? HttpExchange.json(400, ApiForm.writeRest("betting", { _tag: "Exception", code: caller, details: "" }).body)
      : HttpExchange.json(200, NavigationMenu.make(driver.exchange, caller.account.accountId, now))
  }
  const { service } = route
  /** Which keys there are may be asked without one. */
  const callerOf = ({ operation }: ApiForm.Call) =>
    operation === "getDeveloperAppKeys" ? sessions.caller(sessions.options.appKey, token, now) : caller
  const perform = ({ call, faults }: Struck["calls"][number]) =>
    body === undefined
      ? Effect.succeed<ApiForm.Outcome>({ _tag: "Exception", code: "REQUEST_SIZE_EXCEEDS_LIMIT", details: "" })
      : Api.perform(driver, sessions, service, call, callerOf(call), faults)
  // One after the other, as the exchange does with a batch.
  const outcomes = yield* Effect.forEach(calls, perform)
  if (route._tag === "Rest") {
    const { body, status } = ApiForm.writeRest(service, outcomes[0]!)
    return HttpExchange.json(status, body)
  }
  const answers = calls.map(({ call }, index) => ApiForm.writeJsonRpc(service, call, outcomes[index]!))
  return HttpExchange.json(200, isBatch ? answers : answers[0])
})

const tokenOf = (request: IncomingMessage) => HttpExchange.header(request, "x-authentication")
