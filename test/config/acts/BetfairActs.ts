/** Who logs in where at Betfair, with which certificate, and for how long. */
import { NodeServices } from "@effect/platform-node"
import { Context, Effect, Fiber, FileSystem, Layer, Stream as EffectStream } from "effect"
import { TestClock } from "effect/testing"
import { clientOptions } from "../../../src/app/BetfairOptions.ts"
import * as BetfairStreams from "../../../src/app/BetfairStreams.ts"
import * as BetfairClient from "../../../src/betfair/BetfairClient.ts"
import { BettingApi } from "../../../src/betfair/BettingApi.ts"
import { Session } from "../../../src/betfair/Session.ts"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import { MarketData } from "../../../src/market/MarketData.ts"
import * as Certificates from "../../../src/sandbox/server/Certificates.ts"
import { type Asked, FakeExchange, identity, result } from "../../betfair/FakeExchange.ts"
import { certificates, open } from "../../betfair/HttpsExchange.ts"
import * as Stream from "../../betfair/stream/Exchange.ts"
import { act, type Acts, type Look } from "./Act.ts"

/** Of an authority that the exchange does not know. */
const strange = await Certificates.make(Date.now())

/** Paths of files in a folder that has been filled. */
const inFolder = (settings: SettingsValue, folder: string): SettingsValue["betfair"] => {
  const at = (name: string | null) => (name === null ? null : `${folder}/${name}`)
  const { betfair } = settings
  const { caFile, certFile, keyFile, pfxFile } = betfair
  return { ...betfair, caFile: at(caFile), certFile: at(certFile), keyFile: at(keyFile), pfxFile: at(pfxFile) }
}

const filled = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const [who, { authority, client }] of Object.entries({ known: certificates, strange })) {
    yield* fs.writeFileString(`${folder}/${who}.pem`, client.certificatePem)
    yield* fs.writeFileString(`${folder}/${who}.key`, client.keyPem)
    yield* fs.writeFile(`${folder}/${who}.p12`, Certificates.pkcs12(client, "open sesame"))
    yield* fs.writeFileString(`${folder}/${who}-authority.pem`, authority.certificatePem)
  }
  return folder
})

const optionsOf = (settings: SettingsValue) =>
  Effect.flatMap(filled, (folder) => clientOptions(inFolder(settings, folder)))

/** How a login goes over real TLS. */
const login: Look = (settings) =>
  Effect.gen(function* () {
    const exchange = yield* open((_, response) => response.end())
    const folder = yield* filled
    const address = `https://localhost:${exchange.port}/api/`
    const own = { ...inFolder(settings, folder), loginUrl: address, identityUrl: address }
    const options = yield* clientOptions(own)
    return yield* Effect.gen(function* () {
      yield* (yield* Session).token
      return "logged in"
    }).pipe(
      Effect.provide(BetfairClient.layer(options)),
      Effect.catch((error) => Effect.succeed("status" in error ? error.status : error._tag))
    )
  }).pipe(Effect.provide(NodeServices.layer))

const account = { app_key: "key", username: "user", password: "password" }
const pem = { cert_file: "known.pem", key_file: "known.key", ca_file: "known-authority.pem" }
const pkcs12 = { pfx_file: "known.p12", passphrase: "open sesame", ca_file: "known-authority.pem" }

/** What the exchange is asked when a bet is placed after a keep-alive. */
const asked =
  (told: (asked: ReadonlyArray<Asked>) => unknown): Look =>
  (settings) =>
    Effect.gen(function* () {
      const healthy = identity()
      const exchange = new FakeExchange(
        (request) => healthy(request) ?? result(request, { status: "SUCCESS" }),
        yield* optionsOf(settings)
      )
      yield* Effect.gen(function* () {
        yield* (yield* BettingApi).cancelAllOrders({ everyMarket: true })
        yield* TestClock.adjust("6 hours")
      }).pipe(Effect.provide(exchange.layer))
      return told(exchange.asked)
    }).pipe(Effect.provide(NodeServices.layer))

const firstOf = (operation: string) => (all: ReadonlyArray<Asked>) =>
  all.find((request) => request.operation === operation)!

const addressOf = (operation: string) => asked((all) => new URL(firstOf(operation)(all).url).host)

const stream: Look = (settings) =>
  Effect.map(optionsOf(settings), ({ endpoints }) => `${endpoints.stream.host}:${endpoints.stream.port}`).pipe(
    Effect.provide(NodeServices.layer)
  )

