/**
 * Looks after what trading stands on: a database that answers, prices that arrive, and the right to be the only bot. When one
 * is missing nothing is placed, with the reason shown; when it is back trading goes on by itself. Open bets are followed
 * all the while.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import { deny } from "../domain/Decision.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { DatabaseHealth } from "../persistence/DatabaseHealth.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { Feed } from "./Feed.ts"

export class Guards extends Context.Service<
  Guards,
  {
    /** Asks the database for an answer, and tells the risk manager whether it gave one. */
    readonly checkDatabase: Effect.Effect<void>
    /** Tells the risk manager whether prices still arrive. */
    readonly checkFeed: Effect.Effect<void>
  }
>()("clever-better/bot/Guards") {
  static readonly layer = Layer.effect(
    Guards,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const database = yield* DatabaseHealth
  const lock = yield* InstanceLock
  const breaker = yield* CircuitBreaker
  const risk = yield* RiskManager
  const notifier = yield* Notifier
  const feed = yield* Feed
  const maxAgeMs = Duration.toMillis(trading.maxPriceAgeSeconds)
  const isMissing = { database: false, feed: false }

  /** True when what is missing (or there again) has not been told yet. */
  const changes = (what: keyof typeof isMissing, missing: boolean): boolean => {
    const before = isMissing[what]
    isMissing[what] = missing
    return before !== missing
  }

  return Guards.of({
    checkDatabase: Effect.gen(function* () {
      const cause = yield* Effect.match(database.check, {
        onFailure: ({ message }) => message,
        onSuccess: () => (lock.isHeld() ? null : "the connection that holds the single-instance lock is lost")
      })
      yield* risk.veto("database", cause === null ? null : deny("database_unavailable"))
      if (!changes("database", cause !== null)) return
      // An outage is one failure: it keeps bets back by itself, and trading goes on as soon as it is over.
      if (cause !== null) yield* breaker.recordFailure("database", cause)
      yield* notifier.notify(cause === null ? { _tag: "DatabaseBack" } : { _tag: "DatabaseLost", cause })
    }),
    checkFeed: Effect.gen(function* () {
      const ageMs = (yield* Clock.currentTimeMillis) - feed.lastArrival()
      const isStale = ageMs > maxAgeMs
      yield* risk.veto("feed", isStale ? deny("stale_prices", ageMs, maxAgeMs) : null)
      if (!changes("feed", isStale)) return
      const cause = `nothing has arrived for ${Math.round(ageMs / 1000)} s`
      yield* notifier.notify(isStale ? { _tag: "FeedLost", cause } : { _tag: "FeedBack" })
    })
  })
})
