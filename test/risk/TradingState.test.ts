import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { noon } from "./Builders.ts"

const restarted = <A>(use: Effect.Effect<A, never, TradingState>) =>
  Effect.scoped(use.pipe(Effect.provide(Layer.fresh(TradingState.layer("paper")))))

const current = Effect.map(TradingState, (trading) => trading.current())

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
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), TradingStateRepository.layerMemory)))
  )

  it.effect("stays halted when it is paused on top of it, until it is resumed", () =>
    Effect.gen(function* () {
      const trading = yield* TradingState
      yield* trading.halt("stop", "anna")
      assert.strictEqual((yield* trading.pause("lunch", "ben")).by, "anna")
      assert.strictEqual(trading.denial()?.reason, "trading_halted")
      assert.strictEqual((yield* trading.resume("found it")).status, "Active")
    }).pipe(Effect.provide(Layer.provide(TradingState.layer("paper"), TradingStateRepository.layerMemory)))
  )

  it.effect("is kept over a restart: halted in the evening is halted in the morning", () =>
    Effect.gen(function* () {
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.halt("stop", "anna")))
      const kept = yield* restarted(current)
      assert.deepStrictEqual([kept.status, kept.reason, kept.by], ["Halted", "stop", "anna"])
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.resume("go")))
      assert.strictEqual((yield* restarted(current)).status, "Active")
    }).pipe(Effect.provide(TradingStateRepository.layerMemory))
  )

  it.effect("is kept apart for paper and live", () =>
    Effect.gen(function* () {
      yield* restarted(Effect.flatMap(TradingState, (trading) => trading.halt("stop")))
      const live = yield* Effect.scoped(current.pipe(Effect.provide(Layer.fresh(TradingState.layer("live")))))
      assert.strictEqual(live.status, "Active")
    }).pipe(Effect.provide(TradingStateRepository.layerMemory))
  )

  it.effect("says once that it cannot be written, however often it changes meanwhile", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const away = new StorageFailure({ operation: "set", kind: "unavailable", message: "gone" })
      const store = Layer.succeed(TradingStateRepository, {
        get: () => Effect.void,
        set: () => Effect.fail(away)
      })
      yield* Effect.flatMap(TradingState, (trading) =>
        Effect.all([trading.pause("a"), trading.resume("b"), trading.pause("c")])
      ).pipe(
        Effect.provide(
          Layer.merge(
            TradingState.layer("paper").pipe(Layer.provide(store)),
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
    }).pipe(
      Effect.provide(TradingStateRepository.layerMemory),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )
})
