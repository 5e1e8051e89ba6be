/**
 * Whose predictions a bot gets: a service's at the address of the settings, or those of a reference service of its own, in
 * the same process, when there is a model to serve. The bot starts without either: what needs a prediction is then not bet
 * on, and everything else is. What speaks gRPC is loaded when it is wanted.
 */
import { createSecureContext } from "node:tls"
import { Effect, FileSystem, Layer, Schema } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import { Predictor } from "../prediction/Predictor.ts"
import type { PredictorGrpcOptions } from "../prediction/PredictorGrpc.ts"
import * as ShippedModel from "../prediction/ShippedModel.ts"

/** The settings name files for TLS that cannot be read. */
export class PredictionSettingsUnusable extends Schema.TaggedError<PredictionSettingsUnusable>()(
  "PredictionSettingsUnusable",
  { message: Schema.String }
) {}

type PredictionSettings = SettingsValue["predictions"]

/** Needs settings and files. On paper a model may be tried that has not proven itself. */
export const layer = (mode: Mode) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { features, predictions } = yield* Settings
      if (!features.mlPredictionsEnabled) return Predictor.layerNone
      const options = yield* predictions.address === null
        ? own(predictions, mode)
        : remote(predictions.address, predictions)
      return options === null ? Predictor.layerNone : yield* cached(options, predictions)
    })
  )

/** The client, what leaves it alone while it does not answer, and the cache. */
export const cached = (options: PredictorGrpcOptions, { cacheRaces, cacheSeconds }: PredictionSettings) =>
  Effect.promise(async () => {
    const [PredictorCached, ModelClientBreaker, PredictorGrpc] = await Promise.all([
      import("../prediction/PredictorCached.ts"),
      import("../prediction/ModelClientBreaker.ts"),
      import("../prediction/PredictorGrpc.ts")
    ])
    return PredictorCached.layer({ timeToLive: cacheSeconds, capacity: cacheRaces }).pipe(
      Layer.provide(ModelClientBreaker.layer),
      Layer.provide(PredictorGrpc.layer(options))
    )
  })

const common = ({ deadlineMs, keepAliveSeconds, modelVersion, retries }: PredictionSettings) => ({
  deadline: deadlineMs,
  retries,
  keepAlive: keepAliveSeconds,
  modelVersion
})

/** How the service of the settings is reached. */
export const remote = Effect.fnUntraced(function* (address: string, settings: PredictionSettings) {
  const { caFile, certFile, keyFile, serverName, tls } = settings
  if (!tls) {
    // Whoever names certificates does not mean to talk in the clear.
    if (caFile === null && certFile === null && keyFile === null && serverName === null) {
      return { address, ...common(settings) }
    }
    return yield* unusable("predictions.tls is false, so ca_file, cert_file, key_file and server_name must be null")
  }
  if ((certFile === null) !== (keyFile === null)) {
    return yield* unusable("predictions.cert_file and key_file belong together: set both or neither")
  }
  const authority = caFile === null ? null : yield* readText("ca_file", caFile)
  const client =
    certFile === null || keyFile === null
      ? null
      : { certificate: yield* readText("cert_file", certFile), key: yield* readText("key_file", keyFile) }
  // Certificate and key are tried here, where a key that is not the certificate's can be told of.
  yield* Effect.try({
    try: () => createSecureContext(client === null ? {} : { cert: client.certificate, key: client.key }),
    catch: (cause) =>
      new PredictionSettingsUnusable({ message: `predictions.cert_file and key_file can't be used: ${String(cause)}` })
  })
  return { address, ...common(settings), tls: { authority, client, serverName } }
})

const unusable = (message: string) => Effect.fail(new PredictionSettingsUnusable({ message }))

const readText = (key: string, path: string) =>
  FileSystem.FileSystem.use((fs) => fs.readFileString(path)).pipe(
    Effect.mapError(
      ({ message }) => new PredictionSettingsUnusable({ message: `predictions.${key} can't be read: ${message}` })
    )
  )

/** A service of this process, for nobody else: on a port of this machine that is not told. Null when it has no model. */
const own = Effect.fnUntraced(function* (settings: PredictionSettings, mode: Mode) {
  const { allowUnproven } = settings
  const modelFile = settings.modelFile ?? ShippedModel.file
  const fs = yield* FileSystem.FileSystem
  if (!(yield* Effect.orElseSucceed(fs.exists(modelFile), () => false))) {
    yield* Effect.logInfo("There is no model: strategies that need predictions place nothing").pipe(
      Effect.annotateLogs({ model_file: modelFile })
    )
    return null
  }
  const ReferenceService = yield* Effect.promise(() => import("../prediction/service/ReferenceService.ts"))
  const host = "127.0.0.1"
  return yield* ReferenceService.start({
    file: modelFile,
    allowUnproven: allowUnproven || mode !== "live",
    host,
    port: 0,
    ...ReferenceService.usualLimits,
    data: null,
    strategies: []
  }).pipe(
    Effect.map(({ port }): PredictorGrpcOptions | null => ({ address: `${host}:${port}`, ...common(settings) })),
    Effect.catch(({ message }) =>
      Effect.as(
        Effect.logWarning("No predictions: the bot's own service cannot serve").pipe(Effect.annotateLogs({ message })),
        null
      )
    )
  )
})
