/**
 * One request and its answer, as far as HTTP knows. This is where a request that was never sent is told apart from one
 * whose answer was lost.
 */
import { gunzip } from "node:zlib"
import { Clock, Duration, Effect } from "effect"
import { HttpClient, type HttpClientError, type HttpClientRequest } from "effect/http"
import { AnswerLost, AnswerUnreadable, NotConnected } from "./BetfairError.ts"

export interface Answer {
  readonly status: number
  readonly text: string
  /** The server's `Date`, epoch milliseconds of a whole second; NaN when there is none. */
  readonly serverDate: number
  /** Our clock when the request was handed over and when the head of the answer was there, epoch milliseconds. */
  readonly sentAt: number
  readonly answeredAt: number
}

export type TransportError = NotConnected | AnswerLost | AnswerUnreadable

const maxUnpackedBytes = 64 * 1024 * 1024

/**
 * Sends the request once and reads the whole answer within `timeout`. An answer of any status is an answer.
 *
 * @param operation names the request in errors
 */
export const send = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  operation: string,
  request: HttpClientRequest.HttpClientRequest,
  timeout: Duration.Duration
) {
  const sentAt = yield* Clock.currentTimeMillis
  return yield* exchange(client, operation, request, sentAt).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        new AnswerLost({ operation, kind: "TimedOut", problem: `none within ${Duration.toMillis(timeout)} ms` })
    }),
    // The call has a span of its own, and the request's headers belong in none.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
})

/** Scoped, so that a request that is given up frees its connection. */
const exchange = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  operation: string,
  request: HttpClientRequest.HttpClientRequest,
  sentAt: number
) {
  const response = yield* HttpClient.withScope(client)
    .execute(request)
    .pipe(Effect.mapError((error) => failure(operation, request, error)))
  const answeredAt = yield* Clock.currentTimeMillis
  const bytes = yield* response.arrayBuffer.pipe(
    Effect.mapError(
      (error) => new AnswerLost({ operation, kind: "Disconnected", problem: `cut off (${problemOf(error.reason)})` })
    )
  )
  const { status } = response
  const text = yield* unpacked(Buffer.from(bytes), response.headers["content-encoding"]).pipe(
    Effect.mapError((problem) => new AnswerUnreadable({ operation, status, problem }))
  )
  return { status, text, sentAt, answeredAt, serverDate: Date.parse(response.headers["date"] ?? "") } satisfies Answer
}, Effect.scoped)

const unpacked = (bytes: Buffer, encoding: string | undefined): Effect.Effect<string, string> => {
  if (encoding === undefined || encoding === "identity") return Effect.succeed(bytes.toString("utf8"))
  if (encoding !== "gzip") return Effect.fail(`packed as ${encoding}`)
  return Effect.callback((resume) => {
    gunzip(bytes, { maxOutputLength: maxUnpackedBytes }, (error, plain) =>
      resume(error === null ? Effect.succeed(plain.toString("utf8")) : Effect.fail(`broken gzip (${error.message})`))
    )
  })
}

const failure = (
  operation: string,
  request: HttpClientRequest.HttpClientRequest,
  { reason }: HttpClientError.HttpClientError
): TransportError => {
  const cause = "cause" in reason ? reason.cause : undefined
  if (reason._tag === "TransportError" && !isBeforeSending(cause)) {
    return new AnswerLost({ operation, kind: "Disconnected", problem: problemOf(reason) })
  }
  const host = URL.canParse(request.url) ? new URL(request.url).host : request.url
  return new NotConnected({ operation, host, problem: problemOf(reason) })
}

/**
 * Whether the failure can only be one of connecting. Codes that may also befall an established connection, such as
 * ECONNRESET or ETIMEDOUT, count only where the system call says so.
 */
const isBeforeSending = (cause: unknown): boolean => {
  if (typeof cause !== "object" || cause === null) return false
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(isBeforeSending)
  const { code, syscall } = cause as { readonly code?: unknown; readonly syscall?: unknown }
  return syscall === "connect" || syscall === "getaddrinfo" || (typeof code === "string" && connecting.test(code))
}

/** Of undici, and OpenSSL's names for a certificate that is not accepted. */
const connecting =
  /^(UND_ERR_CONNECT_TIMEOUT|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CERT_.*|.*_SELF_SIGNED_CERT|SELF_SIGNED_CERT_.*|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_.*|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/

const problemOf = (reason: HttpClientError.HttpClientErrorReason): string => {
  const cause = "cause" in reason ? reason.cause : undefined
  if (!(cause instanceof Error)) return reason._tag
  const { code } = cause as Error & { readonly code?: unknown }
  return typeof code === "string" ? (cause.message === "" ? code : `${code}: ${cause.message}`) : cause.message
}
