/**
 * The bot itself, whatever its mode: every service between the seams (prices, venue, database) and whoever drives it, from
 * the ground up. What is built later may use what is built before.
 */
import { Layer } from "effect"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { DecisionLog } from "../bot/DecisionLog.ts"
import { Feed } from "../bot/Feed.ts"
import { Gauges } from "../bot/Gauges.ts"
import { Guards } from "../bot/Guards.ts"
import { Heartbeat } from "../bot/Heartbeat.ts"
import { Loops } from "../bot/Loops.ts"
import { MarketSettlement } from "../bot/MarketSettlement.ts"
import { OddsRecorder } from "../bot/OddsRecorder.ts"
import { OpenBets } from "../bot/OpenBets.ts"
import { OrderManager } from "../bot/OrderManager.ts"
import { PredictionLog } from "../bot/PredictionLog.ts"
import { RaceRecorder } from "../bot/RaceRecorder.ts"
import { Restart } from "../bot/Restart.ts"
import { SignalExecution } from "../bot/SignalExecution.ts"
import { Tally } from "../bot/Tally.ts"
import { TradingControl } from "../bot/TradingControl.ts"
import { TradingCycle } from "../bot/TradingCycle.ts"
import { Watch } from "../bot/Watch.ts"
import type { Mode } from "../domain/Mode.ts"
import * as DatabaseMetrics from "../monitoring/DatabaseMetrics.ts"
import { Monitor } from "../monitoring/Monitor.ts"
import * as BetsOfThisRun from "../persistence/BetsOfThisRun.ts"
import * as ControlFolder from "../persistence/ControlFolder.ts"
import * as Database from "../persistence/Database.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as Migrations from "../persistence/Migrations.ts"
import * as Repositories from "../persistence/Repositories.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { TradingState } from "../risk/TradingState.ts"
import { Settler } from "../settlement/Settler.ts"

const risk = (mode: Mode) =>
  RiskManager.layer.pipe(Layer.provideMerge(Layer.mergeAll(TradingState.layer(mode), CircuitBreaker.layer(mode))))

const score = (mode: Mode) => Layer.mergeAll(Settler.layer, Monitor.layer(mode))

const memory = Layer.mergeAll(Tally.layer, OpenBets.layer)

const strategies = (mode: Mode) => (mode === "replay" ? ActiveStrategies.layerConfigured : ActiveStrategies.layer)

const recorders = Layer.mergeAll(DecisionLog.layer, PredictionLog.layer, RaceRecorder.layer, OddsRecorder.layer)

const markets = Feed.layer.pipe(Layer.provideMerge(MarketSettlement.layer), Layer.provideMerge(OrderManager.layer))

const trading = TradingCycle.layer.pipe(Layer.provideMerge(SignalExecution.layer))

/** What a bot knows whatever it trades with: its risk, its open bets, its strategies. A live executor's guard needs it. */
export const ground = (mode: Mode) =>
  strategies(mode).pipe(Layer.provideMerge(memory), Layer.provideMerge(score(mode)), Layer.provideMerge(risk(mode)))

/** What works on that ground, through an executor. */
export const works = Layer.mergeAll(Loops.layer, Restart.layer, Gauges.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(trading, Guards.layer, TradingControl.layer, Heartbeat.layer, Watch.layer)),
  Layer.provideMerge(markets),
  Layer.provideMerge(recorders)
)

/** The database of the settings, migrated, and ours alone. A recording's bets do not mix with those of earlier replays. */
export const database = (mode: Mode) => {
  const repositories = Repositories.layerSql.pipe(
    Layer.provideMerge(Migrations.layer),
    Layer.provideMerge(InstanceLock.layer(mode)),
    Layer.provideMerge(Layer.merge(Database.layer.pipe(Layer.provide(DatabaseMetrics.layer)), ControlFolder.layer))
  )
  return mode === "replay" ? BetsOfThisRun.layer(mode).pipe(Layer.provideMerge(repositories)) : repositories
}

/** Needs the seams: settings, database and repositories, books, executor and its updates, predictor, strategies' kinds. */
export const layer = (mode: Mode) => works.pipe(Layer.provideMerge(ground(mode)))
