/**
 * What every request meets before its route, and every response carries: limits on rate and size, the name by which it was
 * asked for, and headers that allow a page of ours nothing but itself. There is no CORS: no other page may read an answer.
 */
import { type Cause, Effect } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { SettingsValue } from "../config/Settings.ts"
import { addressOf, monotonicMs } from "./Access.ts"
import { RateLimit } from "./RateLimit.ts"
import * as Tokens from "./Tokens.ts"

export const headers: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

/** Which bot a request is meant for, so that a command never controls another one that has taken the port since. */
export const instanceHeader = "x-clever-better-instance"

interface Refusal {
  readonly status: number
  readonly message: string
  readonly retryAfter?: number
}

const names: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  404: "NotFound",
  405: "NotAllowed",
  411: "LengthRequired",
  413: "TooLarge",
  415: "UnsupportedType",
  421: "Misdirected",
  429: "TooManyRequests",
  500: "InternalError"
}

/** Answers have one form, whoever refuses. */
const refusal = ({ message, retryAfter, status }: Refusal) =>
  HttpServerResponse.jsonUnsafe(
    { _tag: names[status] ?? "Refused", message },
    { status, headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) } }
  )

/** A page elsewhere may point its own name at this machine: what is asked for by such a name is not for us. */
const isOwnName = (host: string | undefined): boolean => {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? "")?.[1]?.toLowerCase()
  return name !== undefined && (name === "[::1]" || Tokens.isLoopback(name))
}

const bodyOf = ({ headers, method }: HttpServerRequest.HttpServerRequest, most: number): Refusal | null => {
  if (headers["transfer-encoding"] !== undefined) {
    return { status: 411, message: "expected a Content-Length: bodies of unknown size are not read" }
  }
  const length = Number(headers["content-length"] ?? 0)
  if (length > most) return { status: 413, message: `found a body of ${length} bytes, expected ${most} at most` }
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase()
  // A form of another page can send any type but this one without asking first.
  if (method === "POST" && length > 0 && type !== "application/json") {
    return { status: 415, message: `found Content-Type ${type ?? "none"}, expected application/json` }
  }
  return null
}

type HttpSettings = Pick<SettingsValue["http"], "host" | "maxBodyBytes" | "requestsPerMinute">

/** A supervisor that is told to wait would restart a bot that is well. */
const isProbe = (url: string): boolean => url.startsWith("/health/")

/** Whoever asks too much can still halt the bot: what it looks at and what it does are counted apart. */
const keyOf = (request: HttpServerRequest.HttpServerRequest): string =>
  `${request.method === "POST" ? "does" : "looks"} ${addressOf(request)}`

/** The first reason why a request is not looked at any further; null: none. */
const refuse = ({ host, maxBodyBytes, requestsPerMinute }: HttpSettings, instance: string) => {
  const limit = new RateLimit(requestsPerMinute)
  const onlyOwnNames = Tokens.isLoopback(host)
  return (request: HttpServerRequest.HttpServerRequest): Refusal | null => {
    const retryAfter = isProbe(request.url) ? 0 : limit.take(keyOf(request), monotonicMs())
    if (retryAfter > 0) {
      return { status: 429, retryAfter, message: `more than ${requestsPerMinute} requests a minute: try again later` }
    }
    if (onlyOwnNames && !isOwnName(request.headers["host"])) {
      return { status: 421, message: "this name is not served: ask for 127.0.0.1 or localhost" }
    }
    const meant = request.headers[instanceHeader]
    if (meant !== undefined && meant !== instance) return { status: 421, message: "another bot serves here now" }
    return bodyOf(request, maxBodyBytes)
  }
}

const failure = (cause: Cause.Cause<unknown>) =>
  Effect.flatMap(HttpServerError.causeResponse(cause), ([response]) => {
    if (response.status < 500) return Effect.succeed(response)
    return Effect.as(Effect.logError("A request failed", cause), response)
  })

/** The framework's own refusals have no body. */
const worded = (response: HttpServerResponse.HttpServerResponse) =>
  response.status >= 400 && response.body._tag === "Empty"
    ? refusal({ status: response.status, message: response.status === 404 ? "there is nothing here" : "not answered" })
    : response

/**
 * @param instance tells this process from any other
 * @param app whatever it fails with becomes an answer
 */
export const around = <E, R>(
  settings: HttpSettings,
  instance: string,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => {
  const refusalOf = refuse(settings, instance)
  return Effect.gen(function* () {
    const refused = refusalOf(yield* HttpServerRequest.HttpServerRequest)
    const response = refused === null ? yield* Effect.catchCause(app, failure) : refusal(refused)
    return HttpServerResponse.setHeaders(worded(response), headers)
  })
}
