/** Answers in place of the exchange, without a network, so that time can be a test's own. Only the HTTP client is replaced. */
import { Duration, Effect, Layer, Redacted } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import * as BetfairClient from "../../src/betfair/BetfairClient.ts"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import { Connections } from "../../src/betfair/Connections.ts"
import { endpoints } from "../../src/betfair/Endpoints.ts"

export const options: ClientOptions = {
  appKey: Redacted.make("app-key"),
  username: "user",
  password: Redacted.make("pass&word"),
  certificate: { _tag: "Pem", certificate: "", key: Redacted.make("") },
  endpoints: endpoints.international,
  requestTimeout: Duration.seconds(16),
  sessionLength: Duration.hours(12),
  placeLimit: 200
}

/** What was asked. */
export interface Asked {
  readonly url: string
  /** `certlogin`, `keepAlive`, `logout`, or the operation of a JSON-RPC call. */
  readonly operation: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly params: Readonly<Record<string, unknown>>
  readonly id: number
}

/** An answer's body, with what differs from a plain 200; or how the connection fails. */
export type Reply = Answered | { readonly fails: Error }

interface Answered {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly status?: number
  readonly headers?: Record<string, string>
}

export const json = (body: unknown, status = 200): Reply => ({ body: JSON.stringify(body), status })

export const result = (asked: Asked, value: unknown): Reply => json({ jsonrpc: "2.0", id: asked.id, result: value })

export const exception = (asked: Asked, errorCode: string): Reply =>
  json({
    jsonrpc: "2.0",
    id: asked.id,
    error: {
      code: -32099,
      message: "ANGX-0001",
      data: { exceptionname: "APINGException", APINGException: { errorCode, errorDetails: "", requestUUID: "r-1" } }
    }
  })

export const loggedIn = (token: string): Reply => json({ loginStatus: "SUCCESS", sessionToken: token })

/** Replies to login, keep-alive and logout as a healthy exchange does; the tokens are `token-1`, `token-2` and so on. */
export const identity = (): ((asked: Asked) => Reply | null) => {
  let logins = 0
  return ({ operation }) =>
    operation === "certlogin"
      ? loggedIn(`token-${++logins}`)
      : operation === "keepAlive" || operation === "logout"
        ? json({ status: "SUCCESS", error: "", token: "", product: "" })
        : null
}

/** The body is there at once: a web response's own promise would not wait for the test's clock. */
const responseOf = (request: HttpClientRequest.HttpClientRequest, given: Answered) => {
  const { body, headers = {}, status = 200 } = given
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const response = HttpClientResponse.fromWeb(request, new Response(null, { status, headers }))
  return Object.defineProperty(response, "arrayBuffer", { value: Effect.succeed(bytes) })
}

export class FakeExchange {
  readonly asked: Array<Asked> = []
  readonly layer

  constructor(reply: (asked: Asked) => Reply | Effect.Effect<Reply>, own: ClientOptions = options) {
    const client = HttpClient.make((request, url) => {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const rpc = body.startsWith("{") ? JSON.parse(body) : {}
      const operation = (rpc.method ?? url.pathname).split("/").at(-1)
      const asked = { url: url.href, operation, headers: { ...request.headers }, body, params: rpc.params, id: rpc.id }
      this.asked.push(asked)
      const answer = reply(asked)
      return Effect.flatMap(Effect.isEffect(answer) ? answer : Effect.succeed(answer), (given) =>
        "fails" in given
          ? Effect.fail(
              new HttpClientError.HttpClientError({
                reason: new HttpClientError.TransportError({ request, cause: given.fails })
              })
            )
          : Effect.succeed(responseOf(request, given))
      )
    })
    this.layer = BetfairClient.layerOver(own).pipe(
      Layer.provide(Layer.succeed(Connections, { login: client, plain: client }))
    )
  }

  count(operation: string) {
    return this.asked.filter((asked) => asked.operation === operation).length
  }
}
