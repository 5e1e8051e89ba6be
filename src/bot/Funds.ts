/**
 * What the account may bet with, as the exchange last told. It is asked in the background, never while an order waits; what
 * was told too long ago counts as not known.
 */
import { Clock, Context, Effect, Layer } from "effect"
import type { Pence } from "../domain/Money.ts"
import { ExchangeLink } from "../execution/ExchangeLink.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { RiskManager } from "../risk/RiskManager.ts"

export interface KnownFunds {
  readonly available: Pence
  /** When it was asked for, epoch milliseconds: what happened later is not in it. */
  readonly asOf: number
}

export class Funds extends Context.Service<
  Funds,
  {
    readonly refresh: Effect.Effect<void>
    /** Null before the first answer. */
    readonly known: () => KnownFunds | null
  }
>()("clever-better/bot/Funds") {
  static readonly layer = Layer.effect(
    Funds,
    Effect.suspend(() => make)
  )
}

/** Longer than the client waits for an answer; an answer that never comes must not end the asking. */
const patience = "30 seconds"

const make = Effect.gen(function* () {
  const link = yield* ExchangeLink
  const risk = yield* RiskManager
  let known: KnownFunds | null = null
  /** Said once for each outage. */
  let isAway = false

  const failed = (message: string) => {
    if (isAway) return Effect.void
    isAway = true
    return Effect.logWarning("The account's funds cannot be asked for; without them nothing is placed", { message })
  }

  return Funds.of({
    refresh: Effect.gen(function* () {
      const asOf = yield* Clock.currentTimeMillis
      const available = yield* Effect.timeout(link.availableToBet, patience)
      if (!Number.isSafeInteger(available)) return yield* failed(`found ${available}, expected whole pence`)
      known = { available, asOf }
      risk.accountHolds(available)
      isAway = false
      yield* Metrics.set("funds", {}, available)
    }).pipe(Effect.catch(({ message }) => failed(message))),
    known: () => known
  })
})
