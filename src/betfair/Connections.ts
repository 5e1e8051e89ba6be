/**
 * The HTTP clients: one that shows the client certificate, for the login only, and one without for all else. Connections
 * are kept alive, certificates of servers always verified, and answers bounded.
 */
import * as tls from "node:tls"
import { NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import type { HttpClient } from "effect/http"
import type { ClientCertificate, ClientOptions } from "./ClientOptions.ts"

/** The client certificate, its key or the added authority cannot be used. */
export class CertificateUnusable extends Schema.TaggedError<CertificateUnusable>()("CertificateUnusable", {
  problem: Schema.String
}) {
  override get message() {
    return `The client certificate, its key or the authority's certificate cannot be used: ${this.problem}`
  }
}

/** More than the sum of all budgets' concurrency, so that no request waits for a connection of another. */
const connectionsPerHost = 64
const connectTimeoutMs = 5000
const keepAliveMs = 30_000
const maxAnswerBytes = 64 * 1024 * 1024

export class Connections extends Context.Service<
  Connections,
  {
    readonly login: HttpClient.HttpClient
    readonly plain: HttpClient.HttpClient
  }
>()("clever-better/betfair/Connections") {
  static readonly layer = (options: ClientOptions) => Layer.effect(Connections, make(options))
}

const make = Effect.fn("Connections.make")(function* (options: ClientOptions) {
  const authorities =
    options.authority === undefined ? {} : { ca: [...tls.getCACertificates("default"), options.authority] }
  const withCertificate = { ...authorities, ...own(options.certificate) }
  yield* Effect.try({
    try: () => tls.createSecureContext(withCertificate),
    catch: (cause) => new CertificateUnusable({ problem: cause instanceof Error ? cause.message : String(cause) })
  })
  return Connections.of({ login: yield* client(withCertificate), plain: yield* client(authorities) })
})

const own = (certificate: ClientCertificate): tls.SecureContextOptions => ({
  ...(certificate._tag === "Pem"
    ? { cert: certificate.certificate, key: Redacted.value(certificate.key) }
    : { pfx: Buffer.from(Redacted.value(certificate.container)) }),
  ...(certificate.passphrase === undefined ? {} : { passphrase: Redacted.value(certificate.passphrase) })
})

const client = (secure: tls.SecureContextOptions) =>
  NodeHttpClient.makeUndici.pipe(
    Effect.provideServiceEffect(
      NodeHttpClient.Dispatcher,
      NodeHttpClient.makeDispatcherOptions({
        connections: connectionsPerHost,
        keepAliveTimeout: keepAliveMs,
        maxResponseSize: maxAnswerBytes,
        // One request at a time on a connection: a lost one then never takes another with it.
        pipelining: 1,
        allowH2: false,
        connect: { ...secure, rejectUnauthorized: true, timeout: connectTimeoutMs }
      })
    )
  )
