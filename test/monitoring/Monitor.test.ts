import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Ref, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import * as BetOf from "../../src/domain/Bet.ts"
import type { StrategyId } from "../../src/domain/Identifiers.ts"
import { Monitor } from "../../src/monitoring/Monitor.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { PerformanceRepository } from "../../src/persistence/PerformanceRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import { type BetChanges, bet } from "../settlement/builders.ts"

const id = (name: string) => name as StrategyId
const at = (text: string) => Date.parse(text)

const settingsOf = (settings: unknown) => Layer.effect(Settings, Schema.decodeUnknownEffect(SettingsSchema)(settings))

/** A monitor over repositories in memory, at noon of the first of May in London. */
const withMonitor =
  (settings: unknown = {}) =>
  <A, E>(test: Effect.Effect<A, E, Monitor | BetRepository | PerformanceRepository | StrategyRepository>) =>
    TestClock.setTime(at("2026-05-01T11:00:00Z")).pipe(
      Effect.andThen(test),
      Effect.provide(
        Monitor.layer("paper").pipe(Layer.provideMerge(Repositories.layerMemory), Layer.provide(settingsOf(settings)))
      )
    )

/** Writes a settled bet: placed, matched and settled at `settledAt`. */
const settle = Effect.fnUntraced(function* (net: number, settledAt: string, changes: BetChanges = {}) {
  const bets = yield* BetRepository
  const time = at(settledAt)
  const matched = bet({ n: time, createdAt: time, marketId: `1.${time}` as Bet["marketId"], ...changes })
  yield* bets.create([matched])
  const settled = BetOf.transition(matched, { _tag: "Settled", at: time, profit: net, commission: 0 })
  yield* bets.update([settled])
  return settled
})

const update = Effect.flatMap(Monitor, (monitor) => monitor.updatePerformance)
const dashboard = Effect.flatMap(Monitor, (monitor) => monitor.dashboardData)
const rows = Effect.flatMap(PerformanceRepository, (repository) => repository.history("paper", id("simple_value")))

describe("Monitor.updatePerformance", () => {
  it.effect("counts a settled bet once, however often it looks", () =>
    withMonitor()(
      Effect.gen(function* () {
        yield* settle(500, "2026-05-01T10:59:00Z")
        for (let round = 0; round < 3; round++) {
          expect(yield* update).toMatchObject([{ bets: 1, wins: 1, net: 500, currentStreak: 1 }])
          yield* TestClock.adjust("1 minute")
        }
        yield* settle(-200, "2026-05-01T11:03:00Z")
        expect(yield* update).toMatchObject([{ bets: 2, wins: 1, losses: 1, net: 300, currentStreak: -1 }])
      })
    )
  )

  it.effect("counts a bet that settled in the past but was written only now", () =>
    withMonitor()(
      Effect.gen(function* () {
        yield* settle(500, "2026-05-01T10:59:00Z")
        yield* update
        yield* settle(-200, "2026-05-01T10:30:00Z")
        expect(yield* update).toMatchObject([{ bets: 2, net: 300, currentStreak: 1, maxDrawdown: 200 }])
      })
    )
  )

  it.effect("replaces the amounts of a bet that is settled anew, as if it had started afresh", () =>
    withMonitor()(
      Effect.gen(function* () {
        const first = yield* settle(500, "2026-05-01T10:50:00Z")
        yield* settle(-300, "2026-05-01T10:55:00Z")
        expect(yield* update).toMatchObject([{ net: 200, wins: 1, losses: 1 }])
        const bets = yield* BetRepository
        yield* TestClock.adjust("1 minute")
        const corrected = { _tag: "Settled", at: at("2026-05-01T11:01:00Z"), profit: -1_000, commission: 0 } as const
        yield* bets.update([BetOf.transition(first, corrected)])
        const corrections = yield* update
        expect(corrections).toMatchObject([
          { bets: 2, net: -1_300, wins: 0, losses: 2, largestWin: 0, currentStreak: -2 }
        ])
        const afresh = yield* Effect.provide(
          update,
          Layer.fresh(Monitor.layer("paper")).pipe(Layer.provide(settingsOf({})))
        )
        expect(afresh).toEqual(corrections)
      })
    )
  )

  it.effect("does not divide by bets that are open", () =>
    withMonitor()(
      Effect.gen(function* () {
        const bets = yield* BetRepository
        yield* settle(500, "2026-05-01T10:50:00Z")
        yield* bets.create([bet({ n: 1 })])
        expect(yield* update).toMatchObject([{ bets: 1, pending: 1, winRate: 1, roi: 0.5, averageStake: 1_000 }])
      })
    )
  )

  it.effect("writes one row a strategy and trading day, cumulated, and none when nothing is new", () =>
    withMonitor({ trading: { time_zone: "Europe/London" } })(
      Effect.gen(function* () {
        yield* settle(500, "2026-05-01T10:50:00Z")
        yield* update
        // Half past midnight in London is still the day before in UTC.
        yield* TestClock.setTime(at("2026-05-01T23:31:00Z"))
        yield* settle(-100, "2026-05-01T22:59:00Z")
        yield* settle(300, "2026-05-01T23:30:00Z")
        yield* update
        const written = yield* rows
        expect(written).toMatchObject([
          { day: "2026-05-01", bets: 2, profit: 400, staked: 2_000 },
          { day: "2026-05-02", bets: 3, profit: 700, wins: 2, losses: 1 }
        ])
        yield* TestClock.adjust("1 minute")
        yield* update
        expect(yield* rows).toEqual(written)
      })
    )
  )

  it.effect("keeps modes apart", () =>
    withMonitor()(
      Effect.gen(function* () {
        yield* settle(500, "2026-05-01T10:50:00Z", { mode: "live" })
        expect(yield* update).toEqual([])
      })
    )
  )

  it.effect("computes the Sharpe ratio where advanced analytics are switched on, from the configured bankroll", () =>
    Effect.gen(function* () {
      const twoDays = Effect.gen(function* () {
        yield* settle(1_000, "2026-04-30T10:00:00Z")
        yield* settle(-500, "2026-05-01T10:00:00Z")
        return (yield* update)[0]!.sharpe
      })
      const on = { features: { advanced_analytics_enabled: true } }
      expect(yield* withMonitor()(twoDays)).toBeNull()
      expect(yield* withMonitor({ ...on, bot: { risk_free_rate: 0 } })(twoDays)).toBeCloseTo(1.29099, 5)
      expect(yield* withMonitor(on)(twoDays)).toBeLessThan(1.29)
      expect(
        yield* withMonitor({ ...on, bot: { risk_free_rate: 0.73 }, trading: { bankroll: 500 } })(twoDays)
      ).toBeCloseTo(0.7746, 5)
    })
  )

  it.effect("writes with the next update what could not be written", () =>
    Effect.gen(function* () {
      const isDown = yield* Ref.make(true)
      const unreliable = Layer.effect(
        PerformanceRepository,
        Effect.map(PerformanceRepository, (repository) => ({
          ...repository,
          record: (changed: Parameters<typeof repository.record>[0]) =>
            Effect.flatMap(Ref.get(isDown), (down) =>
              down
                ? Effect.fail(new StorageFailure({ operation: "record", kind: "unavailable", message: "down" }))
                : repository.record(changed)
            )
        }))
      ).pipe(Layer.provideMerge(Repositories.layerMemory))
      yield* TestClock.setTime(at("2026-05-01T11:00:00Z"))
      yield* Effect.gen(function* () {
        yield* settle(500, "2026-05-01T10:50:00Z")
        expect((yield* Effect.flip(update))._tag).toBe("StorageFailure")
        yield* Ref.set(isDown, false)
        expect(yield* update).toMatchObject([{ bets: 1, net: 500 }])
        expect(yield* rows).toMatchObject([{ bets: 1, profit: 500 }])
      }).pipe(
        Effect.provide(Monitor.layer("paper").pipe(Layer.provideMerge(unreliable), Layer.provide(settingsOf({}))))
      )
    })
  )
})

