import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import * as BoundedCall from "../../src/execution/BoundedCall.ts"

const limit = Duration.seconds(30)

describe("BoundedCall", () => {
  it.effect("gives the answer or the failure of the call", () =>
    Effect.gen(function* () {
      const call = yield* BoundedCall.make(limit)
      expect(yield* call(Effect.succeed(1))).toEqual(Result.succeed(1))
      expect(yield* call(Effect.fail("no"))).toEqual(Result.fail("no"))
      expect(Result.isFailure(yield* call(Effect.die("a bug")))).toBe(true)
    })
  )

  it.effect("does not lose the answer to an interruption", () =>
    Effect.gen(function* () {
      const call = yield* BoundedCall.make(limit)
      const answers: Array<unknown> = []
      const slow = Effect.as(Effect.sleep("5 seconds"), "answered")
      const asking = yield* Effect.forkChild(
        Effect.uninterruptible(Effect.map(call(slow), (answer) => void answers.push(answer))),
        { startImmediately: true }
      )
      const stopping = yield* Effect.forkChild(Fiber.interrupt(asking), { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      expect(answers).toEqual([])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stopping)
      expect(answers).toEqual([Result.succeed("answered")])
    })
  )

  it.effect("waits no longer than its limit, even where nothing can be interrupted, and gives the call up", () =>
    Effect.gen(function* () {
      const call = yield* BoundedCall.make(limit)
      let isGivenUp = false
      const silent = Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (isGivenUp = true)))
      const asking = yield* Effect.forkChild(Effect.uninterruptible(call(silent)), { startImmediately: true })
      yield* TestClock.adjust("29 seconds")
      expect(asking.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(asking)).toMatchObject({ failure: { _tag: "NoAnswer" } })
      yield* Effect.yieldNow
      expect(isGivenUp).toBe(true)
    })
  )
})
