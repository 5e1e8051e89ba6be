import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { credentials, Metadata } from "@grpc/grpc-js"
import { Deferred, Effect, Exit, Fiber, FileSystem, Layer, Logger, Result, Scope } from "effect"
import * as Protocol from "../../../src/prediction/generated/mlservice.ts"
import * as Health from "../../../src/prediction/generated/grpc/health/v1/health.ts"
import * as GrpcCall from "../../../src/prediction/GrpcCall.ts"
import * as Model from "../../../src/prediction/model/Model.ts"
import * as GrpcServer from "../../../src/prediction/service/GrpcServer.ts"
import * as ReferenceService from "../../../src/prediction/service/ReferenceService.ts"
import { aModel, unproven } from "../models.ts"

const strategies = [
  {
    kind: "simple_value",
    ranges: [{ name: "min_edge", minimum: 0, maximum: 1, isWhole: false, byDefault: 0.03 }],
    accepts: () => true
  }
]

interface Given {
  readonly model?: Model.Model
  readonly allowUnproven?: boolean
  readonly maximumCalls?: number
}

const clientOf = (address: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new Protocol.MLServiceClient(address, credentials.createInsecure())),
    (client) => Effect.sync(() => client.close())
  )

/** A service on a free port, its client, and its folder. */
const started = ({ allowUnproven = false, maximumCalls = 200, model = aModel() }: Given = {}, folder?: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = folder ?? (yield* fs.makeTempDirectoryScoped())
    const file = `${directory}/model.json`
    yield* fs.writeFileString(file, Model.encode(model))
    const service = yield* ReferenceService.start({
      file,
      allowUnproven,
      host: "127.0.0.1",
      port: 0,
      ...ReferenceService.usualLimits,
      maximumCalls,
      data: directory,
      strategies
    })
    const address = `127.0.0.1:${service.port}`
    const client = yield* clientOf(address)
    return { ...service, address, client, directory, file, fs }
  })

type Client = Protocol.MLServiceClient
type Unary<Q, A> = Parameters<typeof GrpcCall.unary<Q, A>>[0]

/** An answer, or the status it was refused with. */
const call = <Q, A>(client: Client, method: Unary<Q, A>, request: Q) =>
  Effect.map(
    Effect.result(GrpcCall.unary<Q, A>(method.bind(client) as Unary<Q, A>, request, Date.now() + 20_000)),
    (answer): A | string => (Result.isSuccess(answer) ? answer.success : answer.failure.code)
  )

const runners = [
  { runnerId: "1", features: [Math.log(0.5), 0] },
  { runnerId: "2", features: [Math.log(0.3), 0.2] },
  { runnerId: "3", features: [Math.log(0.2), -0.1] }
].map((runner) => ({ raceId: "1.1", strategyId: "", ...runner }))

const batch = (change: Partial<Protocol.BatchPredictionRequest> = {}): Protocol.BatchPredictionRequest => ({
  predictions: runners,
  featureNames: [],
  modelVersion: "",
  ...change
})

const expected = Model.probabilities(
  aModel(),
  runners.map(({ features }) => features)
)

const predict = (client: Client, request = batch()) => call(client, client.batchPredict, request)

const chances = (answer: Protocol.BatchPredictionResponse | string) =>
  typeof answer === "string" ? answer : answer.predictions.map(({ predictedProbability }) => predictedProbability)

const feedback = (change: Partial<Protocol.BacktestFeedbackRequest> = {}): Protocol.BacktestFeedbackRequest => ({
  strategyId: "mine",
  compositeScore: 0.5,
  sharpeRatio: 1,
  roi: 0.02,
  maxDrawdown: 0.1,
  winRate: 0.3,
  profitFactor: 1.2,
  totalBets: 150,
  mlFeatures: new Map([["bets_a_day", 12]]),
  method: "walk_forward",
  ...change
})

const live = <A, E>(name: string, test: () => Effect.Effect<A, E, FileSystem.FileSystem | Scope.Scope>) =>
  it.live(name, () => Effect.provide(test(), Layer.mergeAll(NodeServices.layer, Logger.layer([]))))

