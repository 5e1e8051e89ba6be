/**
 * The part of a live bot between the risk manager and the exchange, as a process that can be started again on the same
 * database and the same exchange: reservation, intent, sending, updates, reconciliation, settlement.
 */
import { Clock, type Context, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import * as ExchangeSettlement from "../../src/bot/ExchangeSettlement.ts"
import { MarketSettlement } from "../../src/bot/MarketSettlement.ts"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { OrderManager } from "../../src/bot/OrderManager.ts"
import { Restart } from "../../src/bot/Restart.ts"
import { Tally } from "../../src/bot/Tally.ts"
import { Settings, type SettingsValue } from "../../src/config/Settings.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { Adoption } from "../../src/execution/Adoption.ts"
import * as ExchangeOrdersBetfair from "../../src/execution/ExchangeOrdersBetfair.ts"
import { Executor } from "../../src/execution/Executor.ts"
import * as ExecutorLive from "../../src/execution/ExecutorLive.ts"
import { LiveOrders } from "../../src/execution/LiveOrders.ts"
import * as OrderStreamFollower from "../../src/execution/OrderStreamFollower.ts"
import * as OrderUpdatesLive from "../../src/execution/OrderUpdatesLive.ts"
import { Reconciler } from "../../src/execution/Reconciler.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { type Notification, Notifier } from "../../src/monitoring/Notifier.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { DatabaseHealth } from "../../src/persistence/DatabaseHealth.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { Settler } from "../../src/settlement/Settler.ts"
import { ScriptedExchange } from "../execution/ScriptedExchange.ts"
import { type IntentChanges, intent, noon, request, settings } from "../risk/Builders.ts"

/** What outlives a process. */
export interface World {
  readonly exchange: ScriptedExchange
  readonly database: Context.Context<Repositories.Repositories | DatabaseHealth>
  /** But for bets that were placed, which every test has. */
  readonly notifications: Array<Notification>
  readonly settings: SettingsValue
  readonly guard?: Layer.Layer<SendGuard>
}

export const aWorld = Effect.fnUntraced(function* (changes: Record<string, unknown> = {}) {
  yield* TestClock.setTime(noon)
  const exchange = yield* ScriptedExchange.make
  const database = yield* Layer.build(Layer.mergeAll(Repositories.layerMemory, DatabaseHealth.layerMemory))
  const world: World = { exchange, database, notifications: [], settings: settings(changes) }
  return world
})

const layer = ({ database, exchange, guard, notifications, settings }: World) =>
  Layer.mergeAll(Restart.layer, MarketSettlement.layer).pipe(
    Layer.provideMerge(OrderManager.layer),
    Layer.provideMerge(Layer.mergeAll(OpenBets.layer, Tally.layer)),
    Layer.provide(ExchangeSettlement.layer),
    Layer.provideMerge(Layer.mergeAll(ExecutorLive.layer(), OrderUpdatesLive.layer, OrderStreamFollower.layer)),
    Layer.provideMerge(Reconciler.layer),
    Layer.provideMerge(Adoption.layer),
    Layer.provideMerge(Layer.mergeAll(LiveOrders.layer, ExchangeOrdersBetfair.layer, guard ?? SendGuard.layerOpen)),
    Layer.provideMerge(exchange.layer),
    Layer.provideMerge(Layer.mergeAll(RiskManager.layer, Settler.layer)),
    Layer.provideMerge(Layer.mergeAll(CircuitBreaker.layer("live"), TradingState.layer("live"))),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeedContext(database),
        Layer.succeed(Settings, settings),
        Layer.succeed(Notifier, {
          notify: (told) => Effect.sync(() => void (told._tag !== "BetPlaced" && notifications.push(told)))
        })
      )
    )
  )

export type Services = Layer.Success<ReturnType<typeof layer>>

/** Runs on a process that has started: what was open is taken up and compared. It dies with the effect. */
export const withProcess =
  (world: World) =>
  <A, E>(test: Effect.Effect<A, E, Services>) =>
    Effect.andThen(
      Restart.use(({ restore }) => restore),
      test
    ).pipe(Effect.provide(Layer.fresh(layer(world))))

/** A process that dies before it has compared anything. */
export const withUnstartedProcess =
  (world: World) =>
  <A, E>(test: Effect.Effect<A, E, Services>) =>
    test.pipe(Effect.provide(Layer.fresh(layer(world))))

/** Reserves, expects, sends and learns, as the execution of a signal does. */
export const place = (changes: IntentChanges = {}) => Effect.uninterruptible(placing(changes))

const placing = Effect.fnUntraced(function* (changes: IntentChanges) {
  const risk = yield* RiskManager
  const manager = yield* OrderManager
  const executor = yield* Executor
  const now = yield* Clock.currentTimeMillis
  const wanted = { mode: "live", createdAt: now, ...changes } as const
  const approved = yield* risk.reserve(request({ now, ...wanted }))
  if (Result.isFailure(approved)) return approved.failure
  manager.expect(Bet.fromIntent(intent(wanted)))
  const bet = yield* executor.executeSignal(approved.success)
  manager.learn(bet)
  return bet
})

/** Time passes, and what has come in is applied. */
export const pass = (time: Parameters<typeof TestClock.adjust>[0]) =>
  Effect.andThen(
    TestClock.adjust(time),
    OrderManager.use(({ applyUpdates }) => applyUpdates)
  )

/** Compares with the exchange and applies what was found. */
export const compare = Effect.gen(function* () {
  const differences = yield* (yield* Reconciler).reconcile
  yield* (yield* OrderManager).applyUpdates
  return differences
})

/** The rows, oldest first. */
export const rows = Effect.flatMap(BetRepository, (bets) =>
  Effect.map(bets.recent("live", 1000), (recent) => recent.toReversed())
)

export const onlyRow = Effect.map(rows, ([row]) => row!)

export const exposure = Effect.flatMap(RiskManager, ({ riskMetrics }) =>
  Effect.map(riskMetrics, ({ exposure }) => exposure)
)