describe("Monitor.dashboardData", () => {
  it.effect("sorts strategies by what they won, and shows bets that are not settled too", () =>
    withMonitor()(
      Effect.gen(function* () {
        const bets = yield* BetRepository
        const strategies = yield* StrategyRepository
        const row = { kind: "simple_value", parameters: {}, note: null }
        yield* strategies.seed([
          { ...row, id: id("best"), active: true },
          { ...row, id: id("retired"), active: false }
        ])
        yield* settle(-500, "2026-05-01T10:50:00Z", { strategyId: "worst" })
        yield* settle(900, "2026-05-01T10:51:00Z", { strategyId: "best" })
        yield* settle(100, "2026-05-01T10:52:00Z", { strategyId: "middle" })
        const now = at("2026-05-01T10:58:00Z")
        yield* bets.create([bet({ n: now, createdAt: now, strategyId: "best" })])
        const shown = yield* dashboard
        expect(shown.activeStrategies).toEqual(["best"])
        expect(shown.topStrategies.map(({ strategyId, pending }) => [strategyId, pending])).toEqual([
          ["best", 1],
          ["middle", 0],
          ["worst", 0]
        ])
        expect(shown.recentBets.map(({ status, strategyId }) => [strategyId, status])).toEqual([
          ["best", "matched"],
          ["middle", "settled"],
          ["best", "settled"],
          ["worst", "settled"]
        ])
      })
    )
  )

  it.effect("counts today from midnight in the configured zone", () =>
    withMonitor({ trading: { time_zone: "Australia/Sydney" } })(
      Effect.gen(function* () {
        // Noon in London is nine in the evening in Sydney, whose day began at 14:00 UTC.
        yield* settle(500, "2026-04-30T13:59:00Z")
        yield* settle(-200, "2026-04-30T14:01:00Z")
        yield* settle(300, "2026-05-01T10:00:00Z", { createdAt: at("2026-04-30T13:00:00Z") })
        expect(yield* dashboard).toMatchObject({ betsToday: 1, profitToday: 100 })
        yield* TestClock.setTime(at("2026-05-01T14:00:00Z"))
        expect(yield* dashboard).toMatchObject({ betsToday: 0, profitToday: 0 })
      })
    )
  )
})

describe("Monitor.liveMetrics", () => {
  it.effect("knows a strategy from its first open bet", () =>
    withMonitor()(
      Effect.gen(function* () {
        const bets = yield* BetRepository
        yield* bets.create([bet({ n: 1 })])
        const monitor = yield* Monitor
        expect(yield* monitor.liveMetrics).toMatchObject([{ strategyId: "simple_value", bets: 0, pending: 1, net: 0 }])
      })
    )
  )
})
