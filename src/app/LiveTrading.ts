/**
 * `run --live` put together: the live bot on the real prices, with the account of the settings. One client serves feed,
 * orders and guard.
 */
import { Effect, Layer } from "effect"
import * as BetfairClient from "../betfair/BetfairClient.ts"
import { Session } from "../betfair/Session.ts"
import type { SettingsValue } from "../config/Settings.ts"
import * as BetfairOptions from "./BetfairOptions.ts"
import * as BetfairStreams from "./BetfairStreams.ts"
import * as LiveBot from "./LiveBot.ts"
import * as LiveGuard from "./LiveGuard.ts"

/** A login that only the owner can help is told at once; for an exchange that is away the bot waits. */
const loginTried = Layer.effectDiscard(
  Effect.gen(function* () {
    const { token } = yield* Session
    yield* Effect.catchIf(
      token,
      ({ retryAt }) => retryAt !== null,
      ({ message }) => Effect.logWarning(`${message}; it is tried again`)
    )
  })
)

/**
 * Needs settings.
 *
 * @param folders where the user's strategy modules are looked for
 */
export const open = Effect.fn("LiveTrading.open")(function* (
  settings: SettingsValue["betfair"],
  folders: ReadonlyArray<string>
) {
  const options = yield* BetfairOptions.clientOptions(settings)
  const link = Layer.merge(BetfairStreams.prices(options), BetfairStreams.orderStream(options))
  return LiveBot.layer({ folders, placeLimit: options.placeLimit }, LiveGuard.layer).pipe(
    Layer.provideMerge(link),
    Layer.provideMerge(loginTried),
    Layer.provideMerge(BetfairClient.layer(options))
  )
})
