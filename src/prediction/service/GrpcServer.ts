/**
 * The service on a port: the seven calls, gRPC health checking and reflection. Each call is a fiber, which its caller's
 * cancelling interrupts; more calls than the bound are refused at once. At the end nothing new is taken, and what is under
 * way has a moment to finish.
 */
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  status as statusCodes
} from "@grpc/grpc-js"
import * as ProtoLoader from "@grpc/proto-loader"
// Command line tools and consoles ask a service for its calls by reflection; this package is gRPC's own.
import { ReflectionService } from "@grpc/reflection"
import { fileURLToPath } from "node:url"
import { Cause, Effect, FiberSet, Schema } from "effect"
import * as Metrics from "../../monitoring/Metrics.ts"
import * as Health from "../generated/grpc/health/v1/health.ts"
import { type MLServiceServer, MLServiceService } from "../generated/mlservice.ts"
import type { MLService } from "./MLService.ts"
import { Refusal } from "./Refusal.ts"

export interface GrpcServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Absent: plain text. PEM. */
  readonly tls?: {
    readonly certificate: string
    readonly key: string
    /** Callers must have a certificate of this authority; null: anybody may call. */
    readonly clientAuthority: string | null
  }
  readonly maximumCalls: number
  readonly maximumMessageBytes: number
}

export class AddressRefused extends Schema.TaggedError<AddressRefused>()("AddressRefused", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

const serviceName = "mlservice.MLService"
const { NOT_SERVING, SERVING } = Health.HealthCheckResponse_ServingStatus
type Status = Health.HealthCheckResponse_ServingStatus

/** How long calls under way are waited for at the end. */
const grace = "3 seconds"

/** Serves until the scope closes, and returns the port. */
export const start = Effect.fn("GrpcServer.start")(function* (service: MLService, options: GrpcServerOptions) {
  const calls = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(calls)()
  let underWay = 0
  yield* Metrics.follow("service_calls_under_way", {}, () => underWay)

  const unary =
    <Q, A>(name: string, handle: (request: Q) => Effect.Effect<A, Refusal>): handleUnaryCall<Q, A> =>
    (call, respond) => {
      underWay++
      const answer = underWay > options.maximumCalls ? tooBusy(options.maximumCalls) : handle(call.request)
      const fiber = run(
        answer.pipe(
          Effect.matchCauseEffect({
            onSuccess: (value) =>
              Effect.as(
                Effect.sync(() => respond(null, value)),
                "OK" as const
              ),
            onFailure: (cause) => refuse(name, cause, respond)
          }),
          Effect.flatMap((code) => Metrics.count("service_calls_total", { call: name, code })),
          Metrics.timed("service_call_duration_seconds", { call: name }),
          Effect.ensuring(Effect.sync(() => void underWay--))
        )
      )
      call.on("cancelled", () => fiber.interruptUnsafe())
    }

  const implementation: MLServiceServer = {
    getPrediction: unary("GetPrediction", service.getPrediction),
    evaluateStrategy: unary("EvaluateStrategy", service.evaluateStrategy),
    getFeatures: unary("GetFeatures", service.getFeatures),
    healthCheck: unary("HealthCheck", service.healthCheck),
    submitBacktestFeedback: unary("SubmitBacktestFeedback", service.submitBacktestFeedback),
    generateStrategy: unary("GenerateStrategy", service.generateStrategy),
    batchPredict: unary("BatchPredict", service.batchPredict)
  }

  const server = new Server({
    "grpc.max_receive_message_length": options.maximumMessageBytes,
    // Of one connection. Room for calls that are refused with a word why, and for watchers: beyond it a call is not
    // answered at all but waits at its caller.
    "grpc.max_concurrent_streams": 2 * options.maximumCalls + 100
  })
  const health = healthOf(options.maximumCalls)
  server.addService(MLServiceService, implementation)
  server.addService(Health.HealthService, health.implementation)
  new ReflectionService(yield* Effect.sync(readProtocol)).addToServer(server)
  return yield* Effect.acquireRelease(bind(server, options), () =>
    Effect.andThen(Effect.sync(health.stop), shutDown(server))
  )
})

/** As callers write it: an IPv6 address stands in brackets. */
export const addressOf = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

const bind = (server: Server, { host, port, tls }: GrpcServerOptions) =>
  Effect.callback<number, AddressRefused>((resume) => {
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(
            tls.clientAuthority === null ? null : Buffer.from(tls.clientAuthority),
            [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }],
            tls.clientAuthority !== null
          )
    server.bindAsync(addressOf(host, port), credentials, (cause, bound) =>
      resume(
        cause === null
          ? Effect.succeed(bound)
          : Effect.fail(new AddressRefused({ message: `cannot open port ${port} of ${host}`, cause }))
      )
    )
  })

