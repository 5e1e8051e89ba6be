/**
 * Bots that ask a prediction service over real connections, for whoever wants to see what they show of it. The bots live
 * under the test's clock, their calls in real time: the test waits for each to end.
 */
import { NodeServices } from "@effect/platform-node"
import { credentials } from "@grpc/grpc-js"
import { Duration, Effect, FileSystem, Layer, Queue } from "effect"
import { TestClock } from "effect/testing"
import * as Predictions from "../../src/app/Predictions.ts"
import { PredictionLog } from "../../src/bot/PredictionLog.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { MLServiceClient } from "../../src/prediction/generated/mlservice.ts"
import * as Model from "../../src/prediction/model/Model.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import * as ReferenceService from "../../src/prediction/service/ReferenceService.ts"
import { aModel } from "../prediction/models.ts"
import * as ScriptedService from "../prediction/ScriptedService.ts"
import { back, strategy } from "../builders/strategies.ts"
import { anOpenRace, pass, settingsOf, TestBot, withBot } from "./TestBot.ts"

const needy = strategy("needy", () => [back(1, 3, 2)], { needsPrediction: true })
const often = "trading: { strategy_evaluation_interval: 1, min_time_to_start_seconds: 0 }"

/** A bot on the service, and what waits until it has asked once more. */
const asking = <A, E, R>(
  address: string,
  change: { readonly cacheSeconds: Duration.Duration; readonly deadline: Duration.Duration },
  test: (asksOnce: Effect.Effect<void, never, TestBot>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const ended = yield* Queue.unbounded<void>()
    const { predictions } = settingsOf({})
    const options = { address, retries: 0, keepAlive: Duration.minutes(1), modelVersion: null, ...change }
    const inRealTime = Layer.effect(
      Predictor,
      Predictor.use(({ predict }) =>
        Effect.succeed(
          Predictor.of({
            predict: (race) =>
              Effect.ensuring(TestClock.withLive(predict(race)), Effect.asVoid(Queue.offer(ended, undefined)))
          })
        )
      )
    ).pipe(Layer.provide(yield* Predictions.cached(options, { ...predictions, ...change })))
    return yield* withBot({ strategies: [needy], settings: often, predictor: inRealTime })(
      Effect.andThen(anOpenRace(), test(Effect.andThen(pass("1 second"), Queue.take(ended))))
    )
  })

/** The reference service answers, once from its model and once from the bot's cache, and keeps a result. */
export const anAnsweringService = (look: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const file = `${directory}/model.json`
    yield* fs.writeFileString(file, Model.encode(aModel()))
    // What is kept is written while its call is under way.
    const looking = { ...fs, open: (...args: Parameters<typeof fs.open>) => Effect.andThen(look, fs.open(...args)) }
    const { port } = yield* ReferenceService.start({
      file,
      allowUnproven: false,
      host: "127.0.0.1",
      port: 0,
      ...ReferenceService.usualLimits,
      data: directory,
      strategies: []
    }).pipe(Effect.provideService(FileSystem.FileSystem, looking))
    const address = `127.0.0.1:${port}`
    yield* submit(address)
    yield* asking(address, { cacheSeconds: Duration.hours(1), deadline: Duration.seconds(20) }, (asksOnce) =>
      Effect.gen(function* () {
        yield* asksOnce
        yield* asksOnce
        yield* look
        const log = yield* PredictionLog
        // More than wait for the database.
        for (let n = 0; n < 12_000; n++) log.record(`1.${n}` as MarketId, answer(), [], 0)
        yield* look
      })
    )
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

/** A service that talks nonsense, and then is silent until it is not asked any more. */
export const aFailingService = (look: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const { address } = yield* ScriptedService.open(({ predictions }, call) =>
      call > 1
        ? null
        : predictions.map(({ raceId, runnerId }) => ({
            raceId,
            runnerId,
            predictedProbability: Number.NaN,
            confidence: 0.9,
            recommendation: "",
            modelVersion: "v1"
          }))
    )
    yield* asking(address, { cacheSeconds: Duration.zero, deadline: Duration.millis(50) }, (asksOnce) =>
      Effect.gen(function* () {
        for (let n = 0; n < 5; n++) yield* asksOnce
        yield* look
      })
    )
  }).pipe(Effect.scoped)

const answer = () => new Map([[runnerKey(1), { probability: 0.5, confidence: 1, modelVersion: "v1" }]])

const submit = (address: string) =>
  Effect.callback<void>((resume) => {
    const client = new MLServiceClient(address, credentials.createInsecure())
    client.submitBacktestFeedback(
      {
        strategyId: "mine",
        compositeScore: 0.5,
        sharpeRatio: 1,
        roi: 0.02,
        maxDrawdown: 0.1,
        winRate: 0.3,
        profitFactor: 1.2,
        totalBets: 150,
        mlFeatures: new Map(),
        method: "walk_forward"
      },
      (error) => {
        client.close()
        resume(error === null ? Effect.void : Effect.die(error))
      }
    )
  })
