/**
 * What `run --live` is made of: real loops, a real database, and orders with real money. Whoever starts it provides Betfair's
 * clients, the price feed with its books, and the guard; the paper bot on the same feed differs in nothing but its venue.
 */
import { Layer } from "effect"
import * as ExchangeSettlement from "../bot/ExchangeSettlement.ts"
import * as LiveLoops from "../bot/LiveLoops.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Adoption } from "../execution/Adoption.ts"
import { ExchangeHeartbeat } from "../execution/ExchangeHeartbeat.ts"
import * as ExchangeOrdersBetfair from "../execution/ExchangeOrdersBetfair.ts"
import * as ExecutorLive from "../execution/ExecutorLive.ts"
import { LiveOrders } from "../execution/LiveOrders.ts"
import * as OrderStreamFollower from "../execution/OrderStreamFollower.ts"
import * as OrderUpdatesLive from "../execution/OrderUpdatesLive.ts"
import { Reconciler } from "../execution/Reconciler.ts"
import type { SendGuard } from "../execution/SendGuard.ts"
import { BotServer } from "../http/BotServer.ts"
import * as Logging from "../monitoring/Logging.ts"
import * as NotifierWebhook from "../monitoring/NotifierWebhook.ts"
import * as RecentLogs from "../monitoring/RecentLogs.ts"
import * as Telemetry from "../monitoring/Telemetry.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import * as BotLayer from "./BotLayer.ts"
import * as Predictions from "./Predictions.ts"

/** What is known of our orders, and the ways of asking. */
const asking = Reconciler.layer.pipe(
  Layer.provideMerge(Adoption.layer),
  Layer.provideMerge(Layer.mergeAll(LiveOrders.layer, ExchangeOrdersBetfair.layer))
)

/**
 * The exchange as a venue: it needs Betfair's betting and heartbeat APIs and the order stream, and a guard.
 *
 * @param placeLimit bets that one request may place
 */
export const venue = (placeLimit: number) =>
  Layer.mergeAll(
    ExecutorLive.layer(placeLimit),
    OrderUpdatesLive.layer,
    OrderStreamFollower.layer,
    ExchangeHeartbeat.layer
  ).pipe(Layer.provideMerge(asking))

/**
 * The bot between its seams: strategies' kinds, database, books, feed, notifier and Betfair's clients.
 *
 * @param guard the last look before an order is sent; it may use what a bot has below its executor
 */
export const between = <A, E, R>(guard: Layer.Layer<SendGuard | A, E, R>, placeLimit: number) =>
  Orchestrator.layer.pipe(
    Layer.provideMerge(BotLayer.works),
    Layer.provide(Layer.mergeAll(LiveLoops.layer, ExchangeSettlement.layer)),
    Layer.provideMerge(venue(placeLimit)),
    Layer.provideMerge(guard),
    Layer.provideMerge(BotLayer.ground("live"))
  )

export const database = BotLayer.database("live")

export interface LiveOptions {
  /** Where the user's strategy modules are looked for. */
  readonly folders: ReadonlyArray<string>
  readonly placeLimit: number
}

/** Needs settings, a price feed and its books, and Betfair's clients. */
export const layer = <E, R>({ folders, placeLimit }: LiveOptions, guard: Layer.Layer<SendGuard, E, R>) =>
  BotServer.layer.pipe(
    Layer.provideMerge(between(guard, placeLimit)),
    Layer.provideMerge(
      Layer.mergeAll(StrategyRegistry.layer(folders), NotifierWebhook.layer("live"), Predictions.layer("live"))
    ),
    Layer.provideMerge(database),
    Layer.provideMerge(RecentLogs.layer),
    Layer.provideMerge(Layer.mergeAll(Logging.layer, Telemetry.layer()))
  )