const shutDown = (server: Server) =>
  Effect.callback<void>((resume) => server.tryShutdown(() => resume(Effect.void))).pipe(
    Effect.timeoutOption(grace),
    Effect.andThen(Effect.sync(() => server.forceShutdown()))
  )

const tooBusy = (maximum: number) =>
  Effect.fail(new Refusal({ code: "RESOURCE_EXHAUSTED", message: `${maximum} calls are under way, and no more` }))

type Respond<A> = Parameters<handleUnaryCall<unknown, A>>[1]

const refuse = <A>(call: string, cause: Cause.Cause<Refusal>, respond: Respond<A>) => {
  const refusal = cause.reasons.find(Cause.isFailReason)?.error
  if (refusal !== undefined) {
    return Effect.sync(() => {
      respond({ code: statusCodes[refusal.code], details: refusal.message })
      return refusal.code
    })
  }
  const code = Cause.hasInterruptsOnly(cause) ? ("CANCELLED" as const) : ("INTERNAL" as const)
  const answered = Effect.sync(() => {
    respond({ code: statusCodes[code], details: code === "CANCELLED" ? "the call was cancelled" : "it failed" })
    return code
  })
  return code === "CANCELLED"
    ? answered
    : Effect.andThen(Effect.logError("A call failed", cause).pipe(Effect.annotateLogs({ call })), answered)
}

const isKnown = (service: string) => service === "" || service === serviceName

/** Serving until it is stopped; whoever watches is told of it. */
const healthOf = (maximumWatchers: number) => {
  type Watcher = ServerWritableStream<Health.HealthCheckRequest, Health.HealthCheckResponse>
  const watchers = new Set<Watcher>()
  let status: Status = SERVING
  const implementation: Health.HealthServer = {
    check: (
      call: ServerUnaryCall<Health.HealthCheckRequest, Health.HealthCheckResponse>,
      respond: Respond<Health.HealthCheckResponse>
    ) =>
      isKnown(call.request.service)
        ? respond(null, { status })
        : respond({ code: statusCodes.NOT_FOUND, details: `there is no service ${call.request.service}` }),
    watch: (call: Watcher) => {
      if (watchers.size >= maximumWatchers) {
        call.emit("error", { code: statusCodes.RESOURCE_EXHAUSTED, details: "too many watch already" })
        return
      }
      watchers.add(call)
      call.on("cancelled", () => watchers.delete(call))
      const { SERVICE_UNKNOWN } = Health.HealthCheckResponse_ServingStatus
      call.write({ status: isKnown(call.request.service) ? status : SERVICE_UNKNOWN })
    }
  }
  return {
    implementation,
    stop: () => {
      status = NOT_SERVING
      for (const call of watchers) {
        call.write({ status })
        call.end()
      }
      watchers.clear()
    }
  }
}

const protoFolder = fileURLToPath(new URL("../proto/", import.meta.url))

const readProtocol = () =>
  ProtoLoader.loadSync(["mlservice.proto", "grpc/health/v1/health.proto"], { includeDirs: [protoFolder] })
