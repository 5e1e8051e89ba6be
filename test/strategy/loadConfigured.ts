/** A process of its own: sets up the strategies of the settings file it is given, and prints what they are. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Option } from "effect"
import { dirname } from "node:path"
import { Settings } from "../../src/config/Settings.ts"
import * as SettingsLoader from "../../src/config/SettingsLoader.ts"
import { StrategyRegistry } from "../../src/strategy/StrategyRegistry.ts"

const file = process.argv[2] ?? ""

await Effect.gen(function* () {
  const { settings } = yield* SettingsLoader.load(Option.some(file))
  const registry = StrategyRegistry.layer([dirname(file)]).pipe(Layer.provide(Layer.succeed(Settings, settings)))
  const strategies = yield* StrategyRegistry.use(({ configure }) =>
    Effect.forEach(settings.strategies.active, configure)
  ).pipe(Effect.provide(registry))
  yield* Console.log(JSON.stringify(strategies))
}).pipe(Effect.provide(NodeServices.layer), Effect.runPromise)
