/** `predict serve`: the reference prediction service on a port, for this bot or any other program that speaks its protocol. */
import { join } from "node:path"
import { Console, Effect, FileSystem, Layer, Option, Queue } from "effect"
import { Command, Flag } from "effect/cli"
import { Settings } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import * as Logging from "../monitoring/Logging.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import * as ShippedModel from "../prediction/ShippedModel.ts"
import * as Proposable from "./Proposable.ts"
import { BadUsage } from "./Exit.ts"
import * as HangUps from "./HangUps.ts"
import { ConfigFile, json, printJson, strategyFolders } from "./Options.ts"

const port = (name: string, what: string) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("PORT"),
    Flag.withDescription(what),
    Flag.filter(
      (value) => value >= 0 && value <= 65_535,
      (value) => `--${name}: found ${value}, expected a port from 0 to 65535`
    )
  )

const between = (name: string, what: string, minimum: number, maximum: number, otherwise: number) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(what),
    Flag.filter(
      (value) => value >= minimum && value <= maximum,
      (value) => `--${name}: found ${value}, expected ${minimum} to ${maximum}`
    ),
    Flag.withDefault(otherwise)
  )

const file = (name: string, what: string) =>
  Flag.String(name).pipe(Flag.withMetavar("FILE"), Flag.withDescription(what), Flag.optional)

const flags = {
  model: file("model", "The model, as predict train writes it; without it that of the settings, or the project's own"),
  force: Flag.Boolean("force").pipe(
    Flag.withDescription("Serve a model that did not beat the market on races it had not seen"),
    Flag.withDefault(false)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("Address to listen on; others than this machine's should have --cert, --key and --client-ca"),
    Flag.withDefault("127.0.0.1")
  ),
  port: port("port", "Port of the service; 0 for any that is free").pipe(Flag.withDefault(50_051)),
  metricsPort: port(
    "metrics-port",
    "HTTP port of /metrics on this machine, 0 for any that is free; without it there is none"
  ).pipe(Flag.optional),
  cert: file("cert", "Certificate of the service, PEM; with --key: TLS"),
  key: file("key", "The certificate's private key, PEM"),
  clientCa: file("client-ca", "Authority whose certificates callers must have, PEM"),
  data: Flag.String("data").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("Where results of backtests that are submitted are kept"),
    Flag.withDefault(join(".clever-better", "predictions"))
  ),
  maximumCalls: between("max-calls", "Calls under way at most; more are refused", 1, 100_000, 200),
  maximumMessageBytes: between("max-message-bytes", "Largest request", 1024, 64 * 1024 * 1024, 1024 * 1024),
  json
}

export const serve = Command.make(
  "serve",
  flags,
  Effect.fn(function* (given) {
    const { file: settingsFile, settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const ReferenceService = yield* Effect.promise(() => import("../prediction/service/ReferenceService.ts"))
    const tls = yield* tlsOf(given)
    const strategies = yield* Proposable.all(settings, strategyFolders(settingsFile))
    const modelFile = Option.getOrElse(given.model, () => settings.predictions.modelFile ?? ShippedModel.file)
    return yield* Effect.gen(function* () {
      yield* Metrics.register
      const service = yield* ReferenceService.start({
        file: modelFile,
        allowUnproven: given.force || settings.predictions.allowUnproven,
        host: given.host,
        port: given.port,
        ...(tls === null ? {} : { tls }),
        maximumCalls: given.maximumCalls,
        maximumMessageBytes: given.maximumMessageBytes,
        data: given.data,
        strategies
      })
      const { results, version } = service.model.current()
      const shown = {
        address: service.address,
        tls: tls !== null,
        model: modelFile,
        modelVersion: version,
        beatsMarket: results.beatsMarket,
        metrics: Option.isNone(given.metricsPort) ? null : yield* showMetrics(given.metricsPort.value),
        data: given.data
      }
      if (!isLoopback(given.host) && (tls === null || tls.clientAuthority === null)) {
        yield* Effect.logWarning(
          "Whoever reaches this port may ask it and submit results: --client-ca lets in whom you trust"
        )
      }
      const hangUps = yield* HangUps.make
      yield* given.json ? printJson(shown) : Console.log(render(shown))
      // Otherwise the file is looked at every few seconds.
      return yield* Effect.forever(Effect.andThen(Queue.take(hangUps), service.model.reload))
    }).pipe(Effect.scoped, Effect.provide(Logging.layer.pipe(Layer.provide(Layer.succeed(Settings, settings)))))
  })
).pipe(Command.withDescription("Serve a model's predictions over gRPC"))

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.")

type Given = {
  readonly [K in "cert" | "key" | "clientCa"]: Option.Option<string>
}

const tlsOf = Effect.fnUntraced(function* ({ cert, clientCa, key }: Given) {
  if (Option.isNone(cert) && Option.isNone(key) && Option.isNone(clientCa)) return null
  if (Option.isNone(cert) || Option.isNone(key)) {
    return yield* new BadUsage({ message: "--cert and --key belong together, and --client-ca with both" })
  }
  const clientAuthority = Option.isSome(clientCa) ? yield* readText("client-ca", clientCa.value) : null
  return {
    certificate: yield* readText("cert", cert.value),
    key: yield* readText("key", key.value),
    clientAuthority
  }
})

const readText = (flag: string, path: string) =>
  FileSystem.FileSystem.use((fs) => fs.readFileString(path)).pipe(
    Effect.mapError(({ message }) => new BadUsage({ message: `--${flag} ${path} can't be read: ${message}` }))
  )

/** Returns its address. */
const showMetrics = Effect.fnUntraced(function* (port: number) {
  const MetricsPort = yield* Effect.promise(() => import("./MetricsPort.ts"))
  return yield* MetricsPort.open(port)
})

interface Shown {
  readonly address: string
  readonly tls: boolean
  readonly model: string
  readonly modelVersion: string
  readonly beatsMarket: boolean
  readonly metrics: string | null
  readonly data: string
}

const render = ({ address, beatsMarket, data, metrics, model, modelVersion, tls }: Shown): string =>
  [
    ...(beatsMarket ? [] : ["This model did NOT beat the market on the races kept back from its training.", ""]),
    "The prediction service is open.",
    "",
    `  address   ${address} (${tls ? "TLS" : "plain text"})`,
    `  model     ${modelVersion} from ${model}`,
    `  results   ${data}`,
    `  metrics   ${metrics ?? "none; --metrics-port PORT shows them"}`,
    "",
    "A changed model file is taken within seconds, or at once on SIGHUP. Ctrl-C closes it."
  ].join("\n")