describe("the reference service", () => {
  live("gives the model's probabilities, its version and its confidence", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const answer = yield* predict(client)
      expect(chances(answer)).toEqual(expected)
      expect(answer).toMatchObject({
        predictions: [
          { raceId: "1.1", runnerId: "1", confidence: 0.99, modelVersion: "0123456789abcdef" },
          { runnerId: "2", recommendation: "BACK" },
          { runnerId: "3" }
        ]
      })
    })
  )

  live("finds the features it wants by their names", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const predictions = runners.map(({ features: [market, trend], ...runner }) => ({
        ...runner,
        features: [7, trend!, market!]
      }))
      const named = yield* predict(client, batch({ predictions, featureNames: ["rank", "trend", "market"] }))
      expect(chances(named)).toEqual(expected)
      expect(yield* predict(client, batch({ featureNames: ["market", "rank"] }))).toBe("FAILED_PRECONDITION")
    })
  )

  live("keeps races of one request apart", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const predictions = [...runners, ...runners.map((runner) => ({ ...runner, raceId: "1.2" }))]
      expect(chances(yield* predict(client, batch({ predictions })))).toEqual([...expected, ...expected])
    })
  )

  live("refuses what it cannot answer", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const [first, ...others] = runners
      for (const predictions of [
        [],
        [first!, ...runners],
        [{ ...first!, features: [1] }, ...others],
        [{ ...first!, features: [NaN, 1] }, ...others],
        [{ ...first!, raceId: "" }, ...others]
      ]) {
        expect(yield* predict(client, batch({ predictions }))).toBe("INVALID_ARGUMENT")
      }
      expect(yield* predict(client, batch({ predictions: [first!] }))).toBe("FAILED_PRECONDITION")
      expect(yield* predict(client, batch({ modelVersion: "another" }))).toBe("FAILED_PRECONDITION")
      const predictions = Array.from({ length: 20_000 }, (_, n) => ({ ...first!, runnerId: `${n} ${"x".repeat(60)}` }))
      expect(yield* predict(client, batch({ predictions }))).toBe("RESOURCE_EXHAUSTED")
    })
  )

  live("answers for one runner when it knows the field", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const request = { raceId: "1.1", runnerId: "2", strategyId: "", features: [], modelVersion: "latest" }
      const single = (change = {}) => call(client, client.getPrediction, { ...request, ...change })
      expect(yield* single()).toBe("FAILED_PRECONDITION")
      yield* predict(client)
      expect(yield* single()).toMatchObject({ runnerId: "2", predictedProbability: expected[1] })
      expect(yield* single({ features: [Math.log(0.9), 0] })).toMatchObject({
        predictedProbability: Model.probabilities(aModel(), [
          runners[0]!.features,
          [Math.log(0.9), 0],
          runners[2]!.features
        ])[1]
      })
      expect(yield* single({ runnerId: "9" })).toBe("NOT_FOUND")
    })
  )

  live("keeps results of backtests over a restart, and each once", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const submit = (client: Client, change = {}) => call(client, client.submitBacktestFeedback, feedback(change))
      const id = yield* Effect.scoped(
        Effect.gen(function* () {
          const { client } = yield* started({}, folder)
          expect(yield* call(client, client.evaluateStrategy, { strategyId: "mine" })).toBe("NOT_FOUND")
          const first = yield* submit(client)
          expect(yield* submit(client)).toEqual(first)
          expect(yield* submit(client, { winRate: 1.5 })).toBe("INVALID_ARGUMENT")
          expect(yield* submit(client, { strategyId: "" })).toBe("INVALID_ARGUMENT")
          expect(yield* submit(client, { roi: NaN })).toBe("INVALID_ARGUMENT")
          return (first as Protocol.BacktestFeedbackResponse).feedbackId
        })
      )
      const { client, fs } = yield* started({}, folder)
      expect((yield* fs.readFileString(`${folder}/feedback.jsonl`)).split("\n")).toHaveLength(2)
      expect(yield* call(client, client.getFeatures, { backtestResultId: id })).toEqual({
        features: new Map([["bets_a_day", 12]])
      })
      expect(yield* call(client, client.getFeatures, { backtestResultId: "unknown" })).toBe("NOT_FOUND")
      expect(yield* call(client, client.evaluateStrategy, { strategyId: "mine" })).toEqual({
        strategyId: "mine",
        compositeScore: 0.5,
        recommendation: "CONTINUE"
      })
      yield* submit(client, { strategyId: "loser", roi: -0.01 })
      yield* submit(client, { strategyId: "young", totalBets: 99 })
      const recommended = (strategyId: string) => call(client, client.evaluateStrategy, { strategyId })
      expect(yield* recommended("loser")).toMatchObject({ recommendation: "STOP" })
      expect(yield* recommended("young")).toMatchObject({ recommendation: "TOO_FEW_BETS" })
    })
  )

  live("passes over a line that a crash cut short, and says where a line is broken", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const path = `${folder}/feedback.jsonl`
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { client } = yield* started({}, folder)
          yield* call(client, client.submitBacktestFeedback, feedback())
        })
      )
      const whole = yield* fs.readFileString(path)
      yield* fs.writeFileString(path, `${whole}{"id":"cut sh`)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { client } = yield* started({}, folder)
          yield* call(client, client.submitBacktestFeedback, feedback({ method: "monte_carlo" }))
        })
      )
      expect((yield* fs.readFileString(path)).startsWith(`${whole}{"id"`)).toBe(true)
      expect((yield* fs.readFileString(path)).trimEnd().split("\n")).toHaveLength(2)
      yield* fs.writeFileString(path, `${whole}{}\n`)
      expect((yield* Effect.flip(started({}, folder))).message).toContain("feedback.jsonl, line 2")
    })
  )

  live("proposes the same parameters for the same wish, and expects nothing of what was not tried", () =>
    Effect.gen(function* () {
      const { client } = yield* started()
      const wish: Protocol.StrategyGenerationRequest = {
        riskLevel: "medium",
        targetReturn: 0.01,
        maxDrawdownLimit: 0.2,
        minWinRate: 0.1,
        maxCandidates: 3,
        aggregatedFeatures: new Map(),
        topMetrics: new Map()
      }
      const generate = (change = {}) => call(client, client.generateStrategy, { ...wish, ...change })
      const proposed = (yield* generate()) as Protocol.StrategyGenerationResponse
      expect(yield* generate()).toEqual(proposed)
      expect(proposed.strategies).toHaveLength(3)
      for (const { confidence, expectedReturn, kind, parameters } of proposed.strategies) {
        expect({ confidence, expectedReturn, kind }).toEqual({ confidence: 0, expectedReturn: 0, kind: "simple_value" })
        expect(parameters.get("min_edge")).toBeGreaterThanOrEqual(0.01)
        expect(parameters.get("min_edge")).toBeLessThanOrEqual(0.09)
      }
      const { strategyId } = proposed.strategies[1]!
      yield* call(client, client.submitBacktestFeedback, feedback({ strategyId, totalBets: 100 }))
      const [best] = ((yield* generate()) as Protocol.StrategyGenerationResponse).strategies
      expect(best).toMatchObject({ strategyId, confidence: 0.5, expectedReturn: 0.02, expectedWinRate: 0.3 })
      yield* call(client, client.submitBacktestFeedback, feedback({ strategyId, roi: -0.5, totalBets: 100 }))
      const after = (yield* generate()) as Protocol.StrategyGenerationResponse
      expect(after.strategies.map((strategy) => strategy.strategyId)).not.toContain(strategyId)
      expect(yield* generate({ riskLevel: "reckless" })).toBe("INVALID_ARGUMENT")
    })
  )

  live("takes another model while it runs, and keeps the one before when the file is broken or unproven", () =>
    Effect.gen(function* () {
      const { client, file, fs, model } = yield* started()
      const version = Effect.map(predict(client), (answer) =>
        typeof answer === "string" ? answer : answer.predictions[0]!.modelVersion
      )
      yield* fs.writeFileString(file, "{ broken")
      expect(yield* model.reload).toBe(false)
      expect(yield* version).toBe("0123456789abcdef")
      yield* fs.writeFileString(file, Model.encode(unproven()))
      expect(yield* model.reload).toBe(false)
      expect(yield* version).toBe("0123456789abcdef")
      yield* fs.remove(file)
      expect(yield* model.reload).toBe(false)
      yield* fs.writeFileString(file, Model.encode(aModel({ version: "1111111111111111" })))
      yield* model.reload
      expect(yield* version).toBe("1111111111111111")
    })
  )

  live("does not start with a model that did not beat the market, unless it is forced to", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(started({ model: unproven() }))).toMatchObject({ _tag: "ModelUnproven" })
      const { client } = yield* started({ model: unproven(), allowUnproven: true })
      expect(yield* predict(client)).toMatchObject({ predictions: [{ confidence: 0.4 }, {}, {}] })
    })
  )

  live("speaks gRPC health checking and its own, and tells watchers of its end", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const ended = yield* Deferred.make<void>()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { address, client } = yield* started()
          expect(yield* call(client, client.healthCheck, {})).toEqual({ status: "SERVING" })
          const health = new Health.HealthClient(address, credentials.createInsecure())
          const check = (service: string) =>
            Effect.result(GrpcCall.unary(health.check.bind(health), { service }, Date.now() + 20_000))
          for (const service of ["", "mlservice.MLService"]) {
            expect(yield* check(service)).toMatchObject({ success: { status: 1 } })
          }
          expect(yield* check("another")).toMatchObject({ failure: { code: "NOT_FOUND" } })
          yield* Effect.callback<void>((resume) => {
            const watch = health.watch({ service: "" })
            watch.on("data", ({ status }: Health.HealthCheckResponse) => {
              seen.push(status)
              resume(Effect.void)
            })
            watch.on("error", () => {})
            watch.on("end", () => {
              health.close()
              Deferred.doneUnsafe(ended, Effect.void)
            })
          })
        })
      )
      yield* Deferred.await(ended)
      expect(seen).toEqual([1, 2])
    })
  )

  live("refuses calls beyond its bound, and lets those under way finish when it ends", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const arrived = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      // A result is under way until the test lets it be written.
      const held: typeof fs = {
        ...fs,
        open: (...args) =>
          Effect.andThen(Deferred.succeed(arrived, undefined), Effect.andThen(Deferred.await(goOn), fs.open(...args)))
      }
      const life = yield* Scope.make()
      const { address } = yield* started({ maximumCalls: 1 }).pipe(
        Effect.provideService(FileSystem.FileSystem, held),
        Scope.provide(life)
      )
      const client = yield* clientOf(address)
      const slow = yield* Effect.forkChild(call(client, client.submitBacktestFeedback, feedback()), {
        startImmediately: true
      })
      yield* Deferred.await(arrived)
      expect(yield* call(client, client.healthCheck, {})).toBe("RESOURCE_EXHAUSTED")
      const closing = yield* Effect.forkChild(Scope.close(life, Exit.void), { startImmediately: true })
      const late = yield* clientOf(address)
      expect(yield* call(late, late.healthCheck, {})).toBe("UNAVAILABLE")
      yield* Deferred.succeed(goOn, undefined)
      expect(yield* Fiber.join(slow)).toMatchObject({ success: true })
      yield* Fiber.join(closing)
    })
  )

  live("tells its calls by reflection", () =>
    Effect.gen(function* () {
      const { address } = yield* started()
      const text = yield* reflected(address)
      for (const name of ["mlservice.MLService", "grpc.health.v1.Health"]) expect(text).toContain(name)
    })
  )
})

describe("GrpcServer.addressOf", () => {
  it("puts an IPv6 address in brackets", () => {
    expect(GrpcServer.addressOf("::1", 50_051)).toBe("[::1]:50051")
    expect(GrpcServer.addressOf("127.0.0.1", 1)).toBe("127.0.0.1:1")
  })
})

const bytes = (value: Buffer) => value

/** What the service lists of itself, as bytes read for text. */
const reflected = (address: string) =>
  Effect.callback<string>((resume) => {
    const client = new Protocol.MLServiceClient(address, credentials.createInsecure())
    const stream = client.makeBidiStreamRequest(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      bytes,
      bytes,
      new Metadata()
    )
    stream.on("data", (answer: Buffer) => {
      resume(Effect.succeed(answer.toString("latin1")))
      stream.end()
      client.close()
    })
    stream.on("error", (error: Error) => resume(Effect.die(error)))
    // list_services is field 7.
    stream.write(Buffer.from([0x3a, 0x00]))
  })
