import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { Settings } from "../../src/config/Settings.ts"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import type { BreakerChange } from "../../src/risk/CircuitBreaker.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { betId, noon, settings } from "./Builders.ts"

const withSettings = (changes: Record<string, unknown> = {}) => Layer.succeed(Settings, settings(changes))

const layer = (changes: Record<string, unknown> = {}) =>
  CircuitBreaker.layer("paper").pipe(
    Layer.provideMerge(TradingStateRepository.layerMemory),
    Layer.provideMerge(withSettings(changes))
  )

/** Runs with a breaker of its own on the repository that is there: a process started anew. */
const restarted = <A>(use: Effect.Effect<A, never, CircuitBreaker>) =>
  Effect.scoped(use.pipe(Effect.provide(Layer.fresh(CircuitBreaker.layer("paper")))))

const phase = Effect.map(
  Effect.all([CircuitBreaker, TestClock.testClockWith((clock) => Effect.sync(() => clock.currentTimeMillisUnsafe()))]),
  ([breaker, now]) => breaker.state(now).phase
)

const start = Effect.andThen(TestClock.setTime(noon), CircuitBreaker)

const lose = (breaker: CircuitBreaker["Service"], ids: ReadonlyArray<number>) =>
  Effect.forEach(
    ids,
    (id) => breaker.recordBetResult({ betId: betId(id), net: -1, bankroll: 100_000 - id, at: noon }),
    {
      discard: true
    }
  )

