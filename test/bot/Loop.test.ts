import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Failure, forkLoop, forkReaction } from "../../src/bot/Loop.ts"

const seconds = (times: ReadonlyArray<number>) => times.map((time) => time / 1000)

describe("forkLoop", () => {
  it.effect("comes round at once and then each minute", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      yield* forkLoop(
        {
          name: "trading",
          every: Duration.seconds(60),
          run: Effect.map(Clock.currentTimeMillis, (now) => void times.push(now))
        },
        () => Effect.void
      )
      yield* TestClock.adjust("3 minutes")
      expect(seconds(times)).toEqual([0, 60, 120, 180])
    })
  )

  it.effect("reports failures and defects, backs off, and keeps to its grid of time", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      const failures: Array<Failure> = []
      const run = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        times.push(now)
        if (now === 60_000) return yield* Effect.fail("database gone")
        if (now === 61_000) throw new Error("bug")
      })
      yield* forkLoop({ name: "trading", every: Duration.seconds(60), run }, (failure) =>
        Effect.sync(() => void failures.push(failure))
      )
      yield* TestClock.adjust("3 minutes")
      expect(seconds(times)).toEqual([0, 60, 61, 63, 120, 180])
      expect(failures.map(({ name }) => name)).toEqual(["trading", "trading"])
    })
  )

  it.effect("ends with its scope, and being ended is no failure", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      let rounds = 0
      const failures: Array<Failure> = []
      yield* forkLoop({ name: "x", every: Duration.seconds(1), run: Effect.sync(() => void rounds++) }, (failure) =>
        Effect.sync(() => void failures.push(failure))
      ).pipe(Scope.provide(scope))
      yield* TestClock.adjust("2 seconds")
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("10 seconds")
      expect([rounds, failures.length]).toEqual([3, 0])
    })
  )
})

/** A reaction to numbers that come in; its first round may fail. */
const withInbox = (failFirst: boolean) =>
  Effect.gen(function* () {
    const inbox: Array<number> = []
    const handled: Array<number> = []
    let failures = 0
    const reaction = yield* forkReaction(
      {
        name: "orders",
        pending: () => inbox.length > 0,
        run: Effect.suspend(() => {
          if (failFirst && failures === 0) return Effect.fail("database gone")
          handled.push(...inbox.splice(0))
          return Effect.void
        })
      },
      () => Effect.sync(() => void failures++)
    )
    return { inbox, handled, reaction, failures: () => failures }
  })

describe("forkReaction", () => {
  it.effect("runs when it is woken with something pending, and only then", () =>
    Effect.gen(function* () {
      const { handled, inbox, reaction } = yield* withInbox(false)
      yield* TestClock.adjust("1 second")
      inbox.push(1, 2)
      yield* TestClock.adjust("1 second")
      expect(handled).toEqual([])
      reaction.wake()
      yield* TestClock.adjust("1 millis")
      expect(handled).toEqual([1, 2])
    })
  )

  it.effect("keeps what failed and tries it again after the back-off", () =>
    Effect.gen(function* () {
      const { failures, handled, inbox, reaction } = yield* withInbox(true)
      inbox.push(1)
      reaction.wake()
      yield* TestClock.adjust("999 millis")
      expect([handled, failures()]).toEqual([[], 1])
      yield* TestClock.adjust("1 millis")
      expect(handled).toEqual([1])
    })
  )
})
