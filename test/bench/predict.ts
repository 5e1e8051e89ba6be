/**
 * Predictions a second of the reference service over real connections on this machine: races of twelve runners, one
 * `BatchPredict` a race, several calls under way, client and service in one process as in the bot. Beside it, round by round,
 * gRPC alone: the same calls by a bare client to a bare service that always answers the same.
 *
 *     npm run bench:predict
 */
import { loadavg } from "node:os"
import { credentials, Server, ServerCredentials } from "@grpc/grpc-js"
import { NodeServices } from "@effect/platform-node"
import { Duration, Effect, FileSystem, Layer, Logger } from "effect"
import * as Features from "../../src/prediction/Features.ts"
import * as Protocol from "../../src/prediction/generated/mlservice.ts"
import * as Model from "../../src/prediction/model/Model.ts"
import { ModelClient } from "../../src/prediction/ModelClient.ts"
import * as PredictorGrpc from "../../src/prediction/PredictorGrpc.ts"
import * as Question from "../../src/prediction/Question.ts"
import * as ReferenceService from "../../src/prediction/service/ReferenceService.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { aModel } from "../prediction/models.ts"
import { figureOf, measure, quantile, ratios, repetitions, say, withRange } from "./Figures.ts"

/** Of a round. */
const calls = 5000
const underWay = 16

const { book, market, now } = new Scenario(Array.from({ length: 12 }, (_, n) => ({ back: 6 + n, lay: 6.5 + n })))
const question = Question.of({ book, market, at: now })!

/** All features count, as in a real model. */
const model = aModel({
  features: Features.names,
  coefficients: Features.names.map((_, n) => 1 / (n + 1)),
  scaling: { means: Features.names.map(() => 0), scales: Features.names.map(() => 1) }
})

/** As many as are to be under way at a time, each asking again when it is answered. */
const inTurns = async (ask: () => Promise<unknown>) => {
  let left = calls
  const one = async () => {
    while (left-- > 0) await ask()
  }
  await Promise.all(Array.from({ length: underWay }, one))
}

/** gRPC without a model, Effect or matching of answers. */
const bare = Effect.gen(function* () {
  const predictions = question.runners.map((runner) => ({
    raceId: question.marketId,
    runnerId: Question.runnerId(runner),
    predictedProbability: 1 / 12,
    confidence: 0.9,
    recommendation: "BACK",
    modelVersion: "0123456789abcdef"
  }))
  const server = new Server()
  server.addService(
    { batchPredict: Protocol.MLServiceService.batchPredict },
    { batchPredict: (_: unknown, respond: (error: null, answer: unknown) => void) => respond(null, { predictions }) }
  )
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        resume(error === null ? Effect.succeed(port) : Effect.die(error))
      )
    ),
    () => Effect.sync(() => server.forceShutdown())
  )
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => new Protocol.MLServiceClient(`127.0.0.1:${port}`, credentials.createInsecure())),
    (client) => Effect.sync(() => client.close())
  )
  const request = {
    predictions: question.runners.map((runner, at) => ({
      raceId: question.marketId,
      runnerId: Question.runnerId(runner),
      strategyId: "",
      features: question.rows[at]!
    })),
    featureNames: Features.names,
    modelVersion: ""
  }
  return () =>
    new Promise((resolve, reject) =>
      client.batchPredict(request, (error, answer) => (error === null ? resolve(answer) : reject(error)))
    )
})

const compare = Effect.gen(function* () {
  const { ask } = yield* ModelClient
  const context = yield* Effect.context<never>()
  const times: Array<number> = []
  const one = Effect.suspend(() => {
    const begin = performance.now()
    return Effect.tap(ask(question), () => Effect.sync(() => void times.push(performance.now() - begin)))
  })
  const many = Effect.forEach(Array.from({ length: calls }), () => one, { concurrency: underWay, discard: true })
  const alone = yield* bare
  const samples = yield* Effect.promise(() =>
    measure([
      { prepare: async () => () => inTurns(alone) },
      { prepare: async () => () => Effect.runPromiseWith(context)(many) }
    ])
  )
  const [ofGrpc, ofService] = samples
  const perSecond = (of: ReadonlyArray<number>, each: number) =>
    withRange(figureOf(of.map((ms) => (each * calls * 1000) / ms)), 0)
  // The first rounds were to warm up.
  const measured = times.slice(-repetitions * calls)
  say(`median (least–most) of ${repetitions} rounds of ${calls} calls, ${underWay} under way`)
  say(`reference service  ${perSecond(ofService!, 1)} races a second`)
  say(`                   ${perSecond(ofService!, question.runners.length)} predictions a second`)
  say(`gRPC alone         ${perSecond(ofGrpc!, 1)} races a second`)
  say(`time, of gRPC's    ${withRange(ratios(ofService!, ofGrpc!), 2)}`)
  say(
    `one call           median ${quantile(measured, 0.5).toFixed(2)} ms, 99 % ${quantile(measured, 0.99).toFixed(2)} ms`
  )
  say(`load of the machine in the last minute: ${loadavg()[0]!.toFixed(1)}`)
})

const bench = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const file = `${yield* fs.makeTempDirectoryScoped()}/model.json`
  yield* fs.writeFileString(file, Model.encode(model))
  const { port } = yield* ReferenceService.start({
    file,
    allowUnproven: false,
    host: "127.0.0.1",
    port: 0,
    ...ReferenceService.usualLimits,
    data: null,
    strategies: []
  })
  yield* Effect.provide(
    compare,
    PredictorGrpc.layer({
      address: `127.0.0.1:${port}`,
      deadline: Duration.seconds(10),
      retries: 0,
      keepAlive: Duration.minutes(1),
      modelVersion: null
    })
  )
})

await Effect.runPromise(bench.pipe(Effect.scoped, Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([])))))
