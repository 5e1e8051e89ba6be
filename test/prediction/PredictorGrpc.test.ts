import { status } from "@grpc/grpc-js"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Schedule } from "effect"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import * as Features from "../../src/prediction/Features.ts"
import type { SinglePredictionResponse } from "../../src/prediction/generated/mlservice.ts"
import { ModelClient } from "../../src/prediction/ModelClient.ts"
import * as PredictorGrpc from "../../src/prediction/PredictorGrpc.ts"
import * as Question from "../../src/prediction/Question.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"
import { certificates } from "../betfair/HttpsExchange.ts"
import * as ScriptedService from "./ScriptedService.ts"

const { book, market, now } = new Scenario([2.5, 3.5, 5].map((back) => ({ back, lay: back + 0.05 })))
const question = Question.of({ book, market, at: now })!

const options = (address: string, change: Partial<PredictorGrpc.PredictorGrpcOptions> = {}) => ({
  address,
  deadline: Duration.seconds(20),
  retries: 0,
  keepAlive: Duration.seconds(60),
  modelVersion: null,
  ...change
})

const ask = ModelClient.use((client) => client.ask(question))

/** The answer of a service that is scripted. */
const answered = (
  script: ScriptedService.Script,
  change: Partial<PredictorGrpc.PredictorGrpcOptions> = {},
  tls?: ScriptedService.Tls
) =>
  Effect.gen(function* () {
    const service = yield* ScriptedService.open(script, tls)
    const answer = yield* Effect.provide(Effect.result(ask), PredictorGrpc.layer(options(service.address, change)))
    return { answer, service }
  })

/** What is found wrong with the answers made of the good ones. */
const problem = (
  make: (good: ReadonlyArray<SinglePredictionResponse>) => ReadonlyArray<SinglePredictionResponse>,
  change: Partial<PredictorGrpc.PredictorGrpcOptions> = {}
) =>
  Effect.map(
    answered((request, call) => make(good(request, call)), change),
    ({ answer }) => (answer._tag === "Failure" ? answer.failure.kind : [...answer.success.predictions.keys()])
  )

/** Chances of 1/2, 1/3 and 1/6. */
const good = (...[request]: Parameters<ScriptedService.Script>): ReadonlyArray<SinglePredictionResponse> =>
  request.predictions.map(({ raceId, runnerId }, n) => ({
    raceId,
    runnerId,
    predictedProbability: [1 / 2, 1 / 3, 1 / 6][n]!,
    confidence: 0.9,
    recommendation: "",
    modelVersion: "v1"
  }))

const chances = (script: ScriptedService.Script) =>
  Effect.map(answered(script), ({ answer }) =>
    answer._tag === "Success"
      ? [...answer.success.predictions].map(([key, { probability }]) => [key, probability])
      : answer.failure.message
  )

/** As of a service that does not say which model it has. */
const nameless: ScriptedService.Script = (request, call) =>
  good(request, call).map((answer) => ({ ...answer, modelVersion: "" }))

const refusing = (code: status) => answered(() => ({ code, details: "no" }), { retries: 2 })

const keys = [1, 2, 3].map((id) => runnerKey(id))

