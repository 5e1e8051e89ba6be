/** A unary gRPC call as an effect: interrupting it cancels the call, and status codes are a tagged error. */
import {
  type CallOptions,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  status as statusCodes
} from "@grpc/grpc-js"
import { Effect, Schema } from "effect"

export type StatusCode = keyof typeof statusCodes

const codes = Object.keys(statusCodes).filter((code) => Number.isNaN(Number(code))) as ReadonlyArray<StatusCode>

/** The call was answered with another status than OK, or not at all (UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED). */
export class GrpcFailure extends Schema.TaggedError<GrpcFailure>()("GrpcFailure", {
  code: Schema.Literals(codes),
  message: Schema.String
}) {
  /** The service could not be reached; a call that only asks may be sent again. */
  get isUnreached(): boolean {
    return this.code === "UNAVAILABLE"
  }
}

type Call<Q, A> = (
  request: Q,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, answer: A) => void
) => ClientUnaryCall

/** @param deadline epoch milliseconds; the service is told, so that it need not finish what nobody waits for */
export const unary = <Q, A>(call: Call<Q, A>, request: Q, deadline: number): Effect.Effect<A, GrpcFailure> =>
  Effect.callback<A, GrpcFailure>((resume) => {
    const running = call(request, new Metadata(), { deadline }, (error, answer) =>
      resume(error === null ? Effect.succeed(answer) : Effect.fail(failureOf(error)))
    )
    return Effect.sync(() => running.cancel())
  })

const failureOf = ({ code, details }: ServiceError): GrpcFailure =>
  new GrpcFailure({ code: (statusCodes[code] as StatusCode | undefined) ?? "UNKNOWN", message: details })
