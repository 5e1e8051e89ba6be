/**
 * All that the last look before an order is sent depends on, real but for the exchange: what the link to it says is in the
 * test's hands. One market of three runners at 3.0 to back and 3.1 to lay, and 100.00 to bet with.
 */
import { Clock, Context, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { ActiveStrategies } from "../../src/bot/ActiveStrategies.ts"
import { Funds } from "../../src/bot/Funds.ts"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import * as SendGuardLive from "../../src/bot/SendGuardLive.ts"
import { Settings, type SettingsValue } from "../../src/config/Settings.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { explain } from "../../src/domain/Decision.ts"
import { AccountUnavailable, ExchangeLink, type StreamStanding } from "../../src/execution/ExchangeLink.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { Books } from "../../src/market/Books.ts"
import type { MarketDefinitionMessage } from "../../src/market/MarketMessage.ts"
import { Notifier } from "../../src/monitoring/Notifier.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as CommittedIntents from "../../src/persistence/CommittedIntents.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import type { Repositories } from "../../src/persistence/Repositories.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import * as RiskRequest from "../../src/risk/RiskRequest.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { TransactionCount } from "../../src/risk/TransactionCount.ts"
import { StrategyRegistry } from "../../src/strategy/StrategyRegistry.ts"
import { definition, marketId, message, startAt } from "../execution/builders.ts"
import { intent, type IntentChanges } from "../risk/Builders.ts"

export { startAt }

/** What the exchange and the lock say, until the test says otherwise. */
export class Outside {
  stream: StreamStanding | null = null
  hasSession = true
  clockSkewMs: number | null = 0
  /** Null: it cannot be asked. */
  available: number | null = 10_000
  isAlone = true
}

export class GuardedBot extends Context.Service<GuardedBot, Outside>()("clever-better/test/GuardedBot") {}

const link = (outside: Outside) =>
  Layer.effect(
    ExchangeLink,
    Effect.map(Clock.Clock, (clock) => ({
      marketStream: () =>
        outside.stream ?? { status: "connected", lastMessageAt: clock.currentTimeMillisUnsafe(), latencyMs: 20 },
      hasSession: Effect.sync(() => outside.hasSession),
      clockSkewMs: Effect.sync(() => outside.clockSkewMs),
      availableToBet: Effect.suspend(() =>
        outside.available === null
          ? new AccountUnavailable({ message: "no answer" })
          : Effect.succeed(outside.available)
      )
    }))
  )

/** A bot on a database, which outlives it. */
export const layer = (settings: SettingsValue, database: Layer.Layer<Repositories>) => {
  const outside = new Outside()
  const risk = RiskManager.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(TradingState.layer("paper"), CircuitBreaker.layer("paper")))
  )
  return SendGuardLive.layer.pipe(
    Layer.provideMerge(Funds.layer),
    Layer.provideMerge(Layer.mergeAll(TransactionCount.layer("paper"), risk, OpenBets.layer)),
    Layer.provideMerge(ActiveStrategies.layerConfigured),
    Layer.provideMerge(Layer.fresh(CommittedIntents.layer)),
    Layer.provideMerge(
      Layer.mergeAll(
        database,
        Books.layer,
        StrategyRegistry.layerBuiltIn,
        Notifier.layerLog,
        link(outside),
        Layer.succeed(InstanceLock, { isHeld: () => outside.isAlone, takenOver: Effect.never }),
        Layer.succeed(GuardedBot, outside)
      )
    ),
    Layer.provide(Layer.succeed(Settings, settings))
  )
}

/** What the exchange tells of the market now. */
export const defined = Effect.fnUntraced(function* (changes: MarketDefinitionMessage = {}) {
  const now = yield* Clock.currentTimeMillis
  const books = yield* Books
  const prices = [1, 2, 3].map((id) => ({ id, atb: [[3, 100]] as const, atl: [[3.1, 100]] as const, ltp: 3 }))
  books.apply(
    message(now, prices as never, definition({ marketTime: new Date(now + 600_000).toISOString(), ...changes }))
  )
})

/** The bot is up: its open bets and the market are known, and the exchange was asked for its funds. */
export const ready = Effect.fnUntraced(function* (openBets: ReadonlyArray<Bet.Bet> = []) {
  if ((yield* Clock.currentTimeMillis) === 0) yield* TestClock.setTime(startAt)
  yield* defined()
  yield* (yield* RiskManager).restore({ bankroll: 1_000_000, openBets, settledToday: [] })
  const open = yield* OpenBets
  for (const bet of openBets) open.put(bet)
  yield* (yield* Funds).refresh
})

/** An intent that the risk manager has approved and the database has; on runner 1 at 3.0 for 2.00 if nothing is said. */
export const committed = Effect.fnUntraced(function* (changes: IntentChanges = {}) {
  const now = yield* Clock.currentTimeMillis
  const wanted = { ...intent({ createdAt: now, ...changes }), marketId }
  const book = (yield* Books).get(marketId)!
  const request = RiskRequest.fromBook(wanted, book, now, { inPlay: true }, now)
  const approved = yield* (yield* RiskManager).reserve(request)
  if (Result.isFailure(approved)) return yield* Effect.die(new Error(`not approved: ${explain(approved.failure)}`))
  const bet = Bet.fromIntent(wanted)
  yield* (yield* BetRepository).create([bet])
  ;(yield* OpenBets).put(bet)
  return wanted
})

/** What the guard says of an intent: `passes`, or the reason why not. */
export const verdict = (order: Bet.BetIntent) =>
  Effect.flatMap(SendGuard, (guard) => Effect.map(guard.check(order), (denial) => denial?.reason ?? "passes"))

/** What it says of a new order. */
export const verdictOnNew = (changes: IntentChanges = {}) => Effect.flatMap(committed(changes), verdict)
