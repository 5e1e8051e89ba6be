import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Health from "../../src/prediction/generated/grpc/health/v1/health.ts"
import * as Protocol from "../../src/prediction/generated/mlservice.ts"
import { bytes, double, doubles, entry, int32, message, text } from "./Wire.ts"

interface Case<T> {
  readonly fns: Protocol.MessageFns<T>
  readonly wire: Uint8Array
  readonly value: T
}

const of = <T>(fns: Protocol.MessageFns<T>, wire: Uint8Array, value: T): Case<unknown> =>
  ({ fns, wire, value }) as unknown as Case<unknown>

const asked = { raceId: "1.2", runnerId: "7", strategyId: "s", features: [0.5, -2] }
const askedWire = [text(1, "1.2"), text(2, "7"), text(3, "s"), doubles(4, [0.5, -2])]

const messages: Readonly<Record<string, Case<unknown>>> = {
  PredictionRequest: of(
    Protocol.PredictionRequest,
    bytes(text(1, "1.2"), text(2, "s"), doubles(3, [0.5, -2]), text(4, "7"), text(5, "v1")),
    { ...asked, modelVersion: "v1" }
  ),
  PredictionResponse: of(
    Protocol.PredictionResponse,
    bytes(text(1, "1.2"), double(2, 0.25), double(3, 0.9), text(4, "7"), text(5, "BACK"), text(6, "v1")),
    {
      raceId: "1.2",
      predictedProbability: 0.25,
      confidence: 0.9,
      runnerId: "7",
      recommendation: "BACK",
      modelVersion: "v1"
    }
  ),
  StrategyRequest: of(Protocol.StrategyRequest, bytes(text(1, "s")), { strategyId: "s" }),
  StrategyResponse: of(Protocol.StrategyResponse, bytes(text(1, "s"), double(2, 0.5), text(3, "CONTINUE")), {
    strategyId: "s",
    compositeScore: 0.5,
    recommendation: "CONTINUE"
  }),
  FeatureRequest: of(Protocol.FeatureRequest, bytes(text(1, "id")), { backtestResultId: "id" }),
  FeatureResponse: of(Protocol.FeatureResponse, bytes(entry(1, "a", 1.5), entry(1, "b", -1)), {
    features: new Map([
      ["a", 1.5],
      ["b", -1]
    ])
  }),
  Empty: of(Protocol.Empty, bytes(), {}),
  HealthStatus: of(Protocol.HealthStatus, bytes(text(1, "SERVING")), { status: "SERVING" }),
  BacktestFeedbackRequest: of(
    Protocol.BacktestFeedbackRequest,
    bytes(
      text(1, "s"),
      ...[0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map((value, at) => double(at + 2, value)),
      int32(8, 1234),
      entry(9, "a", 2),
      text(10, "walk_forward")
    ),
    {
      strategyId: "s",
      compositeScore: 0.1,
      sharpeRatio: 0.2,
      roi: 0.3,
      maxDrawdown: 0.4,
      winRate: 0.5,
      profitFactor: 0.6,
      totalBets: 1234,
      mlFeatures: new Map([["a", 2]]),
      method: "walk_forward"
    }
  ),
  BacktestFeedbackResponse: of(Protocol.BacktestFeedbackResponse, bytes(int32(1, 1), text(2, "kept"), text(3, "f")), {
    success: true,
    message: "kept",
    feedbackId: "f"
  }),
  StrategyGenerationRequest: of(
    Protocol.StrategyGenerationRequest,
    bytes(
      text(1, "low"),
      double(2, 0.1),
      double(3, 0.2),
      double(4, 0.3),
      int32(5, 9),
      entry(6, "a", 1),
      entry(7, "b", 2)
    ),
    {
      riskLevel: "low",
      targetReturn: 0.1,
      maxDrawdownLimit: 0.2,
      minWinRate: 0.3,
      maxCandidates: 9,
      aggregatedFeatures: new Map([["a", 1]]),
      topMetrics: new Map([["b", 2]])
    }
  ),
  StrategyGenerationResponse: of(
    Protocol.StrategyGenerationResponse,
    bytes(
      message(
        1,
        text(1, "s"),
        entry(2, "edge", 0.03),
        double(3, 0.1),
        double(4, 0.2),
        double(5, 0.3),
        double(6, 0.4),
        text(7, "simple_value")
      )
    ),
    {
      strategies: [
        {
          strategyId: "s",
          parameters: new Map([["edge", 0.03]]),
          confidence: 0.1,
          expectedReturn: 0.2,
          expectedSharpe: 0.3,
          expectedWinRate: 0.4,
          kind: "simple_value"
        }
      ]
    }
  ),
  BatchPredictionRequest: of(
    Protocol.BatchPredictionRequest,
    bytes(message(1, ...askedWire), message(1, text(1, "1.3")), text(2, "market"), text(3, "v1")),
    {
      predictions: [asked, { raceId: "1.3", runnerId: "", strategyId: "", features: [] }],
      featureNames: ["market"],
      modelVersion: "v1"
    }
  ),
  BatchPredictionResponse: of(
    Protocol.BatchPredictionResponse,
    bytes(
      message(1, text(1, "1.2"), text(2, "7"), double(3, 0.25), double(4, 0.9), text(5, "BACK")),
      message(1, text(6, "v1"))
    ),
    {
      predictions: [
        {
          raceId: "1.2",
          runnerId: "7",
          predictedProbability: 0.25,
          confidence: 0.9,
          recommendation: "BACK",
          modelVersion: ""
        },
        {
          raceId: "",
          runnerId: "",
          predictedProbability: 0,
          confidence: 0,
          recommendation: "",
          modelVersion: "v1"
        }
      ]
    }
  ),
  "health HealthCheckRequest": of(Health.HealthCheckRequest, bytes(text(1, "mlservice.MLService")), {
    service: "mlservice.MLService"
  }),
  "health HealthCheckResponse": of(Health.HealthCheckResponse, bytes(int32(1, 2)), { status: 2 })
}

describe("the protocol", () => {
  for (const [name, { fns, value, wire }] of Object.entries(messages)) {
    it(`reads and writes ${name} by its field numbers`, () => {
      expect(fns.decode(wire)).toEqual(value)
      expect(fns.encode(value).finish()).toEqual(wire)
    })
  }

  it("passes over fields of a later version", () => {
    const wire = bytes(text(1, "SERVING"), text(99, "more"), double(100, 1))
    expect(Protocol.HealthStatus.decode(wire)).toEqual({ status: "SERVING" })
  })

  it("reads repeated numbers that are not packed", () => {
    expect(Protocol.PredictionRequest.decode(bytes(double(3, 1), double(3, 2))).features).toEqual([1, 2])
  })

  it("has the calls under the names of the wire", () => {
    expect(Object.values(Protocol.MLServiceService).map(({ path }) => path)).toEqual(
      [
        "GetPrediction",
        "EvaluateStrategy",
        "GetFeatures",
        "HealthCheck",
        "SubmitBacktestFeedback",
        "GenerateStrategy",
        "BatchPredict"
      ].map((call) => `/mlservice.MLService/${call}`)
    )
  })

  it("is in the generated code as it stands in the .proto", () => {
    const proto = readFileSync(new URL("../../src/prediction/proto/mlservice.proto", import.meta.url), "utf8")
    const generated = readFileSync(new URL("../../src/prediction/generated/mlservice.ts", import.meta.url), "utf8")
    const calls = [...proto.matchAll(/rpc (\w+)/g)].map(([, name]) => name!)
    for (const call of calls) expect(generated).toContain(`/mlservice.MLService/${call}"`)
    for (const [, field] of proto.matchAll(/^ {2}(?:repeated )?[\w<>, ]+ (\w+) = \d+;/gm)) {
      expect(generated).toContain(field!.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()))
    }
  })
})
