/**
 * A subscription that lasts: it connects, subscribes, hands over what comes, and when the link breaks makes another and
 * goes on where it was. The exchange resumes (`initialClk`, `clk`) only the same filter: another one begins with an image.
 */
import { Clock, Duration, Effect, Exit, Random, Result, Scope, Stream } from "effect"
import * as Backoff from "./Backoff.ts"
import type { StreamServer } from "./Link.ts"
import { type Clocks, Listener, noClocks, type Request, type Sink } from "./Listener.ts"
import * as Session from "./Session.ts"
import { remedyOf, StreamBroken, type StreamFailure } from "./StreamFailure.ts"
import { makeEvents, StreamMonitor } from "./StreamMonitor.ts"
import type { StreamEvent, StreamHealth } from "./StreamState.ts"

export interface SubscriptionOptions {
  readonly server: StreamServer
  readonly tokens: Session.TokenSupplier
  /** How often the exchange speaks when there is nothing to say: 500 to 5000. Silence for twice as long is a broken link. */
  readonly heartbeatMs: number
  /** How long the exchange collects changes before it sends them: 0 to 120000; null: as it sees fit. */
  readonly conflateMs: number | null
  readonly maximumLineBytes?: number
}

export interface Subscription<A> {
  /**
   * Connects when it is run: run it once. Fails only where waiting would not help, and only before the first subscription has
   * succeeded. What it hands over is good until the next is asked for, and while nobody asks nothing is read.
   */
  readonly batches: Stream.Stream<A, StreamFailure>
  /** Asks for something else from now on, over the same link; what is heard from then on is of that alone. */
  readonly replace: (fields: Request["fields"]) => void
  readonly health: () => StreamHealth
  readonly events: Stream.Stream<StreamEvent>
}

/** The exchange may take this long for the first message. */
const firstMessageMs = 15_000

/** A link that is up, and the subscription on it. */
interface Open<A> {
  readonly scope: Scope.Closeable
  readonly session: Session.Session
  listener: Listener<A>
  /** What it has asked for. */
  fields: Request["fields"]
  readonly since: number
}

/** Begins nothing: see `batches`. */
export const make = Effect.fnUntraced(function* <A>(options: SubscriptionOptions, request: Request, sink: Sink<A>) {
  const monitor = new StreamMonitor(yield* makeEvents)
  let fields = request.fields
  let clocks: Clocks = noClocks
  let used: Session.StreamCredentials | null = null
  let current: Open<A> | null = null
  /** What is wrong with it, once what came before is handed over. */
  let broken: StreamFailure | null = null
  /** Attempts since a link has held. */
  let failures = 0

  /** @param isNewLink otherwise it replaces another subscription of the link */
  const subscribe = Effect.fnUntraced(function* (session: Session.Session, isNewLink: boolean) {
    const { conflateMs, heartbeatMs } = options
    const from = clocks
    const id = yield* session.request(request.op, {
      ...fields,
      segmentationEnabled: true,
      heartbeatMs,
      ...(conflateMs === null ? {} : { conflateMs }),
      ...(from.initialClk === null ? {} : { initialClk: from.initialClk }),
      ...(from.clk === null ? {} : { clk: from.clk })
    })
    return new Listener(id, from, heartbeatMs, isNewLink, request, sink, monitor)
  })

  const connect = Effect.fnUntraced(function* () {
    used = yield* Effect.mapError(
      options.tokens.credentials,
      ({ message }) => new StreamBroken({ kind: "NO_TOKEN", message: `there is no session token: ${message}` })
    )
    const session = yield* Session.open(options.server, used, options.maximumLineBytes)
    monitor.connected(yield* Clock.currentTimeMillis, session.connectionId, session.connectionsAvailable)
    const listener = yield* subscribe(session, true).pipe(
      Effect.catchIf(
        (failure) =>
          failure._tag === "StreamRefused" && failure.errorCode === "INVALID_CLOCK" && !failure.connectionClosed,
        () => {
          clocks = noClocks
          return subscribe(session, true)
        }
      )
    )
    return { session, listener }
  })

  const open = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const asked = fields
    const { listener, session } = yield* connect().pipe(
      Scope.provide(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
    current = { scope, session, listener, fields: asked, since: yield* Clock.currentTimeMillis }
    return current
  })

  const close = Effect.suspend(() => {
    if (current === null) return Effect.void
    const { scope } = current
    current = null
    return Scope.close(scope, Exit.void)
  })

  /** The lines there are, waiting for some for at most two heartbeats: longer for the first, which may be a large image. */
  const lines = ({ listener: { heartbeatMs, isSubscribed }, session }: Open<A>) => {
    const now = session.takeNow()
    if (now !== null) return Effect.succeed(now)
    const silenceMs = isSubscribed ? 2 * heartbeatMs : Math.max(2 * heartbeatMs, firstMessageMs)
    const message = `nothing was heard for ${silenceMs} ms`
    return Effect.timeoutOrElse(session.take, {
      duration: Duration.millis(silenceMs),
      orElse: () => Effect.fail(new StreamBroken({ kind: "SILENT", message }))
    })
  }

  const renew = Effect.fnUntraced(function* (link: Open<A>) {
    clocks = noClocks
    link.fields = fields
    link.listener = yield* subscribe(link.session, false)
  })

  /** Hears what there is; null when that is nothing to hand over. */
  const step = Effect.gen(function* () {
    if (broken !== null) return yield* broken
    const link = current ?? (yield* open)
    if (link.fields !== fields) yield* renew(link)
    const heard = yield* lines(link)
    const now = yield* Clock.currentTimeMillis
    // What came before a bad line is good, and handed over before the link goes.
    for (let index = 0; index < heard.length && broken === null; index++) {
      broken = link.listener.hear(heard[index]!, now)
    }
    clocks = link.fields === fields ? link.listener.clocks : noClocks
    return sink.take()
  })

  /** Lets go of the link and waits until another is to be tried; fails when none is. */
  const recover = Effect.fnUntraced(function* (failure: StreamFailure) {
    broken = null
    const now = yield* Clock.currentTimeMillis
    if (current !== null && current.listener.isSubscribed && now - current.since >= Backoff.longestMs) failures = 0
    yield* close
    const remedy = failure._tag === "StreamRefused" ? remedyOf(failure.errorCode) : "wait"
    const isFinal = remedy === "give up" || (failure._tag === "StreamBroken" && failure.kind === "UNVERIFIED")
    if (isFinal && monitor.connection === 0) return yield* failure
    if (remedy === "clock") clocks = noClocks
    if (remedy === "token" && used !== null) yield* options.tokens.refused(used)
    const delayMs = Backoff.delayMs(failure, isFinal, failures, yield* Random.next)
    failures++
    monitor.disconnected(now, failure.message, delayMs)
    yield* Effect.sleep(Duration.millis(delayMs))
  })

  const next = Effect.gen(function* () {
    for (;;) {
      const heard = yield* Effect.result(step)
      if (Result.isFailure(heard)) yield* recover(heard.failure)
      else if (heard.success !== null) return heard.success
    }
  })

  const batches = Stream.unwrap(
    Effect.as(
      Effect.addFinalizer(() => close),
      Stream.fromEffectRepeat(next)
    )
  )

  const replace = (other: Request["fields"]): void => {
    fields = other
    clocks = noClocks
  }

  return { batches, replace, health: monitor.health, events: monitor.events } satisfies Subscription<A>
})