/** What the stream is asked for, and up to which start the markets of it. */
const followed =
  (told: (subscription: Stream.Fields, to: unknown) => unknown): Look =>
  (settings) =>
    Effect.gen(function* () {
      const { accept, server } = yield* Stream.open
      const healthy = identity()
      const options = yield* optionsOf(settings)
      const exchange = new FakeExchange(
        (request) => healthy(request) ?? result(request, [{ marketId: "1.2", totalMatched: 0 }]),
        options
      )
      const [authority] = server.ca!
      const { host, port } = server
      const data = BetfairStreams.prices({
        ...options,
        authority: authority!,
        endpoints: { ...options.endpoints, stream: { host, port } }
      })
      const context = yield* Layer.build(
        data.pipe(Layer.provide(Layer.merge(exchange.layer, Layer.succeed(Settings, settings))))
      )
      const { messages } = Context.get(context, MarketData)
      yield* Effect.forkScoped(EffectStream.runDrain(messages([])), { startImmediately: true })
      const subscription = yield* (yield* accept).subscribe
      const { filter } = firstOf("listMarketCatalogue")(exchange.asked).params
      return told(subscription, (filter as { readonly marketStartTime: Stream.Fields }).marketStartTime.to)
    }).pipe(Effect.provide(NodeServices.layer))

const status: Look = (settings) =>
  Effect.gen(function* () {
    const exchange = new FakeExchange((request) => identity()(request)!, yield* optionsOf(settings))
    return yield* Effect.gen(function* () {
      const session = yield* Session
      yield* session.token
      return (yield* session.status).expiresAt
    }).pipe(Effect.provide(exchange.layer))
  }).pipe(Effect.provide(NodeServices.layer))

/** What is said of a login that is never answered. */
const silence: Look = (settings) =>
  Effect.gen(function* () {
    const exchange = new FakeExchange(() => Effect.never, yield* optionsOf(settings))
    const waiting = yield* Effect.forkScoped(
      Effect.flip(Effect.flatMap(Session, ({ token }) => token)).pipe(Effect.provide(exchange.layer))
    )
    yield* TestClock.adjust("1 minute")
    return (yield* Fiber.join(waiting)).problem
  }).pipe(Effect.provide(NodeServices.layer))

const beside = { betfair: { ...account, ...pem } }

export const betfairActs: Acts = {
  "betfair.jurisdiction": act(
    ["international", "italy"],
    ["identitysso-cert.betfair.com", "identitysso-cert.betfair.it"],
    addressOf("certlogin"),
    beside
  ),
  "betfair.app_key": act(
    ["one", "two"],
    ["one", "two"],
    asked((all) => firstOf("cancelOrders")(all).headers["x-application"]),
    beside
  ),
  "betfair.username": act(
    ["ann", "bob"],
    ["username=ann&password=password", "username=bob&password=password"],
    asked((all) => firstOf("certlogin")(all).body),
    beside
  ),
  "betfair.password": act(
    ["a&b", "c"],
    ["username=user&password=a%26b", "username=user&password=c"],
    asked((all) => firstOf("certlogin")(all).body),
    beside
  ),
  "betfair.cert_file": act(["known.pem", "strange.pem"], ["logged in", "CertificateUnusable"], login, beside),
  "betfair.key_file": act(["known.key", "strange.key"], ["logged in", "CertificateUnusable"], login, beside),
  "betfair.pfx_file": act(["known.p12", "strange.p12"], ["logged in", "CERT_AUTH_REQUIRED"], login, {
    betfair: { ...account, ...pkcs12 }
  }),
  "betfair.passphrase": act(["open sesame", "sesame"], ["logged in", "CertificateUnusable"], login, {
    betfair: { ...account, ...pkcs12 }
  }),
  "betfair.ca_file": act(["known-authority.pem", "strange-authority.pem"], ["logged in", "NO_ANSWER"], login, beside),
  "betfair.login_url": act(
    [null, "https://login.example/api"],
    ["identitysso-cert.betfair.com", "login.example"],
    addressOf("certlogin"),
    beside
  ),
  "betfair.identity_url": act(
    [null, "https://identity.example/api/"],
    ["identitysso.betfair.com", "identity.example"],
    addressOf("keepAlive"),
    beside
  ),
  "betfair.api_url": act(
    [null, "https://api.example/exchange"],
    ["api.betfair.com", "api.example"],
    addressOf("cancelOrders"),
    beside
  ),
  "betfair.stream_host": act(
    [null, "stream.example"],
    ["stream-api.betfair.com:443", "stream.example:443"],
    stream,
    beside
  ),
  "betfair.stream_port": act(
    [443, 8443],
    ["stream-api.betfair.com:443", "stream-api.betfair.com:8443"],
    stream,
    beside
  ),
  "betfair.stream_heartbeat_ms": act(
    [5000, 1000],
    [5000, 1000],
    followed(({ heartbeatMs }) => heartbeatMs),
    beside
  ),
  "betfair.stream_conflate_ms": act(
    [0, 250],
    [0, 250],
    followed(({ conflateMs }) => conflateMs),
    beside
  ),
  "betfair.stream_window_minutes": act(
    [60, 120],
    ["1970-01-01T01:00:00.000Z", "1970-01-01T02:00:00.000Z"],
    followed((_, asked) => asked),
    beside
  ),
  "betfair.request_timeout_seconds": act(
    [16, 2],
    ["certlogin has no answer: none within 16000 ms", "certlogin has no answer: none within 2000 ms"],
    silence,
    beside
  ),
  "betfair.session_minutes": act([0, 60], [12 * 60 * 60_000, 60 * 60_000], status, beside)
}
