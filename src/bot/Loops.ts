/** Everything that recurs, in one table: what comes round with time, and what the feed sets off. */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Monitor } from "../monitoring/Monitor.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { Feed } from "./Feed.ts"
import * as FirstPrices from "./FirstPrices.ts"
import { Guards } from "./Guards.ts"
import { Heartbeat } from "./Heartbeat.ts"
import type { Loop, Reaction } from "./Loop.ts"
import { MarketSettlement } from "./MarketSettlement.ts"
import { OddsRecorder } from "./OddsRecorder.ts"
import { OrderManager } from "./OrderManager.ts"
import { PredictionLog } from "./PredictionLog.ts"
import { RaceRecorder } from "./RaceRecorder.ts"
import * as ServiceReport from "./ServiceReport.ts"
import { TradingControl } from "./TradingControl.ts"
import { TradingCycle } from "./TradingCycle.ts"
import { Watch } from "./Watch.ts"

/** Loops that only some modes have, for instance the simulator's. */
export const ExtraLoops = Context.Reference<ReadonlyArray<Loop>>("clever-better/bot/ExtraLoops", {
  defaultValue: () => []
})

export class Loops extends Context.Service<
  Loops,
  {
    readonly loops: ReadonlyArray<Loop<StorageFailure>>
    /** In the order in which an update is answered: recorded, matched, settled, and only then bet on. */
    readonly reactions: ReadonlyArray<Reaction<StorageFailure>>
  }
>()("clever-better/bot/Loops") {
  static readonly layer = Layer.effect(
    Loops,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { bot, odds, trading } = yield* Settings
  const cycle = yield* TradingCycle
  const feed = yield* Feed
  const races = yield* RaceRecorder
  const orders = yield* OrderManager
  const settlement = yield* MarketSettlement
  const strategies = yield* ActiveStrategies
  const decisions = yield* DecisionLog
  const predictions = yield* PredictionLog
  const recorder = yield* OddsRecorder
  const monitor = yield* Monitor
  const guards = yield* Guards
  const control = yield* TradingControl
  const watch = yield* Watch
  const heartbeat = yield* Heartbeat
  const extra = yield* ExtraLoops
  const firstPrices = yield* FirstPrices.make(feed, races, trading.strategyEvaluationInterval)
  const clock = yield* Clock.Clock
  const longestCycleMs = Math.max(Duration.toMillis(trading.strategyEvaluationInterval) * 3, 60_000)
  let cycledAt = clock.currentTimeMillisUnsafe()
  const cycled = Effect.sync(() => void (cycledAt = clock.currentTimeMillisUnsafe()))
  const report = yield* ServiceReport.loop(() => clock.currentTimeMillisUnsafe() - cycledAt < longestCycleMs)

  /** Settlements that the performance figures have in them; none before the first look at the database. */
  let counted = -1
  const updatePerformance = Effect.suspend(() => {
    const settled = settlement.settlements()
    return Effect.map(monitor.updatePerformance, () => void (counted = settled))
  })

  return Loops.of({
    reactions: [
      { name: "races", pending: races.pending, run: races.flush },
      { name: "orders", pending: orders.pending, run: orders.applyUpdates },
      { name: "settlement", pending: settlement.pending, run: settlement.run },
      { name: "strategy failures", pending: strategies.hasFailures, run: strategies.tellFailures },
      { name: "updates", pending: cycle.isTouched, attempt: cycle.look, run: cycle.answer }
    ],
    loops: [
      {
        name: "trading",
        every: trading.strategyEvaluationInterval,
        run: Effect.andThen(cycle.run, cycled),
        after: firstPrices,
        canWait: cycle.canWait,
        looksAtTime: true
      },
      {
        name: "order monitoring",
        every: bot.orderMonitoringInterval,
        run: Effect.andThen(orders.cancelOld, orders.applyUpdates),
        canWait: orders.canWait
      },
      {
        name: "performance",
        every: bot.performanceUpdateInterval,
        run: updatePerformance,
        writes: true,
        canWait: () => counted === settlement.settlements()
      },
      {
        name: "odds",
        every: odds.flushIntervalSeconds,
        run: recorder.flush,
        writes: true,
        canWait: recorder.canWait
      },
      {
        name: "decisions",
        every: odds.flushIntervalSeconds,
        run: decisions.flush,
        writes: true,
        canWait: decisions.canWait
      },
      {
        name: "predictions",
        every: odds.flushIntervalSeconds,
        run: predictions.flush,
        writes: true,
        canWait: predictions.canWait
      },
      { name: "database guard", every: Duration.seconds(5), run: guards.checkDatabase, inRealTimeOnly: true },
      { name: "feed guard", every: Duration.seconds(1), run: guards.checkFeed, inRealTimeOnly: true },
      { name: "control", every: Duration.seconds(1), run: control.check, inRealTimeOnly: true },
      { name: "watch", every: Duration.seconds(1), run: watch.check, inRealTimeOnly: true },
      { name: "heartbeat", every: Duration.minutes(1), run: heartbeat.beat, inRealTimeOnly: true },
      ...(report === null ? [] : [report]),
      ...extra
    ]
  })
})
