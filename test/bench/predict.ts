/**
 * Predictions a second of the reference service over real connections on this machine: races of twelve runners, one
 * `BatchPredict` a race, several calls under way, client and service in one process as in the bot.
 *
 *     npm run bench:predict
 */
import { NodeServices } from "@effect/platform-node"
import { Duration, Effect, FileSystem, Layer, Logger } from "effect"
import * as Features from "../../src/prediction/Features.ts"
import * as Model from "../../src/prediction/model/Model.ts"
import { ModelClient } from "../../src/prediction/ModelClient.ts"
import * as PredictorGrpc from "../../src/prediction/PredictorGrpc.ts"
import * as Question from "../../src/prediction/Question.ts"
import * as ReferenceService from "../../src/prediction/service/ReferenceService.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { aModel } from "../prediction/models.ts"

const calls = 20_000
const warmUp = 2000
const underWay = 16

const { book, market, now } = new Scenario(Array.from({ length: 12 }, (_, n) => ({ back: 6 + n, lay: 6.5 + n })))
const question = Question.of({ book, market, at: now })!

/** All features count, as in a real model. */
const model = aModel({
  features: Features.names,
  coefficients: Features.names.map((_, n) => 1 / (n + 1)),
  scaling: { means: Features.names.map(() => 0), scales: Features.names.map(() => 1) }
})

const measure = Effect.gen(function* () {
  const { ask } = yield* ModelClient
  const times: Array<number> = []
  const one = Effect.suspend(() => {
    const begin = performance.now()
    return Effect.tap(ask(question), () => Effect.sync(() => void times.push(performance.now() - begin)))
  })
  const many = (count: number) => Effect.forEach(Array.from({ length: count }), () => one, { concurrency: underWay })
  yield* many(warmUp)
  times.length = 0
  const begin = performance.now()
  yield* many(calls)
  const seconds = (performance.now() - begin) / 1000
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(2)
  const perSecond = (count: number) => Math.round(count / seconds).toLocaleString("en")
  process.stdout.write(
    `${perSecond(calls)} races a second, ${perSecond(calls * question.runners.length)} predictions a second\n` +
      `one call with ${underWay} under way: median ${at(0.5)} ms, 99 % ${at(0.99)} ms\n`
  )
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
    measure,
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
