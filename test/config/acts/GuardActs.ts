/** What the keys of `guards` do to an order that is about to be sent. */
import { Duration, Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import * as SendGuardLive from "../../../src/bot/SendGuardLive.ts"
import { Settings } from "../../../src/config/Settings.ts"
import { SendGuard } from "../../../src/execution/SendGuard.ts"
import * as Repositories from "../../../src/persistence/Repositories.ts"
import { GuardedBot, layer, ready, startAt, verdictOnNew } from "../../bot/GuardedBot.ts"
import { limit } from "../../risk/Builders.ts"
import { act, type Acts, type Look } from "./Act.ts"

type Bot = Layer.Success<ReturnType<typeof layer>> | Settings

const guarded =
  (look: Effect.Effect<unknown, unknown, Bot>): Look =>
  (settings) =>
    Effect.andThen(ready(), look).pipe(
      Effect.provide(
        Layer.merge(layer(settings, Layer.fresh(Repositories.layerMemory)), Layer.succeed(Settings, settings))
      ),
      Effect.provideService(References.MinimumLogLevel, "None")
    )

const outside = (change: (outside: GuardedBot["Service"]) => void) =>
  Effect.flatMap(GuardedBot, (bot) => Effect.sync(() => change(bot)))

const fundsEvery = Effect.map(SendGuardLive.loops, (loops) =>
  Duration.toSeconds(loops.find(({ name }) => name === "funds")!.every)
)

const near = { trading: { min_time_to_start_seconds: 0 } }

export const guardActs: Acts = {
  "guards.hard_cap_per_bet": act(
    [100, 5],
    ["passes", "hard_cap_bet"],
    guarded(verdictOnNew({ order: limit(300, 600) })),
    near
  ),
  "guards.hard_cap_total": act(
    [1000, 7],
    ["passes", "hard_cap_total"],
    guarded(
      Effect.andThen(
        verdictOnNew({ order: limit(300, 600) }),
        verdictOnNew({ id: 2, runner: 2, order: limit(300, 600) })
      )
    ),
    near
  ),
  "guards.max_transactions_per_hour": act(
    [4500, 100],
    ["passes", "transactions_limit"],
    guarded(
      Effect.andThen(
        SendGuard.use(({ sent }) => sent(100)),
        verdictOnNew()
      )
    ),
    near
  ),
  "guards.max_feed_silence_seconds": act(
    [15, 5],
    ["passes", "stale_prices"],
    guarded(
      Effect.andThen(
        outside((bot) => (bot.stream = { status: "connected", lastMessageAt: startAt - 10_000, latencyMs: 0 })),
        verdictOnNew()
      )
    ),
    near
  ),
  "guards.max_clock_skew_ms": act(
    [3000, 1000],
    ["passes", "clock_skew"],
    guarded(
      Effect.andThen(
        outside((bot) => (bot.clockSkewMs = 2000)),
        verdictOnNew()
      )
    ),
    near
  ),
  "guards.funds_refresh_seconds": act([10, 3], [10, 3], guarded(fundsEvery)),
  "guards.max_funds_age_seconds": act(
    [60, 5],
    ["passes", "funds_unknown"],
    guarded(Effect.andThen(TestClock.adjust("10 seconds"), verdictOnNew())),
    near
  )
}
