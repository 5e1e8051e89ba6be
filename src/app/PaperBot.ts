/** What `run` is made of on paper: real loops, a real database, prices from a feed, and the simulated venue. */
import { Layer } from "effect"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { BotServer } from "../http/BotServer.ts"
import * as Logging from "../monitoring/Logging.ts"
import * as NotifierWebhook from "../monitoring/NotifierWebhook.ts"
import * as RecentLogs from "../monitoring/RecentLogs.ts"
import * as Telemetry from "../monitoring/Telemetry.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import * as BotLayer from "./BotLayer.ts"
import * as Predictions from "./Predictions.ts"
import * as SimulatedVenue from "./SimulatedVenue.ts"

export interface PaperOptions {
  readonly mode: SimulatedVenue.PaperMode
  /** Where the user's strategy modules are looked for. */
  readonly folders: ReadonlyArray<string>
}

/** Needs settings, a price feed and its books. */
export const layer = ({ folders, mode }: PaperOptions) =>
  BotServer.layer.pipe(
    Layer.provideMerge(Orchestrator.layer),
    Layer.provideMerge(BotLayer.layer(mode)),
    Layer.provide(SimulatedVenue.loop),
    Layer.provideMerge(SimulatedVenue.layer(mode)),
    Layer.provideMerge(
      Layer.mergeAll(StrategyRegistry.layer(folders), NotifierWebhook.layer(mode), Predictions.layer(mode))
    ),
    Layer.provideMerge(BotLayer.database(mode)),
    Layer.provideMerge(RecentLogs.layer),
    Layer.provideMerge(Layer.mergeAll(Logging.layer, Telemetry.layer()))
  )