describe("CircuitBreaker", () => {
  it.effect("opens, waits, tries, closes, and opens again", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      yield* lose(breaker, [1, 2, 3, 4, 5])
      assert.strictEqual(yield* phase, "OPEN")
      yield* TestClock.adjust("29 minutes")
      assert.strictEqual(yield* phase, "OPEN")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* phase, "HALF_OPEN")
      const now = noon + 1_800_000
      assert.isNull(breaker.denial(now))
      breaker.takeTrial(betId(6), now)
      assert.strictEqual(breaker.denial(now)?.reason, "half_open_trials_used")
      yield* breaker.recordBetResult({ betId: betId(6), net: 100, bankroll: 100_000, at: now })
      assert.strictEqual(yield* phase, "CLOSED")
      yield* lose(breaker, [11, 12, 13, 14, 15])
      assert.strictEqual(yield* phase, "OPEN")
      assert.strictEqual(breaker.state(now).trips, 2)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("opens on failures in its window, and a success ends the row (G17)", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      const fail = Effect.andThen(breaker.recordFailure("executor", "timeout"), TestClock.adjust("29 seconds"))
      for (let i = 0; i < 9; i++) yield* fail
      yield* breaker.recordSuccess
      yield* fail
      assert.strictEqual(yield* phase, "CLOSED")
      for (let i = 0; i < 9; i++) yield* fail
      assert.strictEqual(yield* phase, "OPEN")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("does not open on failures that are spread over more than the window", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      for (let i = 0; i < 30; i++) {
        yield* breaker.recordFailure("executor", "timeout")
        yield* TestClock.adjust("34 seconds")
      }
      assert.strictEqual(yield* phase, "CLOSED")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("never overwrites what happened by looking at the time (G13)", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      yield* breaker.triggerEmergencyShutdown("test")
      yield* TestClock.adjust("30 minutes")
      const now = noon + 1_800_000
      assert.isFalse(breaker.isOpen(now))
      yield* breaker.recordFailure("executor", "timeout")
      assert.isTrue(breaker.isOpen(now))
      yield* breaker.reset("checked")
      assert.isFalse(breaker.isOpen(now))
      assert.strictEqual(breaker.state(noon).phase, "CLOSED")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("calls back after the change is in force: a callback may use the breaker (G15)", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      const seen: Array<BreakerChange> = []
      breaker.onOpen((change) =>
        Effect.gen(function* () {
          seen.push(change)
          assert.isTrue(breaker.isOpen(change.at))
          yield* breaker.reset("from the callback")
        })
      )
      yield* lose(breaker, [1, 2, 3, 4, 5])
      assert.strictEqual(yield* phase, "CLOSED")
      assert.deepStrictEqual(
        seen.map(({ consecutiveLosses, from, reason, to }) => ({ consecutiveLosses, from, reason, to })),
        [{ consecutiveLosses: 5, from: "CLOSED", reason: "5 losing bets in a row", to: "OPEN" }]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("outlives callbacks that fail or hang, and goes on to try again (G14)", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      const called: Array<string> = []
      breaker.onOpen(() => Effect.die("broken"))
      breaker.onOpen(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => called.push("given up"))))
      breaker.onOpen(() => Effect.sync(() => called.push("after them")))
      yield* breaker.triggerEmergencyShutdown("test")
      assert.deepStrictEqual(called, ["after them"])
      assert.strictEqual(yield* phase, "OPEN")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(called, ["after them", "given up"])
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual(yield* phase, "HALF_OPEN")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("only watches where it may not stop trading, unless a person opens it", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      const told: Array<boolean> = []
      breaker.onOpen(({ stopsTrading }) => Effect.sync(() => told.push(stopsTrading)))
      yield* lose(breaker, [1, 2, 3, 4, 5])
      assert.strictEqual(yield* phase, "OPEN")
      assert.isFalse(breaker.isOpen(noon))
      assert.isNull(breaker.denial(noon))
      yield* breaker.reset("seen")
      yield* breaker.triggerEmergencyShutdown("stop it")
      assert.isTrue(breaker.isOpen(noon))
      assert.deepStrictEqual(told, [false, true])
    }).pipe(Effect.provide(layer({ trading: { emergency_shutdown_enabled: false } })))
  )

  it.effect("logs a change with its numbers", () => {
    const lines: Array<unknown> = []
    const capture = Logger.make(({ message }) => lines.push(message))
    return Effect.gen(function* () {
      const breaker = yield* start
      breaker.setBankroll(100_000)
      yield* breaker.recordBetResult({ betId: betId(1), net: -20_000, bankroll: 80_000, at: noon })
      assert.deepStrictEqual(lines, [
        [
          "Circuit breaker",
          {
            old_state: "CLOSED",
            new_state: "OPEN",
            reason: "drawdown of 20.0 %",
            consecutive_losses: 1,
            drawdown: 0.2
          }
        ]
      ])
    }).pipe(
      Effect.provide(Layer.merge(layer(), Logger.layer([capture]))),
      Effect.provideService(References.MinimumLogLevel, "Info")
    )
  })

  it.effect.each([
    ["bot", { max_consecutive_losses: 2 }],
    ["bot", { max_drawdown_percent: 0.00001 }],
    ["bot", { max_failures: 2 }]
  ] as const)("opens earlier when %s says so: %j (G33)", ([section, changes]) =>
    Effect.gen(function* () {
      const breaker = yield* start
      breaker.setBankroll(100_000)
      yield* lose(breaker, [1, 2])
      yield* breaker.recordFailure("executor", "timeout")
      yield* breaker.recordFailure("executor", "timeout")
      assert.strictEqual(yield* phase, "OPEN")
    }).pipe(Effect.provide(layer({ [section]: changes })))
  )

  it.effect("waits as long as it is told, and tries as often", () =>
    Effect.gen(function* () {
      const breaker = yield* start
      yield* breaker.triggerEmergencyShutdown("test")
      yield* TestClock.adjust("1 minute")
      const now = noon + 60_000
      breaker.takeTrial(betId(1), now)
      assert.isNull(breaker.denial(now))
      breaker.takeTrial(betId(2), now)
      assert.strictEqual(breaker.denial(now)?.reason, "half_open_trials_used")
      breaker.giveBackTrial(betId(1))
      assert.isNull(breaker.denial(now))
    }).pipe(Effect.provide(layer({ bot: { breaker_cooldown_minutes: 1, half_open_trials: 2 } })))
  )
})

describe("CircuitBreaker over a restart", () => {
  const repository = Layer.merge(TradingStateRepository.layerMemory, withSettings())

  it.effect("stays open, counts on, and keeps its peak and its trials", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      yield* restarted(
        Effect.gen(function* () {
          const breaker = yield* CircuitBreaker
          breaker.setBankroll(100_000)
          yield* lose(breaker, [1, 2, 3])
        })
      )
      yield* restarted(
        Effect.gen(function* () {
          const breaker = yield* CircuitBreaker
          yield* lose(breaker, [1, 2, 3, 4])
          assert.strictEqual(breaker.state(noon).consecutiveLosses, 4)
          assert.strictEqual(breaker.state(noon).peak, 100_000)
          yield* lose(breaker, [5])
        })
      )
      yield* TestClock.adjust("30 minutes")
      const now = noon + 1_800_000
      yield* restarted(
        Effect.gen(function* () {
          const breaker = yield* CircuitBreaker
          assert.strictEqual(breaker.state(noon).phase, "OPEN")
          breaker.takeTrial(betId(6), now)
          yield* breaker.flush
        })
      )
      yield* restarted(
        Effect.gen(function* () {
          const breaker = yield* CircuitBreaker
          assert.strictEqual(breaker.denial(now)?.reason, "half_open_trials_used")
          breaker.keepTrials(new Set())
          assert.isNull(breaker.denial(now))
        })
      )
    }).pipe(Effect.provide(repository))
  )

  it.effect("is open when what was kept cannot be read", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const store = yield* TradingStateRepository
      yield* store.set("paper", "circuit_breaker", { phase: "AJAR" })
      yield* restarted(
        Effect.gen(function* () {
          const breaker = yield* CircuitBreaker
          assert.strictEqual(breaker.denial(noon)?.reason, "circuit_breaker_open")
          assert.include(breaker.state(noon).reason, "cannot be read")
        })
      )
    }).pipe(Effect.provide(repository), Effect.provideService(References.MinimumLogLevel, "None"))
  )

  it.effect("changes at once when the database is away, and writes it at the next look", () => {
    let isAway = true
    const written: Array<unknown> = []
    const flaky = Layer.succeed(TradingStateRepository, {
      list: () => Effect.succeed([]),
      remove: () => Effect.void,
      get: () => Effect.void,
      set: (_mode, _key, value) =>
        isAway
          ? Effect.fail(new StorageFailure({ operation: "set", kind: "unavailable", message: "away" }))
          : Effect.sync(() => void written.push(value))
    })
    return Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const breaker = yield* CircuitBreaker
      yield* breaker.triggerEmergencyShutdown("test")
      assert.isTrue(breaker.isOpen(noon))
      isAway = false
      yield* breaker.check
      yield* breaker.check
      assert.strictEqual(written.length, 1)
      assert.propertyVal(written[0] as object, "phase", "OPEN")
    }).pipe(
      Effect.provide(CircuitBreaker.layer("paper").pipe(Layer.provide(flaky), Layer.provide(withSettings()))),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  })

  it.effect("does not start on a database that cannot be read", () => {
    const away = Layer.succeed(TradingStateRepository, {
      list: () => Effect.succeed([]),
      remove: () => Effect.void,
      get: () => Effect.fail(new StorageFailure({ operation: "get", kind: "unavailable", message: "away" })),
      set: () => Effect.void
    })
    return Effect.gen(function* () {
      const failure = yield* Effect.flip(
        Layer.build(CircuitBreaker.layer("paper").pipe(Layer.provide(away), Layer.provide(withSettings())))
      )
      assert.strictEqual(failure.kind, "unavailable")
    })
  })
})
