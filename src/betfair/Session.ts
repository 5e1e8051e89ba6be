/**
 * The session with Betfair: one for the whole process, logged in on demand, kept alive before it would end, logged in again
 * when it is gone, and logged out at the end. Whoever needs the token waits for the one login that is under way.
 */
import { Clock, Context, Deferred, Duration, Effect, Fiber, Layer, Queue, Redacted, Ref, Scope } from "effect"
import type { ClientOptions } from "./ClientOptions.ts"
import { Connections } from "./Connections.ts"
import { LoginFailed } from "./BetfairError.ts"
import * as Identity from "./IdentityCalls.ts"
import { ServerClock } from "./ServerClock.ts"
import * as State from "./SessionState.ts"

export type SessionToken = Redacted.Redacted<string>

export class Session extends Context.Service<
  Session,
  {
    /** The token, after a login where there is none. Fails at once while a failed login may not be tried again yet. */
    readonly token: Effect.Effect<SessionToken, LoginFailed>
    /** To be told when Betfair does not know the token any more. Another one that has come since is kept. */
    readonly refused: (token: SessionToken) => Effect.Effect<void>
    readonly status: Effect.Effect<State.SessionStatus>
  }
>()("clever-better/betfair/Session") {
  static readonly layer = (options: ClientOptions) => Layer.effect(Session, make(options))
}

const logoutTimeout = Duration.seconds(5)

const make = Effect.fn("Session.make")(function* (options: ClientOptions) {
  const connections = yield* Connections
  const clock = yield* ServerClock
  const scope = yield* Effect.scope
  const state = yield* Ref.make(State.loggedOut)
  const underWay = yield* Ref.make<Deferred.Deferred<SessionToken, LoginFailed> | null>(null)
  // One wake-up is enough, however much has changed.
  const changed = yield* Queue.sliding<void>(1)
  const wake = Queue.offer(changed, undefined)
  const calls = Identity.make(options, connections, clock)

  const login = Effect.gen(function* () {
    const attempt = yield* Effect.result(calls.login)
    const now = yield* Clock.currentTimeMillis
    return yield* Ref.modify(state, State.afterLogin(attempt, now, options.sessionLength))
  }).pipe(Effect.flatMap(Effect.fromResult), Effect.ensuring(wake))

  /** Runs apart from the caller, so that one who gives up takes nothing from the others. */
  const sharedLogin = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const mine = yield* Deferred.make<SessionToken, LoginFailed>()
      const current = yield* Ref.modify(underWay, (other) => [other ?? mine, other ?? mine])
      if (current === mine) {
        yield* login.pipe(
          Effect.onExit((exit) => Ref.set(underWay, null).pipe(Effect.andThen(Deferred.done(mine, exit)))),
          Effect.forkIn(scope)
        )
      }
      return yield* restore(Deferred.await(current))
    })
  )

  const token = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const next = State.forCall(yield* Ref.get(state), now)
    if (next._tag === "UseToken") return next.token
    if (next._tag === "Fail") return yield* next.error
    return yield* sharedLogin
  })

  const refused = (used: SessionToken) =>
    Clock.currentTimeMillis.pipe(
      Effect.flatMap((now) => Ref.update(state, State.afterRefusal(used, now))),
      Effect.andThen(wake),
      Effect.asVoid
    )

  const keepAlive = Effect.gen(function* () {
    const before = yield* Ref.get(state)
    if (before._tag !== "LoggedIn") return
    const answer = yield* Effect.result(calls.keepAlive(before.token))
    const now = yield* Clock.currentTimeMillis
    yield* Ref.update(state, State.afterKeepAlive(before.token, answer, now, options.sessionLength))
  })

  /** Does what is due, then waits for what is due next or for a change. */
  const maintain = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const next = State.nextDuty(yield* Ref.get(state))
    if (next === null) return yield* Queue.take(changed)
    if (next.at > now) {
      return yield* Effect.raceFirst(Effect.sleep(Duration.millis(next.at - now)), Queue.take(changed))
    }
    return yield* next.duty === "KeepAlive" ? keepAlive : Effect.ignore(sharedLogin)
  })

  const upkeep = yield* maintain.pipe(Effect.forever, Effect.forkScoped)
  yield* Scope.addFinalizer(
    scope,
    Effect.gen(function* () {
      yield* Fiber.interrupt(upkeep)
      const last = yield* Ref.getAndSet(state, State.loggedOut)
      if (last._tag !== "LoggedIn") return
      // A finalizer is not interruptible, and a timeout interrupts.
      yield* calls.logout(last.token).pipe(Effect.timeout(logoutTimeout), Effect.interruptible, Effect.ignore)
    })
  )

  return Session.of({ token, refused, status: Effect.map(Ref.get(state), State.status) })
})
