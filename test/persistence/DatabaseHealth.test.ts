import { describe, expect, it, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { TestClock } from "effect/testing"
import * as Database from "../../src/persistence/Database.ts"
import { DatabaseHealth, onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import { fromError } from "../../src/persistence/StorageFailure.ts"

const impatient = DatabaseHealth.layer(Duration.millis(100)).pipe(Layer.provideMerge(Database.layerMemory))

const patientAtFirst = DatabaseHealth.layer(Duration.millis(100), Duration.minutes(1)).pipe(
  Layer.provideMerge(Database.layerMemory)
)

layer(patientAtFirst)("DatabaseHealth.hurry", (it) => {
  it.effect("ends the time in which an answer may take long", () =>
    Effect.gen(function* () {
      const health = yield* DatabaseHealth
      yield* health.attempt("slow", onRealClock(Effect.sleep("150 millis")))
      health.hurry()
      const failure = yield* Effect.flip(health.attempt("slow", Effect.never))
      expect(failure.message).toContain("100ms")
    })
  )
})

layer(impatient)("DatabaseHealth.attempt", (it) => {
  it.effect("gives up after the limit of real time, though the caller's clock stands still", () =>
    Effect.gen(function* () {
      const health = yield* DatabaseHealth
      const failure = yield* Effect.flip(health.attempt("slow", Effect.never))
      expect(failure).toMatchObject({ kind: "unavailable", operation: "slow" })
      expect(failure.message).toContain("100ms")
      expect(health.isHealthy()).toBe(false)
      yield* health.check
      expect(health.isHealthy()).toBe(true)
    })
  )

  it.effect("does not wait for an operation that cannot be interrupted", () =>
    Effect.gen(function* () {
      const health = yield* DatabaseHealth
      const gate = yield* Deferred.make<void>()
      const stubborn = health.attempt("stubborn", Effect.uninterruptible(Deferred.await(gate)))
      expect((yield* Effect.flip(stubborn)).kind).toBe("unavailable")
      yield* Deferred.succeed(gate, undefined)
    })
  )

  it.effect("does not give up when the caller's clock jumps", () =>
    Effect.gen(function* () {
      const health = yield* DatabaseHealth
      const brief = yield* Effect.forkChild(health.attempt("brief", onRealClock(Effect.sleep("30 millis"))))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(brief)
    })
  )

  it.effect("stays healthy when the database answers with a refusal", () =>
    Effect.gen(function* () {
      const health = yield* DatabaseHealth
      const sql = yield* SqlClient.SqlClient
      const failure = yield* Effect.flip(health.attempt("wrong", sql`SELECT FROM nothing_of_the_kind`))
      expect(failure).toMatchObject({ kind: "invalid" })
      expect(failure.message).toContain("nothing_of_the_kind")
      expect(health.isHealthy()).toBe(true)
    })
  )
})

describe("StorageFailure.fromError", () => {
  const reason = { message: "no", operation: "query" }
  const withCode = (code: string) =>
    new SqlError.UnknownError({ ...reason, cause: Object.assign(new Error("no"), { code }) })

  it.each([
    ["unavailable", new SqlError.ConnectionError({ ...reason, cause: "gone" })],
    ["unavailable", new SqlError.DeadlockError({ ...reason, cause: "x" })],
    ["unavailable", new SqlError.SerializationError({ ...reason, cause: "x" })],
    ["unavailable", new SqlError.LockTimeoutError({ ...reason, cause: "x" })],
    ["unavailable", new SqlError.StatementTimeoutError({ ...reason, cause: "x" })],
    ["unavailable", withCode("57P01")],
    ["unavailable", withCode("53100")],
    ["conflict", new SqlError.UniqueViolation({ ...reason, cause: "x", constraint: "k" })],
    ["invalid", new SqlError.ConstraintError({ ...reason, cause: "x" })],
    ["invalid", new SqlError.SqlSyntaxError({ ...reason, cause: "x" })],
    ["invalid", withCode("22003")]
  ] as const)("calls it %s: %s", (kind, cause) => {
    expect(fromError("op")(new SqlError.SqlError({ reason: cause }))).toMatchObject({ kind, operation: "op" })
  })
})
