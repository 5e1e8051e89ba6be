/**
 * A metric that never moves is a lie on a dashboard. Bots are run through good days and bad ones here, and every metric of the
 * list has to have shown something else than at the start.
 */
import { expect, it } from "@effect/vitest"
import { Clock, Effect, Layer, Metric, Result, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import * as DatabaseMetrics from "../../src/monitoring/DatabaseMetrics.ts"
import { Session } from "../../src/betfair/Session.ts"
import * as SendGuardLive from "../../src/bot/SendGuardLive.ts"
import { DecisionLog } from "../../src/bot/DecisionLog.ts"
import * as LinkWatch from "../../src/bot/LinkWatch.ts"
import { Settings } from "../../src/config/Settings.ts"
import { deny } from "../../src/domain/Decision.ts"
import type { MarketId, StrategyId } from "../../src/domain/Identifiers.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { MarketStream } from "../../src/market/MarketStream.ts"
import { metricList, metricPrefix } from "../../src/monitoring/MetricList.ts"
import { Notifier } from "../../src/monitoring/Notifier.ts"
import * as NotifierWebhook from "../../src/monitoring/NotifierWebhook.ts"
import * as Database from "../../src/persistence/Database.ts"
import { DatabaseHealth } from "../../src/persistence/DatabaseHealth.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { back, lay, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { ScriptedExchange } from "../execution/ScriptedExchange.ts"
import { GuardedBot, layer as guardedBot, ready, verdictOnNew } from "./GuardedBot.ts"
import * as PredictionDays from "./PredictionDays.ts"
import { anOpenRace, pass, settingsOf, tell, withBot } from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1, min_time_to_start_seconds: 0 }"

/** Names of metrics that have shown something. */
const moved = new Set<string>()

/** Takes note of what shows something now. */
const look = Effect.map(PrometheusMetrics.format(), (text) => {
  for (const line of text.split("\n")) {
    const match = /^clever_better_(\w+?)(?:_bucket|_sum|_count)?(?:\{.*\})? (\S+)$/.exec(line)
    if (match !== null && match[2] !== "0" && match[2] !== "NaN") moved.add(match[1]!)
  }
})

/** Time passes, with a look every second. */
const watch = Effect.fnUntraced(function* (seconds: number) {
  for (let second = 0; second < seconds; second++) yield* Effect.andThen(pass("1 second"), look)
})

/** One bet at a time. */
const once = (name: string, signal: ReturnType<typeof back>) =>
  strategy(name, ({ openBets }) => (openBets.length > 0 ? [] : [signal]))

const aGoodDay = withBot({
  strategies: [once("backer", back(1, 3, 2)), once("layer", lay(2, 3.1, 2)), once("patient", back(3, 4, 2))],
  settings: `${often}\nbot: { max_order_age_seconds: 5, performance_update_interval: 1 }`
})(
  Effect.gen(function* () {
    const race = yield* anOpenRace()
    yield* watch(10)
    yield* tell(race.closes(1))
    yield* watch(5)
    // The feed falls silent.
    yield* TestClock.adjust("3 seconds")
    yield* look
  })
)

/** Loses until the breaker opens, with a strategy that throws, and a hand on the brake. */
const aBadDay = withBot({
  strategies: [
    once("backer", back(1, 3, 10)),
    strategy("thrower", () => {
      throw new Error("a bug")
    })
  ],
  settings: `${often}\nbot: { max_consecutive_losses: 1, performance_update_interval: 1 }`
})(
  Effect.gen(function* () {
    const race = yield* anOpenRace()
    yield* watch(3)
    yield* tell(race.closes(2))
    yield* watch(3)
    yield* anOpenRace({ number: 2 })
    yield* watch(3)
    yield* (yield* TradingState).pause("the test says so")
    yield* watch(2)
  })
)

const withoutADatabase = Effect.gen(function* () {
  const database = yield* TestDatabase.make
  yield* withBot({
    database,
    strategies: [once("backer", back(1, 3, 2))],
    settings: `${often}\nodds: { buffer_size: 1, interval_seconds: 0 }`
  })(
    Effect.gen(function* () {
      const race = yield* anOpenRace()
      yield* watch(2)
      database.isDown = true
      for (let n = 0; n < 5; n++) {
        yield* tell(race.quotes(1, { back: 3 + n / 10 }))
        yield* watch(1)
      }
      yield* Effect.map(DecisionLog, ({ record }) => {
        for (let n = 0; n < 12_000; n++) {
          record({
            at: 0,
            strategyId: "backer" as StrategyId,
            marketId: `1.${n}` as MarketId,
            runner: null,
            step: "risk",
            denial: deny("risk_unknown")
          })
        }
      })
      yield* look
      database.isDown = false
      yield* watch(10)
    })
  )
})

