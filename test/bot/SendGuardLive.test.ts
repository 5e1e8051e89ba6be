import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Funds } from "../../src/bot/Funds.ts"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import * as SendGuardLive from "../../src/bot/SendGuardLive.ts"
import { Settings } from "../../src/config/Settings.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { TransactionCount } from "../../src/risk/TransactionCount.ts"
import { matched, settings } from "../risk/Builders.ts"
import { limit, strategyId } from "../risk/Builders.ts"
import { marketId } from "../execution/builders.ts"
import { committed, defined, GuardedBot, layer, ready, startAt, verdict, verdictOnNew } from "./GuardedBot.ts"

const wide = {
  max_stake_per_bet: 1000,
  max_liability_per_bet: 1000,
  max_exposure: 10_000,
  max_market_exposure: 10_000,
  max_selection_exposure: 10_000,
  max_strategy_exposure: 10_000,
  max_concurrent_bets: 1000,
  min_time_to_start_seconds: 0
}

type Bot = Layer.Success<ReturnType<typeof layer>>

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** A bot on a database of its own. */
const guarded =
  (tree: Record<string, unknown> = {}) =>
  <A, E>(test: Effect.Effect<A, E, Bot>) =>
    Effect.andThen(ready(), test).pipe(
      Effect.provide(layer(settings({ trading: wide, ...tree }), Layer.fresh(Repositories.layerMemory))),
      quietly
    )

const other = { id: 2, runner: 2 }
const third = { id: 3, runner: 3 }

describe("SendGuard.check", () => {
  it.effect("lets a committed intent pass once, and halts when it comes again", () =>
    guarded()(
      Effect.gen(function* () {
        const order = yield* committed()
        expect(yield* verdict(order)).toBe("passes")
        expect((yield* TradingState).current().status).toBe("Active")
        expect(yield* verdict(order)).toBe("sent_before")
        expect((yield* TradingState).current()).toMatchObject({
          status: "Halted",
          reason: `a bug: the bet was sent before (${order.id})`
        })
        const [entry] = yield* (yield* AuditRepository).recent("paper", 1)
        expect(entry).toMatchObject({ event: "trading.halted", actor: "bot" })
        expect(yield* verdict({ ...order, id: (yield* committedBefore).id })).toBe("not_committed")
      })
    )
  )

  it.effect("halts on an order whose intent was not committed", () =>
    guarded()(
      Effect.gen(function* () {
        expect(yield* verdict(yield* committedBefore)).toBe("not_committed")
        expect((yield* TradingState).current().status).toBe("Halted")
      })
    )
  )

  it.effect("lets no intent of an earlier process pass, sent or not", () =>
    Effect.gen(function* () {
      const database = yield* Layer.build(Layer.fresh(Repositories.layerMemory))
      const bot = layer(settings({ trading: wide }), Layer.succeedContext(database))
      const [sent, unsent] = yield* Effect.gen(function* () {
        yield* ready()
        const orders = [yield* committed(), yield* committed(other)] as const
        expect(yield* verdict(orders[0])).toBe("passes")
        return orders
      }).pipe(Effect.provide(Layer.fresh(bot)))
      for (const order of [sent, unsent]) {
        const again = yield* Effect.andThen(ready(), verdict(order)).pipe(Effect.provide(Layer.fresh(bot)))
        expect(again).toBe("not_committed")
      }
    }).pipe(quietly)
  )

  it.effect("can be asked again about an order that it denied: it was not sent", () =>
    guarded()(
      Effect.gen(function* () {
        const outside = yield* GuardedBot
        outside.isAlone = false
        const order = yield* committed()
        expect(yield* verdict(order)).toBe("not_alone")
        outside.isAlone = true
        expect(yield* verdict(order)).toBe("passes")
      })
    )
  )

  it.effect("sees a halt that came after the order was approved", () =>
    guarded()(
      Effect.gen(function* () {
        const order = yield* committed()
        yield* (yield* TradingState).halt("fire")
        expect(yield* verdict(order)).toBe("trading_halted")
      })
    )
  )

  it.effect("sees one that came while the order, let pass, waited for its turn", () =>
    guarded()(
      Effect.gen(function* () {
        const outside = yield* GuardedBot
        const { stands } = yield* SendGuard
        const order = yield* committed()
        expect(yield* verdict(order)).toBe("passes")
        expect(yield* stands(order)).toBe(null)
        outside.stream = { status: "disconnected", lastMessageAt: startAt, latencyMs: 20 }
        expect(yield* stands(order)).toMatchObject({ reason: "feed_disconnected" })
        outside.stream = null
        yield* (yield* TradingState).halt("fire")
        expect(yield* stands(order)).toMatchObject({ reason: "trading_halted" })
      })
    )
  )

  it.effect("sees the halt file without waiting for anybody to look", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-guard-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const file = join(folder, "HALT")
      yield* guarded({ bot: { halt_file: file } })(
        Effect.gen(function* () {
          const [first, second] = [yield* committed(), yield* committed(other)]
          expect(yield* verdict(first)).toBe("passes")
          writeFileSync(file, "")
          expect(yield* verdict(second)).toBe("trading_halted")
          expect((yield* TradingState).current().by).toBe("halt file")
        })
      )
    })
  )

  it.effect("lets only reducing orders pass once trading only reduces", () =>
    guarded()(
      Effect.gen(function* () {
        const backed = { ...matched({ id: 50, order: limit(300, 1000) }), marketId }
        yield* ready([backed])
        const closes = yield* committed({ id: 51, side: "LAY", order: limit(310, 900) })
        const opens = yield* committed({ id: 52, runner: 2 })
        yield* (yield* TradingState).reduce("enough")
        expect([yield* verdict(closes), yield* verdict(opens)]).toEqual(["passes", "trading_reducing"])
      })
    )
  )

  it.effect("sees the breaker open, and the trial of a half-open one pass", () =>
    guarded()(
      Effect.gen(function* () {
        const breaker = yield* CircuitBreaker
        const order = yield* committed()
        yield* breaker.triggerEmergencyShutdown("test")
        expect(yield* verdict(order)).toBe("circuit_breaker_open")
        yield* TestClock.adjust("30 minutes")
        yield* ready()
        expect(yield* verdictOnNew(other)).toBe("passes")
      })
    )
  )

  it.effect("looks at the market again", () =>
    guarded()(
      Effect.gen(function* () {
        const order = yield* committed()
        yield* defined({ status: "SUSPENDED" })
        expect(yield* verdict(order)).toBe("market_not_open")
        yield* defined({ inPlay: true })
        expect(yield* verdict(order)).toBe("market_in_play")
        yield* defined({
          runners: [
            { id: 1, status: "REMOVED" },
            { id: 2, status: "ACTIVE" }
          ]
        })
        expect(yield* verdict(order)).toBe("runner_not_active")
        yield* defined()
        expect(yield* verdict(order)).toBe("passes")
      })
    )
  )
})

