import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, type Redacted } from "effect"
import { onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import type { Mode } from "../../src/domain/Mode.ts"
import { freshSchema, proxyTo, serverUrl, settings } from "./TestDatabase.ts"

const take = (url: Redacted.Redacted | null, mode: Mode = "paper") =>
  Effect.map(
    Layer.build(Layer.fresh(InstanceLock.layer(mode)).pipe(Layer.provide(settings({ url })))),
    Context.get(InstanceLock)
  )

/** Looks every few milliseconds of real time until the condition holds; the test's own timeout is the bound. */
const until = (condition: () => boolean) =>
  onRealClock(
    Effect.gen(function* () {
      while (!condition()) yield* Effect.sleep("5 millis")
    })
  )

describe("InstanceLock.layer", () => {
  it.effect("leaves the embedded database to its directory's lock", () =>
    Effect.gen(function* () {
      const lock = yield* take(null)
      expect(lock.isHeld()).toBe(true)
    })
  )
})

describe.skipIf(serverUrl === undefined)("InstanceLock.layer on a server (TEST_DATABASE_URL)", () => {
  it.effect("refuses a second bot of the mode until the first has ended", () =>
    Effect.gen(function* () {
      const url = yield* freshSchema
      yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* take(url)
          expect(first.isHeld()).toBe(true)
          const refused = yield* Effect.flip(take(url))
          expect(refused).toMatchObject({ _tag: "AlreadyRunning", mode: "paper" })
          expect(refused.message).toMatch(/another bot trades in paper mode on .*connected from .* since/)
          expect((yield* take(url, "live")).isHeld()).toBe(true)
        })
      )
      const next = yield* Effect.scoped(Effect.map(take(url), (lock) => lock.isHeld()))
      expect(next).toBe(true)
    })
  )

  it.effect("notices that its connection is lost, and takes the lock again", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      const lock = yield* take(proxy.url)
      yield* proxy.cut
      yield* until(() => !lock.isHeld())
      yield* proxy.mend
      yield* until(lock.isHeld)
    })
  )

  it.effect("tells when another bot has taken the lock meanwhile", () =>
    Effect.gen(function* () {
      const url = yield* freshSchema
      const proxy = yield* proxyTo(url)
      const lock = yield* take(proxy.url)
      yield* proxy.cut
      yield* until(() => !lock.isHeld())
      // The server frees the lock a moment after it has seen the connection end.
      const other = yield* onRealClock(Effect.eventually(take(url)))
      expect(other.isHeld()).toBe(true)
      yield* proxy.mend
      expect(yield* Effect.flip(lock.takenOver)).toMatchObject({ _tag: "AlreadyRunning" })
      expect(lock.isHeld()).toBe(false)
    })
  )
})
