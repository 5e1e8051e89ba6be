/** What the keys of `orders` do between the risk manager and the exchange. */
import { Effect, Layer } from "effect"
import { Settings } from "../../../src/config/Settings.ts"
import { ExchangeHeartbeat } from "../../../src/execution/ExchangeHeartbeat.ts"
import { LiveOrders } from "../../../src/execution/LiveOrders.ts"
import { aWorld, compare, onlyRow, pass, place, type Services, withProcess, type World } from "../../bot/LiveProcess.ts"
import { act, type Acts, type Look } from "./Act.ts"

const inProcess =
  (look: (world: World) => Effect.Effect<unknown, unknown, Services>): Look =>
  (settings) =>
    Effect.flatMap(aWorld(), (world) => withProcess({ ...world, settings })(look(world)))

const reference = inProcess(({ exchange }) =>
  Effect.map(place(), () => exchange.placed.map(({ customerStrategyRef }) => customerStrategyRef))
)

/** What has become of a bet that never arrived, 45 seconds later. */
const neverArrived = inProcess(({ exchange }) =>
  Effect.gen(function* () {
    exchange.faults.push("lost")
    yield* place()
    yield* pass("45 seconds")
    for (let times = 0; times < 4; times++) yield* compare
    return (yield* onlyRow).status
  })
)

const beats: Look = (settings) =>
  Effect.gen(function* () {
    const { exchange } = yield* aWorld()
    const layer = ExchangeHeartbeat.layer.pipe(
      Layer.provide(Layer.mergeAll(exchange.layer, LiveOrders.layer, Layer.succeed(Settings, settings)))
    )
    yield* Effect.provide(
      ExchangeHeartbeat.use(({ beat }) => beat),
      layer
    )
    return exchange.heartbeats
  })

export const orderActs: Acts = {
  "orders.strategy_ref": act(["clever-better", "second"], [["clever-better"], ["second"]], reference),
  "orders.unknown_bet_timeout_seconds": act([30, 60], ["rejected", "unknown"], neverArrived),
  "orders.exchange_heartbeat_seconds": act([10, 60], [[10], [60]], beats)
}
