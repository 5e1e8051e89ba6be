/** Which prediction service is asked, how, and how often. */
import { NodeServices } from "@effect/platform-node"
import { Duration, Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Predictions from "../../../src/app/Predictions.ts"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import * as Model from "../../../src/prediction/model/Model.ts"
import { Predictor } from "../../../src/prediction/Predictor.ts"
import * as Certificates from "../../../src/sandbox/server/Certificates.ts"
import { Scenario } from "../../../src/strategy/Scenario.ts"
import { status } from "@grpc/grpc-js"
import { certificates } from "../../betfair/HttpsExchange.ts"
import { aModel, unproven } from "../../prediction/models.ts"
import * as ScriptedService from "../../prediction/ScriptedService.ts"
import { act, type Acts, type Look } from "./Act.ts"

/** Of an authority that the service does not know. */
const strange = await Certificates.make(Date.now())

const races = [1, 2].map((n) => {
  const { book, market, now } = new Scenario([3, 4, 5].map((back) => ({ back: back + n, lay: back + n + 0.05 })))
  return { book, market, at: now }
})

/** Paths of files in a folder that has been filled. */
const inFolder = (settings: SettingsValue["predictions"], folder: string): SettingsValue["predictions"] => {
  const at = (name: string | null) => (name === null ? null : `${folder}/${name}`)
  const { caFile, certFile, keyFile, modelFile } = settings
  return { ...settings, caFile: at(caFile), certFile: at(certFile), keyFile: at(keyFile), modelFile: at(modelFile) }
}

const filled = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  yield* fs.writeFileString(`${folder}/proven.json`, Model.encode(aModel()))
  yield* fs.writeFileString(`${folder}/unproven.json`, Model.encode(unproven()))
  for (const [who, { authority, client }] of Object.entries({ known: certificates, strange })) {
    yield* fs.writeFileString(`${folder}/${who}.pem`, client.certificatePem)
    yield* fs.writeFileString(`${folder}/${who}.key`, client.keyPem)
    yield* fs.writeFileString(`${folder}/${who}-authority.pem`, authority.certificatePem)
  }
  return folder
})

/** For an answer on a machine that is busy, where the deadline is not what is looked at. */
const patience = Duration.seconds(10)

/** What becomes of asking about the races in turn. @param address in place of that of the settings */
const asking = (
  settings: SettingsValue,
  which: ReadonlyArray<number> = [0],
  address?: string,
  deadlineMs: Duration.Duration = patience
) =>
  Effect.gen(function* () {
    const predictions = { ...inFolder(settings.predictions, yield* filled), deadlineMs }
    const given = { ...settings, predictions: address === undefined ? predictions : { ...predictions, address } }
    return yield* Effect.gen(function* () {
      const { predict } = yield* Predictor
      return yield* Effect.forEach(which, (n) =>
        predict(races[n]!).pipe(
          Effect.map(({ size }) => (size === 0 ? "none" : "answered")),
          Effect.catch(({ kind, message }) => Effect.succeed(kind === "late" ? message.split(" did ")[1]! : kind))
        )
      )
    }).pipe(
      Effect.provide(Predictions.layer("live").pipe(Layer.provide(Layer.succeed(Settings, given)))),
      Effect.catchTag("PredictionSettingsUnusable", ({ _tag }) => Effect.succeed([_tag]))
    )
  }).pipe(Effect.provide(NodeServices.layer), TestClock.withLive)

const outcome: Look = (settings) => Effect.map(asking(settings), ([first]) => first)

/** How a service that is scripted is reached. */
const reached =
  (script: ScriptedService.Script, tls?: ScriptedService.Tls): Look =>
  (settings) =>
    Effect.gen(function* () {
      const { address } = yield* ScriptedService.open(script, tls)
      return (yield* asking(settings, [0], address))[0]
    })

/** What is said of a service that never answers. */
const unanswered: Look = (settings) =>
  Effect.gen(function* () {
    const { address } = yield* ScriptedService.open(() => null)
    return (yield* asking(settings, [0], address, settings.predictions.deadlineMs))[0]
  })

/** How many calls it takes to ask about the races in turn. */
const calls =
  (which: ReadonlyArray<number>, script: ScriptedService.Script = ScriptedService.evenly): Look =>
  (settings) =>
    Effect.gen(function* () {
      const { address, asked } = yield* ScriptedService.open(script)
      yield* asking(settings, which, address)
      return asked.length
    })

const down = () => ({ code: status.UNAVAILABLE, details: "down" })
const overTls = reached(ScriptedService.evenly, { certificates })
const withCertificate = reached(ScriptedService.evenly, { certificates, asksForCertificate: true })
const proven = { predictions: { model_file: "proven.json" } }
const trusting = { predictions: { tls: true, ca_file: "known-authority.pem" } }
const known = { predictions: { ...trusting.predictions, cert_file: "known.pem", key_file: "known.key" } }

export const predictionActs: Acts = {
  "predictions.address": act([null, "localhost:1"], ["answered", "unavailable"], outcome, proven),
  "predictions.model_file": act(["proven.json", "missing.json"], ["answered", "none"], outcome),
  "predictions.allow_unproven": act([false, true], ["none", "answered"], outcome, {
    predictions: { model_file: "unproven.json" }
  }),
  "predictions.model_version": act([null, "v2"], ["answered", "unusable"], reached(ScriptedService.evenly)),
  "predictions.deadline_ms": act([50, 80], ["not answer within 50 ms", "not answer within 80 ms"], unanswered),
  "predictions.retries": act([0, 2], [1, 3], calls([0], down)),
  "predictions.keep_alive_seconds": act([30, 90], [30, 90], (settings) =>
    Effect.map(Predictions.remote("localhost:1", settings.predictions), ({ keepAlive }) =>
      Duration.toSeconds(keepAlive)
    ).pipe(Effect.provide(NodeServices.layer))
  ),
  "predictions.cache_seconds": act([0, 60], [2, 1], calls([0, 0])),
  "predictions.cache_races": act([1, 2], [3, 2], calls([0, 1, 0])),
  "predictions.tls": act([false, true], ["PredictionSettingsUnusable", "answered"], overTls, {
    predictions: { ca_file: "known-authority.pem" }
  }),
  "predictions.ca_file": act(
    ["known-authority.pem", "strange-authority.pem"],
    ["answered", "unavailable"],
    overTls,
    trusting
  ),
  "predictions.cert_file": act(
    ["known.pem", "strange.pem"],
    ["answered", "PredictionSettingsUnusable"],
    withCertificate,
    known
  ),
  "predictions.key_file": act(
    ["known.key", "strange.key"],
    ["answered", "PredictionSettingsUnusable"],
    withCertificate,
    known
  ),
  "predictions.server_name": act([null, "elsewhere"], ["answered", "unavailable"], overTls, trusting)
}
