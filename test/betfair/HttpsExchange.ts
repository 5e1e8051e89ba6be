/** A small exchange over real TLS on this machine, which asks for client certificates and notes what it is shown. */
import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { TLSSocket } from "node:tls"
import { Duration, Effect, Redacted } from "effect"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import * as Certificates from "../../src/sandbox/server/Certificates.ts"

// TLS compares with the machine's clock.
export const certificates = await Certificates.make(Date.now())

export interface Seen {
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
  /** Whether a client certificate was shown that our authority signed. */
  readonly isCertified: boolean
}

export type Handler = (seen: Seen, response: ServerResponse, call: number) => void

export interface HttpsExchange {
  readonly port: number
  readonly seen: ReadonlyArray<Seen>
  readonly connections: () => number
  /** Ends the idle connections, as a server does after a while. */
  readonly endIdle: () => void
}

/** Healthy as to the session; `handler` answers the calls of the API. */
export const open = (handler: Handler) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const seen: Array<Seen> = []
      let connections = 0
      let calls = 0
      const { authority, server: own } = certificates
      const server = createServer(
        {
          key: own.keyPem,
          cert: own.certificatePem,
          ca: authority.certificatePem,
          requestCert: true,
          rejectUnauthorized: false
        },
        async (request, response) => {
          let body = ""
          for await (const chunk of request) body += chunk
          const isCertified = (request.socket as TLSSocket).authorized
          const entry = { path: request.url!, headers: request.headers, body, isCertified }
          seen.push(entry)
          if (entry.path.endsWith("/certlogin")) {
            const loginStatus = isCertified ? "SUCCESS" : "CERT_AUTH_REQUIRED"
            return response.end(JSON.stringify({ loginStatus, sessionToken: isCertified ? "a-token" : undefined }))
          }
          if (entry.path.startsWith("/api/")) return response.end(JSON.stringify({ status: "SUCCESS", error: "" }))
          handler(entry, response, ++calls)
        }
      )
      server.on("secureConnection", () => connections++)
      server.listen(0)
      await once(server, "listening")
      const { port } = server.address() as AddressInfo
      return {
        port,
        seen,
        connections: () => connections,
        endIdle: () => server.closeIdleConnections(),
        close: () => {
          server.close()
          server.closeAllConnections()
        }
      }
    }),
    ({ close }) => Effect.sync(close)
  )

export const optionsFor = (port: number, host = "localhost"): ClientOptions => ({
  appKey: Redacted.make("app-key"),
  username: "user",
  password: Redacted.make("password"),
  certificate: {
    _tag: "Pem",
    certificate: certificates.client.certificatePem,
    key: Redacted.make(certificates.client.keyPem)
  },
  endpoints: {
    login: `https://${host}:${port}/api/`,
    identity: `https://${host}:${port}/api/`,
    api: `https://${host}:${port}/exchange/`,
    stream: { host, port }
  },
  authority: certificates.authority.certificatePem,
  requestTimeout: Duration.seconds(10),
  sessionLength: Duration.hours(12),
  placeLimit: 200
})
