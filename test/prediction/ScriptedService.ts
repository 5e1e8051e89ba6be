/** A prediction service on a real socket that answers as the test says, and remembers what it was asked. */
import { Server, ServerCredentials, status } from "@grpc/grpc-js"
import { Deferred, Effect } from "effect"
import {
  type BatchPredictionRequest,
  type MLServiceServer,
  MLServiceService,
  type SinglePredictionResponse
} from "../../src/prediction/generated/mlservice.ts"
import type { Certificates } from "../../src/sandbox/server/Certificates.ts"

/** Predictions, a status, or silence. */
export type Reply = ReadonlyArray<SinglePredictionResponse> | { readonly code: status; readonly details: string } | null

export type Script = (request: BatchPredictionRequest, call: number) => Reply

export interface ScriptedService {
  readonly address: string
  readonly asked: ReadonlyArray<BatchPredictionRequest>
  /** When a call's caller has given it up. */
  readonly givenUp: Effect.Effect<void>
}

export interface Tls {
  readonly certificates: Certificates
  readonly asksForCertificate?: boolean
}

/** The same chance for all runners, of model v1. */
export const evenly: Script = ({ predictions }) =>
  predictions.map(({ raceId, runnerId }) => ({
    raceId,
    runnerId,
    predictedProbability: 1 / predictions.length,
    confidence: 0.9,
    recommendation: "",
    modelVersion: "v1"
  }))

const unimplemented: MLServiceServer[keyof MLServiceServer] = (
  _: unknown,
  respond: (error: { readonly code: status }) => void
) => respond({ code: status.UNIMPLEMENTED })

/** Until the scope closes. */
export const open = (script: Script, tls?: Tls, address = "localhost:0") =>
  Effect.gen(function* () {
    const asked: Array<BatchPredictionRequest> = []
    const givenUp = yield* Deferred.make<void>()
    const server = new Server()
    const implementation: MLServiceServer = {
      ...(Object.fromEntries(
        Object.keys(MLServiceService).map((call) => [call, unimplemented])
      ) as unknown as MLServiceServer),
      batchPredict: (call, respond) => {
        asked.push(call.request)
        call.on("cancelled", () => Deferred.doneUnsafe(givenUp, Effect.void))
        const reply = script(call.request, asked.length)
        if (reply === null) return
        if ("code" in reply) respond(reply)
        else respond(null, { predictions: reply })
      }
    }
    server.addService(MLServiceService, implementation)
    const port = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) =>
        server.bindAsync(address.replace("localhost", "127.0.0.1"), credentialsOf(tls), (error, port) =>
          resume(error === null ? Effect.succeed(port) : Effect.die(error))
        )
      ),
      () => Effect.sync(() => server.forceShutdown())
    )
    const service: ScriptedService = { address: `localhost:${port}`, asked, givenUp: Deferred.await(givenUp) }
    return service
  })

const credentialsOf = (tls: Tls | undefined) => {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const { authority, server } = tls.certificates
  return ServerCredentials.createSsl(
    Buffer.from(authority.certificatePem),
    [{ cert_chain: Buffer.from(server.certificatePem), private_key: Buffer.from(server.keyPem) }],
    tls.asksForCertificate ?? false
  )
}
