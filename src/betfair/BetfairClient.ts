/** The client, whole: one session, one set of budgets and connections for all that is asked of Betfair by HTTP. */
import { Layer } from "effect"
import { AccountApi } from "./AccountApi.ts"
import { BettingApi } from "./BettingApi.ts"
import { Budgets } from "./Budgets.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import { Connections } from "./Connections.ts"
import { HeartbeatApi } from "./HeartbeatApi.ts"
import { JsonRpc } from "./JsonRpc.ts"
import { ServerClock } from "./ServerClock.ts"
import { Session } from "./Session.ts"

/** Over connections of another make. */
export const layerOver = (options: ClientOptions) =>
  Layer.mergeAll(BettingApi.layer(options), AccountApi.layer, HeartbeatApi.layer).pipe(
    Layer.provide(JsonRpc.layer(options).pipe(Layer.provide(Budgets.layer))),
    Layer.provideMerge(Session.layer(options)),
    Layer.provideMerge(ServerClock.layer)
  )

/** Logs in when the session or a call is first asked for, and out when its scope ends. */
export const layer = (options: ClientOptions) => layerOver(options).pipe(Layer.provide(Connections.layer(options)))
