/**
 * What a trading cycle costs: `npm run bench:cycle`. The whole bot in memory with 200 generated markets open in their window and
 * five strategies; prices move on for a second between two cycles, and that is not measured.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Clock, Effect, Layer, Random, References } from "effect"
import * as BotLayer from "../../src/app/BotLayer.ts"
import * as SimulatedVenue from "../../src/app/SimulatedVenue.ts"
import { Feed } from "../../src/bot/Feed.ts"
import { Loops } from "../../src/bot/Loops.ts"
import * as ReplayClock from "../../src/bot/ReplayClock.ts"
import { Restart } from "../../src/bot/Restart.ts"
import { Tally } from "../../src/bot/Tally.ts"
import { TradingCycle } from "../../src/bot/TradingCycle.ts"
import { Settings, type SettingsValue } from "../../src/config/Settings.ts"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { Books } from "../../src/market/Books.ts"
import { Notifier } from "../../src/monitoring/Notifier.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { DatabaseHealth } from "../../src/persistence/DatabaseHealth.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { imageMessage, RunningRaces } from "../builders/RunningRaces.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import { StrategyRegistry } from "../../src/strategy/StrategyRegistry.ts"
import { figureOf, quantile, say, table } from "./Figures.ts"
import { settings } from "./Scenarios.ts"

/** A race every six seconds, each open for ten minutes before its off, with a win and a place market. */
const day = { seed: 7, intervalMs: 6000 }
const start = Date.UTC(2026, 0, 2, 12)
const warmUpCycles = 60
const cycles = 300

const active = ["simple_value", "steam_follower", "inplay_layer", "simple_value", "steam_follower"].map(
  (kind, index) => ({ id: StrategyId.make(`${kind}_${index}`), kind, active: true, parameters: {} })
)

/** With room for bets: a cycle that is refused everything would be cheaper. */
const generous: SettingsValue = {
  ...settings,
  trading: { ...settings.trading, maxConcurrentBets: 1000, maxExposure: 100_000_000 },
  strategies: { ...settings.strategies, active }
}

const bot = (clock: ReplayClock.ReplayClock) =>
  BotLayer.layer("replay").pipe(
    Layer.provideMerge(SimulatedVenue.layer("replay")),
    Layer.provideMerge(
      Layer.mergeAll(Books.layer, StrategyRegistry.layerBuiltIn, Notifier.layerLog, Predictor.layerNone)
    ),
    Layer.provideMerge(Layer.mergeAll(Repositories.layerMemory, DatabaseHealth.layerMemory, InstanceLock.layerAlone)),
    Layer.provideMerge(
      Layer.mergeAll(
        ReplayClock.layer(clock),
        Layer.succeed(References.MinimumLogLevel, "Error"),
        Layer.succeed(Settings, generous),
        Telemetry.layerOff
      )
    )
  )

const run = (clock: ReplayClock.ReplayClock) =>
  Effect.gen(function* () {
    const feed = yield* Feed
    const { reactions } = yield* Loops
    const cycle = yield* TradingCycle
    const restart = yield* Restart
    const tally = yield* Tally
    const react = Effect.gen(function* () {
      for (const { pending, run } of reactions) if (pending()) yield* run
    })

    clock.advanceTo(start)
    yield* restart.restore
    const races = new RunningRaces(day, start)
    feed.receive(imageMessage(start, races.images()))
    yield* react
    const times: Array<number> = []
    const markets: Array<number> = []
    for (let index = 0; index < warmUpCycles + cycles; index++) {
      const now = start + (index + 1) * 1000
      for (const message of races.advance(now)) {
        clock.advanceTo(message.pt)
        feed.receive(message)
        yield* react
      }
      clock.advanceTo(now)
      const began = performance.now()
      yield* cycle.run
      if (index >= warmUpCycles) {
        times.push(performance.now() - began)
        markets.push([...feed.tradable()].length)
      }
      yield* react
    }
    const open = figureOf(markets)
    const { evaluations, signals } = tally.activity
    say(
      `A trading cycle: ${active.length} strategies, ${open.median} open markets (${open.least}–${open.most}), ` +
        `${Math.round(evaluations / (warmUpCycles + cycles))} of them evaluated; ` +
        `${signals} signals and ${tally.bets.placed} bets in all`
    )
    table([
      ["cycles", "median ms", "p99 ms", "most ms"],
      [
        String(times.length),
        quantile(times, 0.5).toFixed(2),
        quantile(times, 0.99).toFixed(2),
        figureOf(times).most.toFixed(2)
      ]
    ])
  })

await Effect.gen(function* () {
  const clock = ReplayClock.make(yield* Clock.Clock)
  yield* run(clock).pipe(Effect.provide(bot(clock)))
}).pipe(Random.withSeed("bench"), Effect.provide(NodeServices.layer), Effect.runPromise)
