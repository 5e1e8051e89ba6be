/** What `run` is made of on paper: real loops, a real database, prices from a feed, and the simulated venue. */
import { Clock, Duration, Effect, Layer } from "effect"
import { ExtraLoops } from "../bot/Loops.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import * as ExecutorPaper from "../execution/ExecutorPaper.ts"
import * as OrderUpdatesPaper from "../execution/OrderUpdatesPaper.ts"
import { PaperVenue } from "../execution/PaperVenue.ts"
import { BotServer } from "../http/BotServer.ts"
import * as Logging from "../monitoring/Logging.ts"
import * as NotifierWebhook from "../monitoring/NotifierWebhook.ts"
import * as RecentLogs from "../monitoring/RecentLogs.ts"
import * as Telemetry from "../monitoring/Telemetry.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import * as BotLayer from "./BotLayer.ts"
import * as Predictions from "./Predictions.ts"

/** Whose bets a paper bot's are: of now, or of a recording. */
export type PaperMode = Exclude<Mode, "live">

/** The simulated venue on whatever books there are; it hears of each update before anybody else. */
export const venue = (mode: PaperMode) =>
  Layer.mergeAll(ExecutorPaper.layer(mode), OrderUpdatesPaper.layer).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(Settings, ({ paper }) => PaperVenue.layer(paper))))
  )

/** How often simulated orders are looked at in markets where nothing happens. */
const venueTick = Duration.millis(250)

/** Looks after the simulated orders of quiet markets. */
export const venueLoop = Layer.effect(
  ExtraLoops,
  Effect.map(PaperVenue, ({ tick }) => [
    { name: "simulated venue", every: venueTick, run: Effect.map(Clock.currentTimeMillis, tick) }
  ])
)

export interface PaperOptions {
  readonly mode: PaperMode
  /** Where the user's strategy modules are looked for. */
  readonly folders: ReadonlyArray<string>
}

/** Needs settings, a price feed and its books. */
export const layer = ({ folders, mode }: PaperOptions) =>
  BotServer.layer.pipe(
    Layer.provideMerge(Orchestrator.layer),
    Layer.provideMerge(BotLayer.layer(mode)),
    Layer.provide(venueLoop),
    Layer.provideMerge(venue(mode)),
    Layer.provideMerge(
      Layer.mergeAll(StrategyRegistry.layer(folders), NotifierWebhook.layer(mode), Predictions.layer(mode))
    ),
    Layer.provideMerge(BotLayer.database(mode)),
    Layer.provideMerge(RecentLogs.layer),
    Layer.provideMerge(Layer.mergeAll(Logging.layer, Telemetry.layer()))
  )