describe("PredictorGrpc", () => {
  it.live("asks once for all runners, with the names of the features", () =>
    Effect.gen(function* () {
      const { answer, service } = yield* answered(good)
      expect(service.asked).toEqual([
        {
          predictions: ["1", "2", "3"].map((runnerId, n) => ({
            raceId: market.marketId,
            runnerId,
            strategyId: "",
            features: question.rows[n]
          })),
          featureNames: Features.names,
          modelVersion: ""
        }
      ])
      expect(answer).toMatchObject({ success: { modelVersion: "v1" } })
    })
  )

  it.live("matches answers by their runner, whatever their order and number", () =>
    Effect.gen(function* () {
      const expected = [
        [keys[0], 1 / 2],
        [keys[1], 1 / 3],
        [keys[2], 1 / 6]
      ]
      expect(yield* chances((request, call) => good(request, call).toReversed())).toEqual(expected.toReversed())
      expect(yield* chances((request, call) => good(request, call).slice(1))).toEqual(expected.slice(1))
      expect(
        yield* chances((request, call) => {
          const [first, ...others] = good(request, call)
          return [
            { ...first!, raceId: "1.99", predictedProbability: 0.9 },
            first!,
            { ...first!, runnerId: "77" },
            first!,
            ...others
          ]
        })
      ).toEqual(expected)
    })
  )

  it.live("believes nothing of an answer that contradicts itself", () =>
    Effect.gen(function* () {
      expect(yield* problem(([first, ...rest]) => [first!, { ...first!, confidence: 0.1 }, ...rest])).toBe("unusable")
      expect(yield* problem(([first, ...rest]) => [{ ...first!, modelVersion: "v2" }, ...rest])).toBe("unusable")
    })
  )

  it.live("takes the configured version for a service that names none, and no other than that", () =>
    Effect.gen(function* () {
      const { answer } = yield* answered(nameless, { modelVersion: "v1" })
      expect(answer).toMatchObject({ success: { modelVersion: "v1" } })
      const unnamed = yield* answered(nameless)
      expect(unnamed.answer).toMatchObject({ success: { modelVersion: "" } })
      expect(yield* problem((answers) => answers, { modelVersion: "v2" })).toBe("unusable")
    })
  )

  it.live("tries again what did not get there, and nothing else", () =>
    Effect.gen(function* () {
      for (const [code, kind, calls] of [
        [status.UNAVAILABLE, "unavailable", 3],
        [status.INVALID_ARGUMENT, "refused", 1],
        [status.UNIMPLEMENTED, "refused", 1],
        [status.INTERNAL, "refused", 1]
      ] as const) {
        const { answer, service } = yield* refusing(code)
        expect(answer).toMatchObject({ failure: { kind, cause: { _tag: "GrpcFailure", code: status[code] } } })
        expect(service.asked).toHaveLength(calls)
      }
    })
  )

  it.live("waits no longer than the deadline", () =>
    Effect.gen(function* () {
      const { answer } = yield* answered(() => null, { deadline: Duration.millis(50), retries: 5 })
      expect(answer).toMatchObject({ failure: { kind: "late" } })
    })
  )

  it.live("starts without the service and finds it when it is there", () =>
    Effect.gen(function* () {
      const { address } = yield* Effect.scoped(ScriptedService.open(good))
      yield* Effect.gen(function* () {
        expect(yield* Effect.flip(ask)).toMatchObject({ kind: "unavailable" })
        yield* ScriptedService.open(good, undefined, address)
        const answer = yield* Effect.retry(ask, { times: 400, schedule: Schedule.spaced("50 millis") })
        expect(answer.predictions.size).toBe(3)
      }).pipe(Effect.provide(PredictorGrpc.layer(options(address))))
    })
  )

  it.live("cancels the call when it is interrupted", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const service = yield* ScriptedService.open(() => (Deferred.doneUnsafe(arrived, Effect.void), null))
      const gaveUp = service.givenUp
      yield* Effect.gen(function* () {
        const asking = yield* Effect.forkChild(ask, { startImmediately: true })
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(asking)
        yield* gaveUp
      }).pipe(Effect.provide(PredictorGrpc.layer(options(service.address))))
    })
  )

  it.live("speaks TLS, shows its certificate, and trusts only its authority", () =>
    Effect.gen(function* () {
      const { authority, client } = certificates
      const tls = {
        authority: authority.certificatePem,
        client: { certificate: client.certificatePem, key: client.keyPem },
        serverName: null
      }
      const mutual = { certificates, asksForCertificate: true }
      const outcome = (change: Partial<PredictorGrpc.PredictorGrpcOptions>) =>
        Effect.map(answered(good, change, mutual), ({ answer }) => answer._tag)
      expect(yield* outcome({ tls })).toBe("Success")
      expect(yield* outcome({ tls: { ...tls, client: null } })).toBe("Failure")
      expect(yield* outcome({ tls: { ...tls, authority: null } })).toBe("Failure")
      expect(yield* outcome({ tls: { ...tls, serverName: "elsewhere" } })).toBe("Failure")
      expect(yield* outcome({})).toBe("Failure")
    })
  )
})
