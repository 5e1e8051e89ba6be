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
import { RaceRecorder } from "../bot/RaceRecorder.ts"
import { Restart } from "../bot/Restart.ts"
import { SignalExecution } from "../bot/SignalExecution.ts"
import { Tally } from "../bot/Tally.ts"
import { TradingCycle } from "../bot/TradingCycle.ts"
import type { Mode } from "../domain/Mode.ts"
import { Monitor } from "../monitoring/Monitor.ts"
import { Predictor } from "../prediction/Predictor.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { TradingState } from "../risk/TradingState.ts"
import { Settler } from "../settlement/Settler.ts"

const risk = (mode: Mode) =>
  RiskManager.layer.pipe(Layer.provideMerge(Layer.mergeAll(TradingState.layer(mode), CircuitBreaker.layer(mode))))

const score = (mode: Mode) => Layer.mergeAll(Settler.layer, Monitor.layer(mode), Predictor.layerNone)

const memory = Layer.mergeAll(Tally.layer, OpenBets.layer)

const strategies = (mode: Mode) => (mode === "replay" ? ActiveStrategies.layerConfigured : ActiveStrategies.layer)

const recorders = Layer.mergeAll(DecisionLog.layer, RaceRecorder.layer, OddsRecorder.layer)

const markets = Feed.layer.pipe(Layer.provideMerge(MarketSettlement.layer), Layer.provideMerge(OrderManager.layer))

const trading = TradingCycle.layer.pipe(Layer.provideMerge(SignalExecution.layer))

/** Needs the seams: settings, database and repositories, books, executor and its updates, the kinds of strategies. */
export const layer = (mode: Mode) =>
  Layer.mergeAll(Loops.layer, Restart.layer, Gauges.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(trading, Guards.layer, Heartbeat.layer)),
    Layer.provideMerge(markets),
    Layer.provideMerge(Layer.mergeAll(recorders, strategies(mode))),
    Layer.provideMerge(memory),
    Layer.provideMerge(score(mode)),
    Layer.provideMerge(risk(mode))
  )
