/**
 * Watches the links to the exchange that the bot has in its mode: the market stream, the order stream, the session. Shows how
 * they stand as metrics, and tells the owner of what lasts: a link that is made anew within seconds is not worth waking for.
 */
import { Clock, Duration, Effect, Option } from "effect"
import { Session } from "../betfair/Session.ts"
import { OrderStream } from "../betfair/stream/OrderStream.ts"
import type { StreamHealth } from "../betfair/stream/StreamState.ts"
import { Settings } from "../config/Settings.ts"
import { MarketStream } from "../market/MarketStream.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"

const statuses = { disconnected: 0, stale: 1, connected: 2 }

interface Stream {
  readonly name: string
  readonly health: () => StreamHealth
}

const named = (name: string, stream: Option.Option<Pick<Stream, "health">>): ReadonlyArray<Stream> =>
  Option.toArray(Option.map(stream, ({ health }) => ({ name, health })))

/** What is wrong with a stream, or null. */
export const problemOf = ({ problem, status }: Pick<StreamHealth, "problem" | "status">): string | null => {
  if (status === "connected") return null
  return status === "stale" ? "the exchange says that what it sends is late" : `no link: ${problem ?? "not made yet"}`
}

/** How long there has been a trouble, told once it has lasted; and its end, if it was told. */
class Trouble {
  private since: number | null = null
  private isTold = false
  private readonly patienceMs: number

  constructor(patienceMs: number) {
    this.patienceMs = patienceMs
  }

  /** What is news: that it has lasted, that it is over, or nothing. */
  look(isThere: boolean, now: number): "lasts" | "over" | null {
    if (!isThere) {
      const wasTold = this.isTold
      this.since = null
      this.isTold = false
      return wasTold ? "over" : null
    }
    this.since ??= now
    if (this.isTold || now - this.since < this.patienceMs) return null
    this.isTold = true
    return "lasts"
  }
}

export const make = Effect.gen(function* () {
  const { guards } = yield* Settings
  const clock = yield* Clock.Clock
  const notifier = yield* Notifier
  const market = yield* Effect.serviceOption(MarketStream)
  const order = yield* Effect.serviceOption(OrderStream)
  const session = yield* Effect.serviceOption(Session)
  const startedAt = clock.currentTimeMillisUnsafe()
  const patienceMs = Duration.toMillis(guards.maxFeedSilenceSeconds)
  const streams = [...named("market", market), ...named("order", order)]
  const troubles = new Map(streams.map(({ name }) => [name, new Trouble(patienceMs)]))
  const ofSession = new Trouble(patienceMs)

  const follow = Effect.forEach(
    streams,
    ({ health, name: stream }) =>
      Effect.gen(function* () {
        yield* Metrics.follow("stream_status", { stream }, () => statuses[health().status])
        yield* Metrics.follow("stream_age_seconds", { stream }, () =>
          Math.max(0, clock.currentTimeMillisUnsafe() - (health().lastMessageAt ?? startedAt))
        )
        yield* Metrics.follow("stream_latency_seconds", { stream }, () => health().latencyMs ?? NaN)
        yield* Metrics.follow("stream_reconnects_total", { stream }, () => health().reconnects)
      }),
    { discard: true }
  ).pipe(Effect.andThen(Option.isSome(session) ? Effect.void : Metrics.set("session_remaining_seconds", {}, NaN)))

  const lookAtStream = ({ health, name: stream }: Stream, now: number) => {
    const cause = problemOf(health())
    const news = troubles.get(stream)!.look(cause !== null, now)
    if (news === null) return Effect.void
    return notifier.notify(
      news === "over" ? { _tag: "StreamFresh", stream } : { _tag: "StreamStale", stream, cause: cause ?? "" }
    )
  }

  const lookAtSession = Effect.fnUntraced(function* ({ status }: Session["Service"], now: number) {
    const { expiresAt, lastFailure, nextLoginAt } = yield* status
    yield* Metrics.set("session_remaining_seconds", {}, Math.max(0, (expiresAt ?? now) - now))
    const isOut = (expiresAt === null || expiresAt <= now) && lastFailure !== null
    const news = ofSession.look(isOut, now)
    if (news === null) return
    yield* notifier.notify(
      news === "over"
        ? { _tag: "SessionBack" }
        : { _tag: "SessionTrouble", cause: `${lastFailure?.status}: ${lastFailure?.problem}`, nextLoginAt }
    )
  })

  const check = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const stream of streams) yield* lookAtStream(stream, now)
    if (Option.isSome(session)) yield* lookAtSession(session.value, now)
  })

  return { follow, check }
})
