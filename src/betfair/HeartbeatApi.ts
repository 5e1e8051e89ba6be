/**
 * Betfair's dead-man's switch: once registered, Betfair tries to cancel the account's unmatched LIMIT bets when no
 * heartbeat arrives within the timeout. Gotcha: Betfair does not warrant it, and forgets it when its own service fails.
 */
import { Context, Effect, Layer } from "effect"
import { HeartbeatReport } from "./api/Account.ts"
import type { BetfairError } from "./BetfairError.ts"
import * as JsonRpc from "./JsonRpc.ts"

export class HeartbeatApi extends Context.Service<
  HeartbeatApi,
  {
    /**
     * @param preferredTimeoutSeconds 10 to 300, or 0 to switch off; what Betfair made of it is in the report, as is what it
     *   did when the last heartbeat came too late
     */
    readonly heartbeat: (preferredTimeoutSeconds: number) => Effect.Effect<HeartbeatReport, BetfairError>
  }
>()("clever-better/betfair/HeartbeatApi") {
  static readonly layer = Layer.effect(
    HeartbeatApi,
    Effect.map(JsonRpc.JsonRpc, (rpc) => ({
      heartbeat: (preferredTimeoutSeconds: number) => rpc.call(heartbeat, { preferredTimeoutSeconds })
    }))
  )
}

const heartbeat = JsonRpc.operation(
  { service: "heartbeat", name: "heartbeat", budget: "heartbeat", resend: "AfterLogin" },
  HeartbeatReport
)
