/** The loops that only a bot with real money has: comparing with the exchange, and telling it that we live. */
import { Clock, Duration, Effect, Layer } from "effect"
import { deny } from "../domain/Decision.ts"
import { ExchangeHeartbeat } from "../execution/ExchangeHeartbeat.ts"
import { Reconciler } from "../execution/Reconciler.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import type { Loop } from "./Loop.ts"
import { ExtraLoops } from "./Loops.ts"

/** How often it is looked whether there is a reason to compare. */
const look = Duration.seconds(1)
/** What the bot thinks of its orders is stale after this: nothing is bet on it. */
export const longestAge = Duration.minutes(5)

const make = Effect.gen(function* () {
  const reconciler = yield* Reconciler
  const heartbeat = yield* ExchangeHeartbeat
  const risk = yield* RiskManager
  const notifier = yield* Notifier
  const others = yield* ExtraLoops
  const limitMs = Duration.toMillis(longestAge)
  const clock = yield* Clock.Clock
  let isLost = false

  yield* Metrics.follow("reconciliation_age_seconds", {}, () => reconciler.ageMs(clock.currentTimeMillisUnsafe()))

  /** Keeps bets back while the exchange cannot be asked, and says so once. */
  const guard = Effect.fnUntraced(function* (cause: string) {
    const ageMs = reconciler.ageMs(yield* Clock.currentTimeMillis)
    const isStale = ageMs > limitMs
    yield* risk.veto("reconciliation", isStale ? deny("risk_unknown", ageMs, limitMs) : null)
    if (isStale === isLost) return
    isLost = isStale
    yield* notifier.notify(isStale ? { _tag: "ExchangeLost", cause } : { _tag: "ExchangeBack" })
  })

  const reconciliation: Loop = {
    name: "reconciliation",
    every: look,
    run: Effect.matchEffect(reconciler.runIfDue, {
      onFailure: ({ message }) =>
        Effect.andThen(
          Effect.logWarning(`Our bets could not be compared with the exchange's: ${message}`),
          guard(message)
        ),
      onSuccess: () => guard("it does not answer")
    })
  }
  const { every } = heartbeat
  return [
    ...others,
    reconciliation,
    ...(every === null ? [] : [{ name: "exchange heartbeat", every, run: heartbeat.beat } satisfies Loop])
  ]
})

export const layer = Layer.effect(ExtraLoops, make)