/** An intent that nothing was done with. */
const committedBefore = Effect.sync(() => ({
  ...Bet.fromIntent({ ...matched({ id: 999 }), marketId, strategyId: strategyId() })
}))

describe("funds", () => {
  it.effect("count what was sent since they were told, until the account has seen it", () =>
    guarded()(
      Effect.gen(function* () {
        const outside = yield* GuardedBot
        outside.available = 1000
        const funds = yield* Funds
        yield* funds.refresh
        const order = yield* committed({ order: limit(300, 600) })
        expect(yield* verdict(order)).toBe("passes")
        expect(yield* verdictOnNew({ ...other, order: limit(300, 600) })).toBe("insufficient_funds")
        // Not answered yet: the account may or may not have it.
        yield* TestClock.adjust("5 seconds")
        yield* funds.refresh
        expect(yield* verdictOnNew({ ...third, order: limit(300, 600) })).toBe("insufficient_funds")
        const state = { ...Bet.fromIntent(order), betfairBetId: "1", placedAt: startAt, status: "placed" as const }
        ;(yield* OpenBets).put({ ...state, updatedAt: startAt + 5000 })
        yield* TestClock.adjust("1 second")
        yield* funds.refresh
        expect(yield* verdictOnNew({ ...third, id: 4, slot: "b", order: limit(300, 600) })).toBe("passes")
      })
    )
  )

  it.effect("keep bets back when they are not known any more", () =>
    guarded()(
      Effect.gen(function* () {
        const outside = yield* GuardedBot
        outside.available = null
        yield* TestClock.adjust("60 seconds")
        yield* (yield* Funds).refresh
        expect(yield* verdictOnNew()).toBe("passes")
        yield* TestClock.adjust("1 milli")
        expect(yield* verdictOnNew(other)).toBe("funds_unknown")
        outside.available = 10_000
        yield* (yield* Funds).refresh
        expect(yield* verdictOnNew(third)).toBe("passes")
      })
    )
  )

  it.effect("do not keep back an order that closes a position", () =>
    guarded()(
      Effect.gen(function* () {
        yield* ready([{ ...matched({ id: 50, order: limit(300, 1000) }), marketId }])
        ;(yield* GuardedBot).available = 0
        yield* (yield* Funds).refresh
        expect(yield* verdictOnNew({ id: 51, side: "LAY", order: limit(310, 900) })).toBe("passes")
        expect(yield* verdictOnNew({ id: 52, runner: 2 })).toBe("insufficient_funds")
      })
    )
  )
})

