/**
 * The control port: plain HTTP and JSON on this machine, for whoever drills a client: faults, restarts, sessions, and the
 * truth about an account. Requests of web pages are refused, as any page could send them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Cause, Clock, Effect, FiberSet, Result } from "effect"
import * as Fault from "../faults/Fault.ts"
import { maximumFaults } from "../faults/Faults.ts"
import * as FaultText from "../faults/FaultText.ts"
import * as BoundedJson from "./BoundedJson.ts"
import * as HttpExchange from "./HttpExchange.ts"
import type { SandboxHandle } from "./SandboxOptions.ts"

export const make = Effect.fnUntraced(function* (sandbox: SandboxHandle) {
  const requests = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(requests)()
  const server: Server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    run(serve(sandbox, request, response))
  })
  server.maxConnections = 50
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  return server
})

const serve = Effect.fnUntraced(
  function* (sandbox: SandboxHandle, request: IncomingMessage, response: ServerResponse) {
    const body = yield* HttpExchange.readBody(request)
    const path = decodeURI((request.url ?? "/").split("?")[0]!).replace(/\/$/, "")
    const isOfPage = request.headers.origin !== undefined
    const answer = isOfPage
      ? problem(403, "requests of web pages are refused")
      : yield* respond(sandbox, `${request.method} ${path}`, body)
    yield* HttpExchange.send(request, response, answer, yield* Clock.currentTimeMillis, false)
  },
  (serving, _sandbox, request, response) =>
    serving.pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.sync(() => HttpExchange.drop(request))
        const answer = problem(500, Cause.pretty(cause))
        return Effect.flatMap(Clock.currentTimeMillis, (now) =>
          HttpExchange.send(request, response, answer, now, false)
        )
      })
    )
)

const problem = (status: number, message: string) => HttpExchange.json(status, { error: message })

const respond = Effect.fnUntraced(function* (sandbox: SandboxHandle, request: string, body: string | undefined) {
  const json = parse(body)
  if (json === undefined) return problem(400, "the body is no JSON")
  switch (request) {
    case "GET /health":
      return HttpExchange.json(200, yield* sandbox.health)
    case "GET /faults":
      return HttpExchange.json(200, yield* sandbox.faults.list)
    case "POST /faults":
      return yield* setFaults(sandbox, json.value)
    case "DELETE /faults":
      yield* sandbox.faults.clear
      return HttpExchange.json(200, {})
    case "POST /expire-session": {
      const account = (json.value as { readonly account?: unknown } | null)?.account
      const expired = yield* sandbox.expireSessions(typeof account === "string" ? account : undefined)
      return HttpExchange.json(200, { expired })
    }
    case "POST /restart":
      yield* sandbox.restart
      return HttpExchange.json(200, {})
  }
  const removed = /^DELETE \/faults\/(\d+)$/.exec(request)?.[1]
  if (removed !== undefined) {
    const isKnown = yield* sandbox.faults.remove(Number(removed))
    return isKnown ? HttpExchange.json(200, {}) : problem(404, `there is no fault ${removed}`)
  }
  const [, marketId, act] = /^POST \/markets\/([\d.]+)\/(suspend|resume)$/.exec(request) ?? []
  if (marketId !== undefined) {
    const isOpen = yield* act === "suspend" ? sandbox.markets.suspend(marketId) : sandbox.markets.resume(marketId)
    return isOpen ? HttpExchange.json(200, {}) : problem(404, `there is no open market ${marketId}`)
  }
  return yield* account(sandbox, request)
})

const account = Effect.fnUntraced(function* (sandbox: SandboxHandle, request: string) {
  const [, username, what] = /^GET \/accounts\/([^/]+)\/(orders|statement|funds)$/.exec(request) ?? []
  if (username === undefined) return problem(404, `found ${request}, expected one of ${routes.join(", ")}`)
  if (!sandbox.accounts.some((known) => known.username === username)) {
    return problem(404, `there is no account ${username}`)
  }
  const { truth } = sandbox
  if (what === "orders") return HttpExchange.json(200, yield* truth.orders(username))
  return HttpExchange.json(200, what === "statement" ? yield* truth.statement(username) : yield* truth.funds(username))
})

const routes = [
  "GET /health",
  "GET /faults",
  "POST /faults",
  "DELETE /faults",
  "DELETE /faults/ID",
  "POST /expire-session",
  "POST /restart",
  "POST /markets/ID/suspend",
  "POST /markets/ID/resume",
  "GET /accounts/USER/orders",
  "GET /accounts/USER/statement",
  "GET /accounts/USER/funds"
]

/** One rule or a list of them, each as JSON or as the text of the command line; all are set or none. */
const setFaults = Effect.fnUntraced(function* (sandbox: SandboxHandle, value: unknown) {
  const rules = Result.all((Array.isArray(value) ? value : [value]).map(read))
  if (Result.isFailure(rules)) return problem(400, rules.failure)
  const ids = yield* sandbox.faults.set(rules.success)
  return ids === undefined
    ? problem(409, `there are more than ${maximumFaults} faults`)
    : HttpExchange.json(200, { ids })
})

const read = (value: unknown) => (typeof value === "string" ? FaultText.parse(value) : Fault.fromJson(value))

const parse = (body: string | undefined) =>
  body === undefined ? undefined : BoundedJson.parse(body.trim() === "" ? "null" : body)
