import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { type AuditEntry, AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { noon } from "./Builders.ts"

const restarted = <A>(use: Effect.Effect<A, never, TradingState>) =>
  Effect.scoped(use.pipe(Effect.provide(Layer.fresh(TradingState.layer("paper")))))

const stores = Layer.merge(TradingStateRepository.layerMemory, AuditRepository.layerMemory)

const current = Effect.map(TradingState, (trading) => trading.current())

const entry = (event: string, actor: string, reason: string, from: string): AuditEntry => ({
  mode: "live",
  at: noon,
  event,
  subject: "trading_state",
  actor,
  data: { reason, from }
})
describe("TradingState", () => {
  it.effect("is active at first, and says since when, why and by whom it is not", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const trading = yield* TradingState
      assert.isNull(trading.denial())
      const paused = yield* trading.pause("lunch", "anna")
      assert.deepStrictEqual(paused, { status: "Paused", reason: "lunch", since: noon, by: "anna" })
      assert.strictEqual(trading.denial()?.reason, "trading_paused")
      yield* trading.resume("back")
      assert.isNull(trading.denial())
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), stores)))
  )

  it.effect("lets reducing orders pass when it only reduces", () =>
    Effect.gen(function* () {
      const trading = yield* TradingState
      yield* trading.reduce("enough", "anna")
      assert.isNull(trading.denial())
      assert.isTrue(trading.isReducing())
      yield* trading.resume("more")
      assert.isFalse(trading.isReducing())
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), stores)))
  )

  it.effect("gives way to a stricter state only, but for resume", () =>
    Effect.gen(function* () {
      const trading = yield* TradingState
      const asked: Array<string> = []
      for (const what of ["reduce", "pause", "reduce", "halt", "pause", "reduce", "resume", "halt"] as const) {
        asked.push(`${what}: ${(yield* trading[what]("because")).status}`)
      }
      assert.deepStrictEqual(asked, [
        "reduce: Reducing",
        "pause: Paused",
        "reduce: Paused",
        "halt: Halted",
        "pause: Halted",
        "reduce: Halted",
        "resume: Active",
        "halt: Halted"
      ])
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), stores)))
  )

  it.effect("is halted when haltNow returns, and says so and writes it at the next check", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const trading = yield* TradingState
      trading.onChange(({ from, to }) => Effect.sync(() => void told.push(`${from.status} ${to.status}`)))
      trading.haltNow("a bet was about to be sent twice", "bot")
      assert.strictEqual(trading.denial()?.reason, "trading_halted")
      assert.deepStrictEqual(told, [])
      yield* trading.check
      yield* trading.check
      assert.deepStrictEqual(told, ["Active Halted"])
      const kept = (yield* (yield* TradingStateRepository).get("paper", "trading_state")) as { readonly by: string }
      assert.strictEqual(kept.by, "bot")
    }).pipe(Effect.provide(Layer.provideMerge(TradingState.layer("paper"), stores)))
  )

  it.effect("keeps each change with who made it and why, also those that the database could not take at once", () =>
    Effect.gen(function* () {
      const kept: Array<AuditEntry> = []
      let isDown = false
      const away = new StorageFailure({ operation: "append", kind: "unavailable", message: "gone" })
      const audit = Layer.succeed(AuditRepository, {
        append: (entries) => (isDown ? Effect.fail(away) : Effect.sync(() => void kept.push(...entries))),
        recent: () => Effect.succeed([])
      })
      yield* TestClock.setTime(noon)
      yield* Effect.gen(function* () {
        const trading = yield* TradingState
        yield* trading.pause("lunch", "anna")
        isDown = true
        yield* trading.halt("fire", "ben")
        yield* trading.resume("out", "ben")
        isDown = false
        yield* trading.check
      }).pipe(
        Effect.provide(
          Layer.provide(TradingState.layer("live"), Layer.merge(TradingStateRepository.layerMemory, audit))
        )
      )
      assert.deepStrictEqual(kept, [
        entry("trading.paused", "anna", "lunch", "Active"),
        entry("trading.halted", "ben", "fire", "Paused"),
        entry("trading.resumed", "ben", "out", "Halted")
      ])
    })
  )

  it.effect("stays halted when it is paused on top of it, until it is resumed", () =>
    Effect.gen(function* () {
      const trading = yield* TradingState
      yield* trading.halt("stop", "anna")
      assert.strictEqual((yield* trading.pause("lunch", "ben")).by, "anna")
      assert.strictEqual(trading.denial()?.reason, "trading_halted")
      assert.strictEqual((yield* trading.resume("found it")).status, "Active")
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), stores)))
  )

  it.effect("is kept over a restart: halted in the evening is halted in the morning", () =>
    Effect.gen(function* () {
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.halt("stop", "anna")))
      const kept = yield* restarted(current)
      assert.deepStrictEqual([kept.status, kept.reason, kept.by], ["Halted", "stop", "anna"])
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.resume("go")))
      assert.strictEqual((yield* restarted(current)).status, "Active")
    }).pipe(Effect.provide(stores))
  )

  it.effect("is kept apart for paper and live", () =>
    Effect.gen(function* () {
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.halt("stop")))
      const live = yield* Effect.scoped(current.pipe(Effect.provide(Layer.fresh(TradingState.layer("live")))))
      assert.strictEqual(live.status, "Active")
    }).pipe(Effect.provide(stores))
  )

  it.effect("says once that it cannot be written, however often it changes meanwhile", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const away = new StorageFailure({ operation: "set", kind: "unavailable", message: "gone" })
      const store = Layer.succeed(TradingStateRepository, {
        list: () => Effect.succeed([]),
        remove: () => Effect.void,
        get: () => Effect.void,
        set: () => Effect.fail(away)
      })
      yield* Effect.flatMap(TradingState, (trading) =>
        Effect.all([trading.pause("a"), trading.resume("b"), trading.pause("c")])
      ).pipe(
        Effect.provide(
          Layer.merge(
            TradingState.layer("paper").pipe(Layer.provide(Layer.merge(store, AuditRepository.layerMemory))),
            Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
          )
        )
      )
      assert.lengthOf(
        said.filter((message) => message.includes("not written")),
        1
      )
    })
  )

  it.effect("is halted when what was kept cannot be read", () =>
    Effect.gen(function* () {
      const store = yield* TradingStateRepository
      yield* store.set("paper", "trading_state", "Active")
      assert.strictEqual((yield* restarted(current)).status, "Halted")
    }).pipe(Effect.provide(stores), Effect.provideService(References.MinimumLogLevel, "None"))
  )
})
