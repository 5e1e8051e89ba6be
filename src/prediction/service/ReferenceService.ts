/** The prediction service put together: a model from a file, results of backtests, and the port they are reached by. */
import { Effect } from "effect"
import * as FeedbackStore from "./FeedbackStore.ts"
import * as GrpcServer from "./GrpcServer.ts"
import * as MLService from "./MLService.ts"
import * as ServedModel from "./ServedModel.ts"
import type { ProposableStrategy } from "./StrategyProposals.ts"

export interface ReferenceServiceOptions extends ServedModel.ServedModelOptions, GrpcServer.GrpcServerOptions {
  /** Where results of backtests are kept; null: they are not. */
  readonly data: string | null
  readonly strategies: ReadonlyArray<ProposableStrategy>
}

/** For a service that nobody but this process reaches. */
export const usualLimits = { maximumCalls: 200, maximumMessageBytes: 1024 * 1024 }

/** Serves until the scope closes. */
export const start = Effect.fnUntraced(function* (options: ReferenceServiceOptions) {
  const model = yield* ServedModel.make(options)
  const feedback = options.data === null ? null : yield* FeedbackStore.make(options.data)
  const port = yield* GrpcServer.start(MLService.make({ model, feedback, strategies: options.strategies }), options)
  return { port, address: GrpcServer.addressOf(options.host, port), model }
})
