import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Fiber, Layer, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import { Session } from "../../src/betfair/Session.ts"
import { FakeExchange, identity, json, loggedIn, options, type Reply } from "./FakeExchange.ts"

const minute = 60_000
const hour = 60 * minute

const token = Effect.flatMap(Session, (session) => session.token)
const status = Effect.flatMap(Session, (session) => session.status)
const refused = (status: string): Reply => json({ loginStatus: status })

const healthyExchange = (own?: ClientOptions) => {
  const healthy = identity()
  return new FakeExchange((asked) => healthy(asked)!, own)
}

/** Answers logins in this order, the last one for ever, and prolongs sessions. */
const logins = (...replies: ReadonlyArray<Reply>) => {
  let next = 0
  const healthy = identity()
  return new FakeExchange((asked) =>
    asked.operation === "certlogin" ? replies[Math.min(next++, replies.length - 1)]! : healthy(asked)!
  )
}

describe("Session.token", () => {
  it.effect("logs in with the certificate login's form", () => {
    const exchange = healthyExchange()
    return Effect.gen(function* () {
      expect(Redacted.value(yield* token)).toBe("token-1")
      const [login] = exchange.asked
      expect(login!.url).toBe("https://identitysso-cert.betfair.com/api/certlogin")
      expect(login!.body).toBe("username=user&password=pass%26word")
      expect(login!.headers).toMatchObject({
        "x-application": "app-key",
        "content-type": "application/x-www-form-urlencoded"
      })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("shares one login between all who ask", () =>
    Effect.gen(function* () {
      const open = yield* Deferred.make<void>()
      const exchange = new FakeExchange(() => Effect.as(Deferred.await(open), loggedIn("one")))
      yield* Effect.gen(function* () {
        const all = yield* Effect.forkChild(Effect.replicateEffect(token, 20, { concurrency: "unbounded" }))
        yield* TestClock.adjust(1)
        yield* Deferred.succeed(open, undefined)
        const tokens = yield* Fiber.join(all)
        expect(tokens.map(Redacted.value)).toEqual(Array(20).fill("one"))
        expect(exchange.count("certlogin")).toBe(1)
      }).pipe(Effect.provide(exchange.layer))
    })
  )

  it.effect("goes on with a login whose first caller gave up", () =>
    Effect.gen(function* () {
      const open = yield* Deferred.make<void>()
      const exchange = new FakeExchange(() => Effect.as(Deferred.await(open), loggedIn("one")))
      yield* Effect.gen(function* () {
        const first = yield* Effect.forkChild(token)
        yield* TestClock.adjust(1)
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(open, undefined)
        yield* token
        expect(exchange.count("certlogin")).toBe(1)
      }).pipe(Effect.provide(exchange.layer))
    })
  )

  it.effect("fails without another attempt when the password is wrong", () => {
    const exchange = logins(refused("INVALID_USERNAME_OR_PASSWORD"))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(token)
      expect(error).toMatchObject({ status: "INVALID_USERNAME_OR_PASSWORD", retryAt: null })
      yield* TestClock.adjust("10 hours")
      yield* Effect.flip(token)
      expect(exchange.count("certlogin")).toBe(1)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("waits a ban of twenty minutes out, then logs in by itself", () => {
    const exchange = logins(refused("TEMPORARY_BAN_TOO_MANY_REQUESTS"), loggedIn("back"))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(token)
      expect(error.retryAt).toBeGreaterThanOrEqual((yield* Clock.currentTimeMillis) + 20 * minute)
      yield* TestClock.adjust("20 minutes")
      yield* Effect.flip(token)
      expect(exchange.count("certlogin")).toBe(1)
      yield* TestClock.adjust("10 seconds")
      expect(exchange.count("certlogin")).toBe(2)
      expect(Redacted.value(yield* token)).toBe("back")
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("tries again with growing delays of a minute at most when the exchange does not answer", () => {
    const times: Array<number> = []
    const exchange = new FakeExchange(() =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        times.push(now)
        return { body: "<html>", status: 503 }
      })
    )
    return Effect.gen(function* () {
      const error = yield* Effect.flip(token)
      expect(error).toMatchObject({ status: "NO_ANSWER", retryAt: 1000 })
      yield* TestClock.adjust("5 minutes")
      expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243].map((seconds) => seconds * 1000))
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("takes a login that never ends for one that failed", () => {
    const exchange = new FakeExchange(() => Effect.never)
    return Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(Effect.flip(token))
      yield* TestClock.adjust("16 seconds")
      expect(yield* Fiber.join(waiting)).toMatchObject({ status: "NO_ANSWER" })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("never shows token or password in an error", () => {
    const exchange = new FakeExchange(() => ({ body: '{"sessionToken":"secret-token","loginStatus":' }))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(token)
      expect(JSON.stringify(error) + error.message).not.toMatch(/secret-token|pass&word|app-key/)
    }).pipe(Effect.provide(exchange.layer))
  })
})

describe("Session", () => {
  it.effect("is kept alive when half of it is over, and so never ends", () => {
    const exchange = logins(loggedIn("one"))
    return Effect.gen(function* () {
      yield* token
      expect(yield* status).toMatchObject({ loggedInSince: 0, expiresAt: 12 * hour, lastFailure: null })
      yield* TestClock.adjust("6 hours")
      expect(exchange.asked.at(-1)).toMatchObject({
        url: "https://identitysso.betfair.com/api/keepAlive",
        headers: { "x-authentication": "one", "x-application": "app-key" }
      })
      expect(yield* status).toMatchObject({ loggedInSince: 0, expiresAt: 18 * hour })
      yield* TestClock.adjust("72 hours")
      yield* token
      expect(exchange.count("certlogin")).toBe(1)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("survives keep-alives without an answer as long as it lasts, then logs in again", () => {
    const healthy = identity()
    const exchange = new FakeExchange((asked) =>
      asked.operation === "keepAlive" ? { body: "", status: 500 } : healthy(asked)!
    )
    return Effect.gen(function* () {
      yield* token
      yield* TestClock.adjust("11 hours")
      expect(Redacted.value(yield* token)).toBe("token-1")
      expect(yield* status).toMatchObject({ lastFailure: { status: "NO_ANSWER" } })
      yield* TestClock.adjust("1 hour")
      expect(Redacted.value(yield* token)).toBe("token-2")
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("logs in again at once when a keep-alive finds no session", () => {
    const healthy = identity()
    const exchange = new FakeExchange((asked) =>
      asked.operation === "keepAlive" ? json({ status: "FAIL", error: "NO_SESSION", token: "" }) : healthy(asked)!
    )
    return Effect.gen(function* () {
      yield* token
      yield* TestClock.adjust("6 hours")
      expect(exchange.count("certlogin")).toBe(2)
      expect(yield* status).toMatchObject({ loggedInSince: 6 * hour, lastFailure: { status: "NO_SESSION" } })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("does not begin before it is asked for", () => {
    const exchange = logins(loggedIn("one"))
    return Effect.gen(function* () {
      yield* TestClock.adjust("1 day")
      expect(exchange.asked).toEqual([])
      expect(yield* status).toEqual({ loggedInSince: null, expiresAt: null, lastFailure: null, nextLoginAt: null })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("keeps a token that came after the one that was refused", () => {
    const exchange = healthyExchange()
    return Effect.gen(function* () {
      const session = yield* Session
      const first = yield* session.token
      yield* session.refused(first)
      yield* TestClock.adjust(1)
      const second = yield* session.token
      yield* session.refused(first)
      yield* TestClock.adjust(1)
      expect(Redacted.value(yield* session.token)).toBe(Redacted.value(second))
      expect(exchange.count("certlogin")).toBe(2)
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("that is forgotten at once, again and again, is not asked for a hundred times a minute", () => {
    const exchange = healthyExchange()
    return Effect.gen(function* () {
      const session = yield* Session
      for (let second = 0; second < 600; second++) {
        yield* Effect.ignore(Effect.tap(session.token, session.refused))
        yield* TestClock.adjust("1 second")
      }
      // Ten minutes: a login each five seconds, after the first few.
      expect(exchange.count("certlogin")).toBeLessThan(130)
      expect(yield* Effect.flip(session.token)).toMatchObject({ status: "INVALID_SESSION_INFORMATION" })
    }).pipe(Effect.provide(exchange.layer))
  })

  it.effect("logs out when its scope ends", () =>
    Effect.gen(function* () {
      const exchange = logins(loggedIn("one"))
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(exchange.layer, scope)
      yield* Effect.provide(token, context)
      yield* Scope.close(scope, Exit.void)
      expect(exchange.asked.at(-1)).toMatchObject({ operation: "logout", headers: { "x-authentication": "one" } })
    })
  )

  it.effect("does not wait for ever to log out", () =>
    Effect.gen(function* () {
      const exchange = new FakeExchange((asked) => (asked.operation === "logout" ? Effect.never : loggedIn("one")))
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(exchange.layer, scope)
      yield* Effect.provide(token, context)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(closing)
      expect(exchange.count("logout")).toBe(1)
    })
  )

  it.effect("of Italy is kept alive every ten minutes", () => {
    const own = { ...options, sessionLength: Duration.minutes(20) }
    const exchange = healthyExchange(own)
    return Effect.gen(function* () {
      yield* token
      yield* TestClock.adjust("1 hour")
      expect(exchange.count("keepAlive")).toBe(6)
    }).pipe(Effect.provide(exchange.layer))
  })
})
