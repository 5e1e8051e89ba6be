/**
 * Betfair's dead-man's switch: while heartbeats arrive nothing happens; when they stop, because the bot, its machine or its
 * line is dead, Betfair tries to cancel all unmatched LIMIT orders of the account. Gotcha: of the whole account, other bots'
 * included, and without any warranty.
 */
import { Context, Duration, Effect, Layer } from "effect"
import { HeartbeatApi } from "../betfair/HeartbeatApi.ts"
import { Settings } from "../config/Settings.ts"
import { LiveOrders } from "./LiveOrders.ts"

/** Two of three may be lost. */
const beatsPerTimeout = 3
const goodbyeLimit = Duration.seconds(5)

export class ExchangeHeartbeat extends Context.Service<
  ExchangeHeartbeat,
  {
    /** Null when the switch is not to be used. */
    readonly every: Duration.Duration | null
    /** Says that we live. Never fails: a beat that is lost is said, and the next one comes. */
    readonly beat: Effect.Effect<void>
  }
>()("clever-better/execution/ExchangeHeartbeat") {
  static readonly layer = Layer.effect(
    ExchangeHeartbeat,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { bot, orders: settings } = yield* Settings
  const api = yield* HeartbeatApi
  const orders = yield* LiveOrders
  const seconds = Duration.toSeconds(settings.exchangeHeartbeatSeconds)
  let isRegistered = false

  const beat = Effect.gen(function* () {
    const { actionPerformed } = yield* api.heartbeat(seconds)
    isRegistered = true
    if (actionPerformed === "NONE") return
    orders.doubt("the exchange has cancelled orders because heartbeats came too late")
    yield* Effect.logError("Heartbeats came too late: the exchange has cancelled orders", { action: actionPerformed })
  }).pipe(Effect.catch(({ message }) => Effect.logWarning(`A heartbeat to the exchange was lost: ${message}`)))

  // Orders that are to outlive the bot must not be cancelled because it has gone.
  if (bot.onShutdown === "keep") {
    yield* Effect.addFinalizer(() =>
      isRegistered
        ? api.heartbeat(0).pipe(
            Effect.timeout(goodbyeLimit),
            Effect.catch(({ message }) =>
              Effect.logError(`The exchange will cancel the orders that were to be kept: ${message}`)
            )
          )
        : Effect.void
    )
  }

  const every = seconds === 0 ? null : Duration.seconds(seconds / beatsPerTimeout)
  return ExchangeHeartbeat.of({ every, beat })
})
