/**
 * The guard that `LiveBot` wants: the last look before an order is sent, with all that it watches in the background. It comes
 * with a repository of bets that tells it which intents were committed, so it has to stand below the executor.
 */
import { Layer } from "effect"
import { Funds } from "../bot/Funds.ts"
import { ExtraLoops } from "../bot/Loops.ts"
import * as SendGuardLive from "../bot/SendGuardLive.ts"
import * as ExchangeLinkBetfair from "../execution/ExchangeLinkBetfair.ts"
import * as CommittedIntents from "../persistence/CommittedIntents.ts"
import { TransactionCount } from "../risk/TransactionCount.ts"

/** Needs what a bot has below its executor, Betfair's clients, and the market stream. */
export const layer = Layer.mergeAll(SendGuardLive.layer, Layer.effect(ExtraLoops, SendGuardLive.loops)).pipe(
  Layer.provideMerge(Layer.mergeAll(Funds.layer, TransactionCount.layer("live"))),
  Layer.provideMerge(ExchangeLinkBetfair.layer),
  Layer.provideMerge(CommittedIntents.layer)
)
