/**
 * Whether everything that betting needs is well, each thing by its name. What a bot does not have (a session, an exchange to
 * compare with) is not asked about.
 */
import { Clock, Context, Duration, Effect, Layer, Option } from "effect"
import { Session } from "../betfair/Session.ts"
import { OrderStream } from "../betfair/stream/OrderStream.ts"
import { Feed } from "../bot/Feed.ts"
import { longestAge } from "../bot/LiveLoops.ts"
import { type LoopStanding, Orchestrator } from "../bot/Orchestrator.ts"
import { Settings } from "../config/Settings.ts"
import { ExchangeLink } from "../execution/ExchangeLink.ts"
import { Reconciler } from "../execution/Reconciler.ts"
import { MarketStream } from "../market/MarketStream.ts"
import { DatabaseHealth } from "../persistence/DatabaseHealth.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { TradingState } from "../risk/TradingState.ts"
import type { CheckAnswer, ReadinessAnswer } from "./wire/Answers.ts"

export class HealthView extends Context.Service<HealthView, { readonly ready: Effect.Effect<ReadinessAnswer> }>()(
  "clever-better/http/HealthView"
) {
  static readonly layer = Layer.effect(
    HealthView,
    Effect.suspend(() => make)
  )
}

/** A round may take so much longer than the time between two before a loop counts as stopped. */
const graceMs = 30_000

const check = (name: string, well: boolean, text: string): CheckAnswer => ({ name, well, text })

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** The loop's last round that ended well is too long ago; before the first one it has its time from the start. */
const isStuck = ({ everyMs, lastEndedAt }: LoopStanding, startedAt: number, now: number): boolean =>
  now - (lastEndedAt ?? startedAt) > 3 * everyMs + graceMs

const sessionOf = ({ status }: Session["Service"]) =>
  Effect.map(status, ({ lastFailure, loggedInSince }) =>
    check(
      "session",
      loggedInSince !== null,
      loggedInSince !== null
        ? `logged in since ${new Date(loggedInSince).toISOString()}`
        : `not logged in${lastFailure === null ? "" : ": the last login failed"}`
    )
  )

const reconciliation = ({ ageMs }: Reconciler["Service"], now: number): CheckAnswer =>
  check(
    "reconciliation",
    ageMs(now) <= Duration.toMillis(longestAge),
    `our bets were compared with the exchange's ${inSeconds(ageMs(now))} ago`
  )

const optional = <A>(service: Option.Option<A>, look: (service: A) => Effect.Effect<CheckAnswer>) =>
  Option.match(service, {
    onNone: () => Effect.succeed([]),
    onSome: (found) => Effect.map(look(found), (answer) => [answer])
  })

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { guards, trading: limits } = yield* Settings
  const database = yield* DatabaseHealth
  const lock = yield* InstanceLock
  const orchestrator = yield* Orchestrator
  const feed = yield* Feed
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const session = yield* Effect.serviceOption(Session)
  const stream = yield* Effect.serviceOption(MarketStream)
  const orders = yield* Effect.serviceOption(OrderStream)
  const reconciler = yield* Effect.serviceOption(Reconciler)
  const link = yield* Effect.serviceOption(ExchangeLink)
  const maxAgeMs = Duration.toMillis(limits.maxPriceAgeSeconds)
  const maxSilenceMs = Duration.toMillis(guards.maxFeedSilenceSeconds)
  const maxSkewMs = Duration.toMillis(guards.maxClockSkewMs)

  const loopsAt = (now: number): CheckAnswer => {
    const { loops, startedAt } = orchestrator.status()
    const stuck = loops.filter((loop) => isStuck(loop, startedAt, now))
    if (loops.length === 0) return check("loops", false, "they have not begun")
    if (stuck.length === 0) return check("loops", true, `${loops.length} come round`)
    return check(
      "loops",
      false,
      stuck
        .map(({ failures, name }) => `${name} does not come round${failures > 0 ? ` (${failures} failures)` : ""}`)
        .join(", ")
    )
  }

  const start = (): CheckAnswer => {
    const { isStopping, restored } = orchestrator.status()
    if (isStopping) return check("start", false, "the bot is stopping")
    return restored === null
      ? check("start", false, "open bets are being taken up")
      : check("start", true, `${restored.openBets} open bets were taken up`)
  }

  const prices = (now: number): CheckAnswer => {
    const ageMs = Math.max(0, now - feed.lastArrival())
    return check("prices", ageMs <= maxAgeMs, `the last message came ${inSeconds(ageMs)} ago`)
  }

  const streamOf = (name: string, { health }: Pick<MarketStream["Service"], "health">, now: number): CheckAnswer => {
    const { lastMessageAt, problem, status } = health()
    const ageMs = lastMessageAt === null ? null : Math.max(0, now - lastMessageAt)
    const age = ageMs === null ? "no message yet" : `the last message came ${inSeconds(ageMs)} ago`
    const well = status === "connected" && ageMs !== null && ageMs <= maxSilenceMs
    return check(name, well, `${status}, ${age}${well || problem === null ? "" : `: ${problem}`}`)
  }

  const skewOf = ({ clockSkewMs }: ExchangeLink["Service"]) =>
    Effect.map(clockSkewMs, (skew) =>
      skew === null
        ? check("clock", false, "the exchange's clock is not known yet")
        : check("clock", skew <= maxSkewMs, `${skew} ms from the exchange's`)
    )

  const breakerAt = (now: number): CheckAnswer => {
    const { phase, reason, stopsTrading } = breaker.state(now)
    return check("circuit breaker", !(phase === "OPEN" && stopsTrading), `${phase}: ${reason}`)
  }

  const tradingNow = (): CheckAnswer => {
    const { by, reason, status } = trading.current()
    return check("trading state", status === "Active", `${status}: ${reason} (${by})`)
  }

  return HealthView.of({
    ready: Effect.gen(function* () {
      const now = clock.currentTimeMillisUnsafe()
      const isAnswering = database.isHealthy()
      const checks = [
        check("database", isAnswering, isAnswering ? "it answers" : "it does not answer"),
        check("single instance", lock.isHeld(), lock.isHeld() ? "the lock is held" : "the lock is lost"),
        start(),
        ...(yield* optional(session, sessionOf)),
        ...(yield* optional(stream, (found) => Effect.succeed(streamOf("market stream", found, now)))),
        ...(yield* optional(orders, (found) => Effect.succeed(streamOf("order stream", found, now)))),
        prices(now),
        loopsAt(now),
        ...(yield* optional(reconciler, (found) => Effect.succeed(reconciliation(found, now)))),
        ...(yield* optional(link, skewOf)),
        breakerAt(now),
        tradingNow()
      ]
      return { ready: checks.every(({ well }) => well), checks }
    })
  })
})
