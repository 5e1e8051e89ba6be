/** Placing, replacing, cancelling and updating. Nothing here is sent twice but what can't be done twice. */
import { Effect } from "effect"
import * as Orders from "./api/Orders.ts"
import type * as Parameters from "./api/Parameters.ts"
import { RequestInvalid } from "./BetfairError.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import * as JsonRpc from "./JsonRpc.ts"

const placeOrders = JsonRpc.operation(
  { service: "betting", name: "placeOrders", budget: "placing", resend: "Never" },
  Orders.PlaceExecutionReport
)
const replaceOrders = JsonRpc.operation(
  { service: "betting", name: "replaceOrders", budget: "placing", resend: "Never" },
  Orders.ReplaceExecutionReport
)
const updateOrders = JsonRpc.operation(
  { service: "betting", name: "updateOrders", budget: "cancelling", resend: "AfterLogin" },
  Orders.UpdateExecutionReport
)
const cancelOrders = JsonRpc.operation(
  { service: "betting", name: "cancelOrders", budget: "cancelling", resend: "AfterLogin" },
  Orders.CancelExecutionReport
)

/** Instructions of one cancelOrders, updateOrders or replaceOrders at most. */
export const instructionLimit = 60

export const make = (rpc: JsonRpc.JsonRpc["Service"], { placeLimit }: ClientOptions) => ({
  placeOrders: (params: Parameters.PlaceOrders, lastLook?: JsonRpc.LastLook) =>
    limited(rpc, placeOrders, params, placeLimit, lastLook),
  replaceOrders: (params: Parameters.ReplaceOrders, lastLook?: JsonRpc.LastLook) =>
    limited(rpc, replaceOrders, params, instructionLimit, lastLook),
  updateOrders: (params: Parameters.UpdateOrders) => limited(rpc, updateOrders, params, instructionLimit),
  cancelOrders: (params: Parameters.CancelOrders) => limited(rpc, cancelOrders, params, instructionLimit),
  cancelAllOrders: (scope: Parameters.CancelScope) =>
    "everyMarket" in scope
      ? rpc.call(cancelOrders, {})
      : scope.marketId
        ? rpc.call(cancelOrders, { marketId: scope.marketId })
        : refuse(cancelOrders.name, "it names no market")
})

/** Types are not there at run time, and an empty list would cancel everything: so it is looked at once more. */
const limited = <A>(
  rpc: JsonRpc.JsonRpc["Service"],
  operation: JsonRpc.Operation<A>,
  params: { readonly marketId: string; readonly instructions: ReadonlyArray<unknown> },
  limit: number,
  lastLook?: JsonRpc.LastLook
) => {
  const count = params.instructions.length
  if (!params.marketId) return refuse(operation.name, "it names no market")
  if (count === 0) return refuse(operation.name, "it holds no instructions")
  if (count > limit) {
    return refuse(operation.name, `it holds ${count} instructions, Betfair takes ${limit} at most`)
  }
  return rpc.call(operation, params, { points: count, lastLook })
}

const refuse = (operation: string, problem: string) => Effect.fail(new RequestInvalid({ operation, problem }))
