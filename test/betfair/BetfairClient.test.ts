import { createServer } from "node:net"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Redacted } from "effect"
import * as BetfairClient from "../../src/betfair/BetfairClient.ts"
import { execution } from "../../src/betfair/BetfairError.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import { ServerClock } from "../../src/betfair/ServerClock.ts"
import { Session } from "../../src/betfair/Session.ts"
import * as Certificates from "../../src/sandbox/server/Certificates.ts"
import { certificates, type Handler, open, optionsFor } from "./HttpsExchange.ts"

const answer = (body: string, result: unknown) => JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(body).id, result })

const healthy: Handler = ({ body }, response) => response.end(answer(body, { status: "SUCCESS" }))

const token = Effect.flatMap(Session, (session) => session.token)

const place = Effect.flatMap(BettingApi, (api) =>
  api.placeOrders({
    marketId: "1.1",
    instructions: [
      { orderType: "LIMIT", selectionId: 1, side: "BACK", limitOrder: { size: 2, price: 3, persistenceType: "LAPSE" } }
    ]
  })
)

const through =
  (options: ClientOptions) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(effect, BetfairClient.layer(options))

describe("the login over TLS", () => {
  it.live("shows a PEM certificate to the login, and to nothing else", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      yield* place.pipe(through(optionsFor(exchange.port)))
      expect(exchange.seen.map(({ isCertified, path }) => [path, isCertified])).toEqual([
        ["/api/certlogin", true],
        ["/exchange/betting/json-rpc/v1", false],
        ["/api/logout", false]
      ])
    })
  )

  it.live("takes a PKCS#12 container with a passphrase", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      const container = Redacted.make<Uint8Array>(Certificates.pkcs12(certificates.client, "open sesame"))
      const passphrase = Redacted.make("open sesame")
      const options = optionsFor(exchange.port)
      const own = { ...options, certificate: { _tag: "Pkcs12", container, passphrase } } as const
      expect(Redacted.value(yield* token.pipe(through(own)))).toBe("a-token")
    })
  )

  it.live("says before anything is sent that a certificate can't be used", () =>
    Effect.gen(function* () {
      const container = Redacted.make<Uint8Array>(Certificates.pkcs12(certificates.client, "open sesame"))
      const passphrase = Redacted.make("wrong")
      for (const certificate of [
        { _tag: "Pem", certificate: "no PEM", key: Redacted.make("no PEM") },
        {
          _tag: "Pem",
          certificate: certificates.client.certificatePem,
          key: Redacted.make(certificates.server.keyPem)
        },
        { _tag: "Pkcs12", container, passphrase }
      ] as const) {
        const error = yield* Effect.flip(token.pipe(through({ ...optionsFor(1), certificate })))
        expect(error._tag).toBe("CertificateUnusable")
      }
    })
  )

  it.live("fails for good with a certificate that the exchange does not know", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      const other = yield* Effect.promise(() => Certificates.make(Date.now()))
      const certificate = {
        _tag: "Pem",
        certificate: other.client.certificatePem,
        key: Redacted.make(other.client.keyPem)
      } as const
      const error = yield* Effect.flip(token.pipe(through({ ...optionsFor(exchange.port), certificate })))
      expect(error).toMatchObject({ _tag: "LoginFailed", status: "CERT_AUTH_REQUIRED", retryAt: null })
    })
  )

  it.live("sends no password to a server whose certificate is not trusted", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      const { authority: _, ...options } = optionsFor(exchange.port)
      const error = yield* Effect.flip(token.pipe(through(options)))
      expect(error).toMatchObject({ _tag: "LoginFailed", status: "NO_ANSWER" })
      expect(error.message).toContain("SELF_SIGNED_CERT_IN_CHAIN")
      expect(exchange.seen).toEqual([])
    })
  )

  it.live("sends no password to a server of another name", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      const error = yield* Effect.flip(token.pipe(through(optionsFor(exchange.port, "127.0.0.2"))))
      expect(error.message).toContain("ERR_TLS_CERT_ALTNAME_INVALID")
      expect(exchange.seen).toEqual([])
    })
  )
})

