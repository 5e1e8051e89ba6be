/** The whole bot in memory on a market of three runners, under the test's clock, with the strategies of `Backers.ts`. */
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import * as BotLayer from "../../../src/app/BotLayer.ts"
import * as SimulatedVenue from "../../../src/app/SimulatedVenue.ts"
import { Feed } from "../../../src/bot/Feed.ts"
import { ExtraLoops } from "../../../src/bot/Loops.ts"
import { Orchestrator } from "../../../src/bot/Orchestrator.ts"
import { Restart } from "../../../src/bot/Restart.ts"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import { Books } from "../../../src/market/Books.ts"
import { MarketData } from "../../../src/market/MarketData.ts"
import * as MessageBatch from "../../../src/market/MessageBatch.ts"
import type { MarketMessage } from "../../../src/market/MarketMessage.ts"
import { Notifier } from "../../../src/monitoring/Notifier.ts"
import { DatabaseHealth } from "../../../src/persistence/DatabaseHealth.ts"
import { InstanceLock } from "../../../src/persistence/InstanceLock.ts"
import * as Repositories from "../../../src/persistence/Repositories.ts"
import { Predictor } from "../../../src/prediction/Predictor.ts"
import { StrategyRegistry } from "../../../src/strategy/StrategyRegistry.ts"
import { definition, message, startAt } from "../../execution/builders.ts"
import { type Look, type Tree } from "./Act.ts"

/** Where `Backers.ts` is. */
export const folder = dirname(fileURLToPath(import.meta.url))

/** Settings with one strategy of `Backers.ts`. */
export const backing = (kind: "backer" | "predicted_backer", parameters: Tree = {}): Tree => ({
  strategies: { modules: ["./Backers.ts"], active: [{ id: "backer", kind, parameters }] }
})

/** A minute before the off, all three at 3.0. */
export const opening = message(
  startAt,
  [1, 2, 3].map((id) => ({ id, atb: [[3, 100]], atl: [[3.1, 100]], ltp: 3 })),
  definition({ countryCode: "GB" })
)

const data = Layer.succeed(MarketData, {
  description: "a minute before the off",
  messages: () => Stream.concat(Stream.succeed(MessageBatch.ofMessages([opening])), Stream.never)
})

/** @param venueLoop what lets the simulated venue work in a quiet market */
const layer = (settings: SettingsValue, venueLoop: Layer.Layer<never, never, SimulatedVenueServices>) =>
  Orchestrator.layer.pipe(
    Layer.provideMerge(BotLayer.layer("paper")),
    Layer.provide(venueLoop),
    Layer.provideMerge(SimulatedVenue.layer("paper")),
    Layer.provideMerge(
      Layer.mergeAll(Books.layer, StrategyRegistry.layer([folder]), Notifier.layerLog, Predictor.layerNone, data)
    ),
    Layer.provideMerge(Layer.mergeAll(Repositories.layerMemory, DatabaseHealth.layerMemory, InstanceLock.layerAlone)),
    Layer.provideMerge(Layer.succeed(Settings, settings)),
    Layer.provide(NodeServices.layer)
  )

type SimulatedVenueServices = Layer.Success<ReturnType<typeof SimulatedVenue.layer>>
type Bot = Layer.Success<ReturnType<typeof layer>>

/** A venue that never looks at its orders where prices stand still. */
const asleep = Layer.succeed(ExtraLoops, [])

/** Looks at a bot that has taken up its work, before any price; what happens is up to the look. */
export const started =
  (look: Effect.Effect<unknown, unknown, Bot>): Look =>
  (settings) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(startAt)
      yield* Restart.use(({ restore }) => restore)
      return yield* look
    }).pipe(Effect.provide(layer(settings, asleep)))

/** Looks at a bot that runs and has heard the opening prices. */
export const running =
  (look: Effect.Effect<unknown, unknown, Bot>, venue: "awake" | "asleep" = "awake"): Look =>
  (settings) =>
    Effect.andThen(TestClock.setTime(startAt), look).pipe(
      Effect.provide(layer(settings, venue === "awake" ? SimulatedVenue.loop : asleep))
    )

export const receive = (...messages: ReadonlyArray<MarketMessage>) =>
  Effect.map(Feed, (feed) => {
    for (const message of messages) feed.receive(message)
  })