const withRealMoney = Effect.gen(function* () {
  const exchange = yield* ScriptedExchange.make
  const backer = strategy("backer", ({ market, openBets }) =>
    openBets.length > 0 ? [] : [back(Number(market.marketId.slice(2)), 3, 2)]
  )
  yield* withBot({ exchange, strategies: [backer], settings: often })(
    Effect.gen(function* () {
      exchange.faults.push("unanswered", "refused")
      yield* anOpenRace()
      yield* watch(5)
      yield* anOpenRace({ number: 2 })
      yield* watch(5)
      exchange.orders.set("77", { ...exchange.orders.values().next().value!, betId: "77", ref: "by-hand" })
      yield* pass("1 minute")
      yield* look
    })
  )
})

const guards = Effect.gen(function* () {
  const settings = settingsOf({})
  yield* Effect.gen(function* () {
    yield* ready()
    const outside = yield* GuardedBot
    outside.clockSkewMs = 5000
    yield* verdictOnNew()
    yield* (yield* SendGuard).sent(3)
    for (const { run } of yield* SendGuardLive.loops) yield* run
    yield* look
  }).pipe(
    Effect.provide(
      Layer.merge(guardedBot(settings, Layer.fresh(Repositories.layerMemory)), Layer.succeed(Settings, settings))
    )
  )
})

const links = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const { check, follow } = yield* LinkWatch.make
  yield* follow
  yield* check
  yield* TestClock.adjust("1 second")
  yield* look
  expect(yield* Clock.currentTimeMillis).toBeGreaterThan(now)
}).pipe(
  Effect.scoped,
  Effect.provide(
    Layer.mergeAll(
      Layer.succeed(Settings, settingsOf({})),
      Notifier.layerLog,
      Layer.succeed(Session, {
        token: Effect.never,
        refused: () => Effect.void,
        status: Effect.map(Clock.currentTimeMillis, (at) => ({
          loggedInSince: at,
          expiresAt: at + 1000,
          lastFailure: null,
          nextLoginAt: null
        }))
      }),
      Layer.succeed(MarketStream, {
        events: Stream.empty,
        health: () => ({
          status: "connected",
          connectedSince: 0,
          lastMessageAt: 0,
          lastPublishTime: 0,
          latencyMs: 20,
          reconnects: 1,
          connectionsAvailable: null,
          problem: null
        })
      })
    )
  )
)

const aDatabase = Effect.gen(function* () {
  const { attempt } = yield* DatabaseHealth
  yield* Effect.result(attempt("test", look))
  yield* look
}).pipe(
  Effect.provide(
    Layer.fresh(Database.layerMemory).pipe(
      Layer.provide(DatabaseMetrics.layer),
      Layer.provide(Layer.succeed(Settings, settingsOf({})))
    )
  )
)

const aWebhook = Effect.gen(function* () {
  const { notify } = yield* Notifier
  yield* notify({ _tag: "Halted", reason: "the test says so" })
  yield* TestClock.adjust("1 second")
  yield* look
}).pipe(
  Effect.provide(
    NotifierWebhook.layer("live").pipe(
      Layer.provide(
        Layer.succeed(
          Settings,
          settingsOf({
            settings: "notifications: { targets: [{ name: mine, kind: generic, url: 'http://127.0.0.1:9/' }] }"
          })
        )
      )
    )
  ),
  Effect.provideService(FetchHttpClient.Fetch, async () => new Response("")),
  Effect.result,
  Effect.map(Result.getOrThrow)
)

it.effect("every metric of the list moves", () =>
  Effect.gen(function* () {
    const predictions = [PredictionDays.anAnsweringService(look), PredictionDays.aFailingService(look)]
    const trading = [aGoodDay, aBadDay, withoutADatabase, withRealMoney, guards, links, aDatabase, aWebhook]
    for (const day of [...trading, ...predictions]) yield* Effect.scoped(day as Effect.Effect<void, unknown>)
    const still = Object.keys(metricList).filter((name) => !moved.has(name))
    expect(still.map((name) => metricPrefix + name)).toEqual([])
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)