describe("calls over TLS", () => {
  it.live("reuse one connection, ask for gzip, and add no headers of ours", () =>
    Effect.gen(function* () {
      const exchange = yield* open(({ body }, response) => {
        response.setHeader("Content-Encoding", "gzip")
        response.end(gzipSync(answer(body, { status: "SUCCESS" })))
      })
      yield* Effect.gen(function* () {
        for (let call = 0; call < 5; call++) expect((yield* place).status).toBe("SUCCESS")
        expect(exchange.connections()).toBe(2)
        expect(Object.keys(exchange.seen.at(-1)!.headers).toSorted()).toEqual([
          "accept",
          "accept-encoding",
          "connection",
          "content-length",
          "content-type",
          "host",
          "x-application",
          "x-authentication"
        ])
        const { highestMs, lowestMs } = (yield* (yield* ServerClock).skew)!
        expect(lowestMs).toBeLessThanOrEqual(0)
        expect(highestMs).toBeGreaterThanOrEqual(0)
      }).pipe(through(optionsFor(exchange.port)))
    })
  )

  it.live("go on after the server has ended an idle connection", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      yield* Effect.gen(function* () {
        yield* place
        exchange.endIdle()
        // Its end is noticed by the time another connection has been made and used.
        yield* Effect.exit(place)
        expect((yield* place).status).toBe("SUCCESS")
      }).pipe(through(optionsFor(exchange.port)))
    })
  )

  it.live("that find nobody listening were not executed", () =>
    Effect.gen(function* () {
      const exchange = yield* open(healthy)
      const closed = yield* closedPort
      const options = optionsFor(exchange.port)
      const api = `https://localhost:${closed}/exchange/`
      const error = yield* Effect.flip(place.pipe(through({ ...options, endpoints: { ...options.endpoints, api } })))
      expect(error._tag).toBe("NotConnected")
      expect(error.message).toContain("ECONNREFUSED")
    })
  )

  const cuts: ReadonlyArray<readonly [string, Handler]> = [
    [
      "by something that is no HTTP",
      (_, response) => {
        response.socket!.write(Buffer.from([0, 255, 17, 13, 10, 200, 13, 10, 13, 10]))
        response.socket!.end()
      }
    ],
    ["before an answer", (_, response) => response.destroy()],
    [
      "in the head of an answer",
      (_, response) => {
        response.socket!.write("HTTP/1.1 200 OK\r\nContent-Le")
        response.socket!.destroy()
      }
    ],
    [
      "in the middle of an answer",
      ({ body }, response) => {
        const text = answer(body, { status: "SUCCESS" })
        response.setHeader("Content-Length", text.length)
        response.write(text.slice(0, -5))
        response.socket!.end()
      }
    ]
  ]
  for (const [where, handler] of cuts)
    it.live(`that are cut off ${where} may have been executed, and are not sent again`, () =>
      Effect.gen(function* () {
        const exchange = yield* open(handler)
        yield* Effect.gen(function* () {
          const error = yield* Effect.flip(place)
          expect(error).toMatchObject({ _tag: "AnswerLost", kind: "Disconnected" })
          expect(execution(error)).toBe("Unknown")
        }).pipe(through(optionsFor(exchange.port)))
        expect(exchange.seen.filter(({ path }) => path.startsWith("/exchange/")).length).toBe(1)
      })
    )

  it.live("that get no answer in time may have been executed, and free their connection", () =>
    Effect.gen(function* () {
      const freed = yield* Deferred.make<void>()
      const exchange = yield* open((_, response) => {
        response.socket!.once("close", () => Deferred.doneUnsafe(freed, Effect.void))
      })
      yield* Effect.gen(function* () {
        yield* token
        const error = yield* Effect.flip(place)
        expect(error).toMatchObject({ _tag: "AnswerLost", kind: "TimedOut" })
        yield* Deferred.await(freed)
      }).pipe(through({ ...optionsFor(exchange.port), requestTimeout: Duration.millis(500) }))
    })
  )

  it.live("that get a slow answer's first half only are given up as well", () =>
    Effect.gen(function* () {
      const freed = yield* Deferred.make<void>()
      const exchange = yield* open((_, response) => {
        response.socket!.once("close", () => Deferred.doneUnsafe(freed, Effect.void))
        response.write('{"jsonrpc":')
      })
      yield* Effect.gen(function* () {
        yield* token
        expect(yield* Effect.flip(place)).toMatchObject({ _tag: "AnswerLost", kind: "TimedOut" })
        yield* Deferred.await(freed)
      }).pipe(through({ ...optionsFor(exchange.port), requestTimeout: Duration.millis(500) }))
    })
  )
})

/** A port that was free a moment ago. */
const closedPort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 1)))
  })
})
