/** What `run` is made of on paper: real loops, a real database, prices from the configured feed, and the simulated venue. */
import { Clock, Duration, Effect, Layer } from "effect"
import { ExtraLoops } from "../bot/Loops.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import * as ExecutorPaper from "../execution/ExecutorPaper.ts"
import * as OrderUpdatesPaper from "../execution/OrderUpdatesPaper.ts"
import { PaperVenue } from "../execution/PaperVenue.ts"
import { Books } from "../market/Books.ts"
import * as Logging from "../monitoring/Logging.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import * as Telemetry from "../monitoring/Telemetry.ts"
import * as Database from "../persistence/Database.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as Migrations from "../persistence/Migrations.ts"
import * as Repositories from "../persistence/Repositories.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import * as BotLayer from "./BotLayer.ts"

/** The simulated venue on whatever books there are; it hears of each update before anybody else. */
export const venue = (mode: Exclude<Mode, "live">) =>
  Layer.mergeAll(ExecutorPaper.layer(mode), OrderUpdatesPaper.layer).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(Settings, ({ paper }) => PaperVenue.layer(paper))))
  )

/** How often simulated orders are looked at in markets where nothing happens. */
const venueTick = Duration.millis(250)

const venueLoop = Layer.effect(
  ExtraLoops,
  Effect.map(PaperVenue, ({ tick }) => [
    { name: "simulated venue", every: venueTick, run: Effect.map(Clock.currentTimeMillis, tick) }
  ])
)

const database = Repositories.layerSql.pipe(
  Layer.provideMerge(Migrations.layer),
  Layer.provideMerge(InstanceLock.layer("paper")),
  Layer.provideMerge(Database.layer)
)

/**
 * Needs settings and a price feed.
 *
 * @param folders where the user's strategy modules are looked for
 */
export const layer = (folders: ReadonlyArray<string>) =>
  Orchestrator.layer.pipe(
    Layer.provideMerge(BotLayer.layer("paper")),
    Layer.provide(venueLoop),
    Layer.provideMerge(venue("paper")),
    Layer.provideMerge(Layer.mergeAll(Books.layer, StrategyRegistry.layer(folders), Notifier.layerLog)),
    Layer.provideMerge(database),
    Layer.provideMerge(Layer.mergeAll(Logging.layer, Telemetry.layer()))
  )
