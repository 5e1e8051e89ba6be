/**
 * The prediction service over gRPC: one `BatchPredict` for the runners of a race. The connection is made when it is first
 * needed, so a bot starts without the service, and no answer is waited for longer than the deadline. Asking changes nothing
 * at the service, which is why a call may be sent again when it did not get there.
 */
import { credentials } from "@grpc/grpc-js"
import { Clock, Duration, Effect, Layer, Schedule } from "effect"
import type { RunnerKey } from "../domain/Identifiers.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import * as Features from "./Features.ts"
import { type BatchPredictionResponse, MLServiceClient } from "./generated/mlservice.ts"
import * as GrpcCall from "./GrpcCall.ts"
import { type Answer, ModelClient } from "./ModelClient.ts"
import { type Prediction, PredictionFailure } from "./Predictor.ts"
import { type Question, runnerId } from "./Question.ts"

/** How the service is reached and trusted. Certificates and keys are PEM. */
export interface PredictorGrpcOptions {
  /** Host and port. */
  readonly address: string
  /** For all attempts together. */
  readonly deadline: Duration.Duration
  /** Further attempts while the service cannot be reached. */
  readonly retries: number
  readonly keepAlive: Duration.Duration
  /** The only version that is accepted, and that of a service which names none. */
  readonly modelVersion: string | null
  /** Absent: plain text. */
  readonly tls?: {
    /** Null: the authorities that Node trusts. */
    readonly authority: string | null
    readonly client: { readonly certificate: string; readonly key: string } | null
    readonly serverName: string | null
  }
}

/** An answer of a race takes a few kilobytes. */
const maximumAnswerBytes = 1024 * 1024
const retryDelay = "20 millis"

export const layer = (options: PredictorGrpcOptions): Layer.Layer<ModelClient> =>
  Layer.effect(ModelClient, make(options))

const make = Effect.fnUntraced(function* (options: PredictorGrpcOptions) {
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => open(options)),
    (client) => Effect.sync(() => client.close())
  )
  const call = client.batchPredict.bind(client)

  const askOnce = (question: Question, deadline: number) =>
    GrpcCall.unary(
      call,
      {
        predictions: question.runners.map((runner, at) => ({
          raceId: question.marketId,
          runnerId: runnerId(runner),
          strategyId: "",
          features: question.rows[at]!
        })),
        featureNames: Features.names,
        modelVersion: options.modelVersion ?? ""
      },
      deadline
    )

  const ask = (question: Question) =>
    Effect.gen(function* () {
      const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.deadline)
      const response = yield* askOnce(question, deadline).pipe(
        Effect.retry({
          while: ({ isUnreached }) => isUnreached,
          times: options.retries,
          schedule: Schedule.spaced(retryDelay)
        }),
        // The call's own deadline is the service's to know; this one holds whatever becomes of the call.
        Effect.timeoutOrElse({ duration: options.deadline, orElse: () => Effect.fail(tooLate) })
      )
      return yield* read(question, response, options.modelVersion)
    }).pipe(
      Effect.mapError((failure) =>
        failure instanceof PredictionFailure ? failure : failureOf(question, options, failure)
      ),
      Effect.tapError(({ kind }) => Metrics.count("prediction_requests_total", { outcome: kind })),
      Effect.tap(() => Metrics.count("prediction_requests_total", { outcome: "answered" })),
      Metrics.timed("prediction_duration_seconds", {}),
      OnDemand.span("Predictor.ask", () => ({ market_id: question.marketId, runners: question.runners.length }))
    )

  return ModelClient.of({ ask })
})

const open = ({ address, keepAlive, tls }: PredictorGrpcOptions): MLServiceClient =>
  new MLServiceClient(address, tls === undefined ? credentials.createInsecure() : secure(tls), {
    "grpc.keepalive_time_ms": Duration.toMillis(keepAlive),
    "grpc.keepalive_timeout_ms": 5000,
    "grpc.keepalive_permit_without_calls": 1,
    // A service that comes back is noticed within seconds; until then calls fail at once.
    "grpc.initial_reconnect_backoff_ms": 250,
    "grpc.max_reconnect_backoff_ms": 5000,
    "grpc.max_receive_message_length": maximumAnswerBytes,
    "grpc.enable_retries": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
    ...(tls === undefined || tls.serverName === null
      ? {}
      : { "grpc.ssl_target_name_override": tls.serverName, "grpc.default_authority": tls.serverName })
  })

const secure = ({ authority, client }: NonNullable<PredictorGrpcOptions["tls"]>) =>
  credentials.createSsl(
    authority === null ? null : Buffer.from(authority),
    client === null ? null : Buffer.from(client.key),
    client === null ? null : Buffer.from(client.certificate)
  )

const tooLate = new GrpcCall.GrpcFailure({ code: "DEADLINE_EXCEEDED", message: "the call did not end in time" })

const kinds: Partial<Record<GrpcCall.StatusCode, PredictionFailure["kind"]>> = {
  UNAVAILABLE: "unavailable",
  CANCELLED: "unavailable",
  DEADLINE_EXCEEDED: "late"
}

const failureOf = (
  { marketId }: Question,
  { address, deadline }: PredictorGrpcOptions,
  cause: GrpcCall.GrpcFailure
) => {
  const kind = kinds[cause.code] ?? "refused"
  const what = kind === "late" ? `within ${Duration.toMillis(deadline)} ms` : `: ${cause.code} ${cause.message}`
  return new PredictionFailure({
    marketId,
    kind,
    message: `the prediction service at ${address} did not answer ${what}`.replace(" :", ":"),
    cause
  })
}

/**
 * Answers by their runners, whatever their order and number. What was not asked is passed over; two different answers for
 * one runner, or of two models, leave nothing to believe.
 */
const read = Effect.fnUntraced(function* (
  question: Question,
  { predictions: answers }: BatchPredictionResponse,
  expected: string | null
): Effect.fn.Return<Answer, PredictionFailure> {
  const { marketId, rows, runners } = question
  const asked = new Map(runners.map((runner, at) => [runnerId(runner), { runner, features: rows[at]! }]))
  const unusable = (message: string) => new PredictionFailure({ marketId, kind: "unusable", message })
  const predictions = new Map<RunnerKey, Prediction>()
  let version: string | null = null
  for (const answer of answers) {
    const subject = answer.raceId === marketId ? asked.get(answer.runnerId) : undefined
    if (subject === undefined) continue
    const prediction: Prediction = {
      probability: answer.predictedProbability,
      confidence: answer.confidence,
      modelVersion: answer.modelVersion === "" ? (expected ?? "") : answer.modelVersion,
      features: subject.features
    }
    version ??= prediction.modelVersion
    if (prediction.modelVersion !== version) {
      return yield* unusable(`one answer comes from two models, ${version} and ${prediction.modelVersion}`)
    }
    const known = predictions.get(subject.runner)
    if (known !== undefined && !agree(known, prediction)) {
      return yield* unusable(`runner ${answer.runnerId} was given two different predictions`)
    }
    predictions.set(subject.runner, prediction)
  }
  if (expected !== null && version !== null && version !== expected) {
    return yield* unusable(`the model is ${version}, expected ${expected} (predictions.model_version)`)
  }
  return { modelVersion: version ?? "", predictions }
})

const agree = (one: Prediction, other: Prediction): boolean =>
  one.probability === other.probability && one.confidence === other.confidence