describe("transactions", () => {
  it.effect("are counted over a restart, and begin anew with the hour", () =>
    Effect.gen(function* () {
      const database = yield* Layer.build(Layer.fresh(Repositories.layerMemory))
      const bot = layer(
        settings({ trading: wide, guards: { max_transactions_per_hour: 10 } }),
        Layer.succeedContext(database)
      )
      yield* Effect.gen(function* () {
        yield* ready()
        yield* (yield* SendGuard).sent(9)
        expect(yield* verdictOnNew()).toBe("passes")
        yield* (yield* SendGuard).sent(1)
        yield* (yield* TransactionCount).save
      }).pipe(Effect.provide(Layer.fresh(bot)))
      yield* Effect.gen(function* () {
        yield* ready()
        expect(yield* verdictOnNew(other)).toBe("transactions_limit")
        yield* TestClock.adjust("1 minute")
        yield* ready()
        expect(yield* verdictOnNew(third)).toBe("passes")
      }).pipe(Effect.provide(Layer.fresh(bot)))
    }).pipe(quietly)
  )

  it.effect("are counted from the bets when a killed process had not written them", () =>
    Effect.gen(function* () {
      const database = yield* Layer.build(Layer.fresh(Repositories.layerMemory))
      const bot = layer(settings({ trading: wide }), Layer.succeedContext(database))
      yield* Effect.gen(function* () {
        yield* ready()
        for (const changes of [{}, other, third]) yield* committed(changes)
      }).pipe(Effect.provide(Layer.fresh(bot)))
      const counted = Effect.map(TransactionCount, ({ thisHour }) => thisHour())
      expect(yield* counted.pipe(Effect.provide(Layer.fresh(bot)))).toBe(3)
    }).pipe(quietly)
  )
})

describe("what is looked at in the background", () => {
  it.effect("asks for the funds at their interval, and writes the hour's count", () =>
    guarded({ guards: { funds_refresh_seconds: 7 } })(
      Effect.gen(function* () {
        const loops = yield* SendGuardLive.loops
        expect(loops.map(({ name }) => name)).toEqual(["exchange link", "funds", "transactions"])
        yield* (yield* SendGuard).sent(3)
        for (const { run } of loops) yield* run
        expect((yield* TransactionCount).thisHour()).toBe(3)
      }).pipe(Effect.provideService(Settings, settings({ guards: { funds_refresh_seconds: 7 } })))
    )
  )
})

describe("the risk manager", () => {
  it.effect("is asked about an order that it does not know, and says that it raises the worst case", () =>
    guarded()(
      Effect.gen(function* () {
        expect((yield* RiskManager).raisesMarket(yield* committedBefore)).toBe(true)
      })
    )
  )
})

describe("the link to the exchange", () => {
  it.effect("keeps bets back before they are committed while it is not whole", () =>
    guarded()(
      Effect.gen(function* () {
        const outside = yield* GuardedBot
        const risk = yield* RiskManager
        const [watch] = yield* SendGuardLive.loops
        const denial = Effect.gen(function* () {
          yield* watch!.run
          return (yield* risk.checkRiskLimits())?.reason ?? null
        })
        expect(yield* denial).toBe(null)
        outside.hasSession = false
        expect(yield* denial).toBe("no_session")
        outside.hasSession = true
        outside.stream = { status: "disconnected", lastMessageAt: startAt, latencyMs: 20 }
        expect(yield* denial).toBe("feed_disconnected")
        outside.stream = { status: "stale", lastMessageAt: startAt, latencyMs: 20 }
        expect(yield* denial).toBe("feed_behind")
        outside.stream = null
        expect(yield* denial).toBe(null)
      }).pipe(Effect.provideService(Settings, settings()))
    )
  )
})
