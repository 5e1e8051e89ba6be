/**
 * What a page that is open wants to hear of, as server-sent events: first how often it is told (a page that hears nothing for
 * much longer has lost its link), then the status with every beat, and how everything stands, the next markets and the open
 * bets when they have changed. Each event is whole, so that one that is lost is made good by the next; each is made once,
 * however many listen, and nothing is made while nobody does. A listener that does not keep up is told the newest of each
 * kind once it has taken what it was told before, so it holds no more than that; one that takes nothing is cut off.
 */
import { Context, Duration, Effect, Layer, PubSub, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { Settings } from "../config/Settings.ts"
import { onRealClock } from "../persistence/DatabaseHealth.ts"
import { monotonicMs } from "./Access.ts"
import { Unavailable } from "./Api.ts"
import { MarketView } from "./MarketView.ts"
import { StandingView } from "./StandingView.ts"
import { StatusView } from "./StatusView.ts"
import { TokensInForce } from "./TokensInForce.ts"

export interface ServerEvent {
  /** Undefined of the first, which is for this listener alone. */
  readonly id: string | undefined
  readonly event: string
  /** JSON. */
  readonly data: string
}

/** Who listens. */
export interface Listening {
  /** The last event it has heard of. */
  readonly lastId: string | undefined
  /** Ends its connection, whatever it still has to take. */
  readonly cut: () => void
}

export class EventFeed extends Context.Service<
  EventFeed,
  {
    /**
     * Events from now on, after those that have come since the one with this id; without an id, or with one of another
     * process, after the newest of each kind.
     */
    readonly since: (listening: Listening) => Effect.Effect<Stream.Stream<ServerEvent>, Unavailable>
  }
>()("clever-better/http/EventFeed") {
  static readonly layer = Layer.effect(
    EventFeed,
    Effect.suspend(() => make)
  )
}

/** How long a listener may take over what it was told, before it is cut off; milliseconds. */
export const patienceMs = Context.Reference<number>("clever-better/http/EventFeed/patienceMs", {
  defaultValue: () => 20_000
})

interface Listener {
  readonly cut: () => void
  /** Since when it takes what it was told; null while it waits for more. */
  takingSince: number | null
  /** How often tokens had been replaced when it began to listen with one of them. */
  readonly allowed: number
}

/** Markets that a page shows as the next ones. */
const nextMarkets = 30

const make = Effect.gen(function* () {
  const { http } = yield* Settings
  const { status } = yield* StatusView
  const { standings } = yield* StandingView
  const view = yield* MarketView
  const tokens = yield* TokensInForce
  const patience = yield* patienceMs
  /** Beats, of which only the newest is worth hearing. */
  const hub = yield* Effect.acquireRelease(PubSub.sliding<null>(1), PubSub.shutdown)
  /** Tells this process's ids from another's. */
  const run = randomBytes(4).toString("hex")
  const newest = new Map<string, ServerEvent & { readonly number: number }>()
  const everyMs = Duration.toMillis(http.eventIntervalMs)
  let last = 0
  const listeners = new Set<Listener>()

  const tell = (event: string, value: unknown, isNews = (data: string) => newest.get(event)?.data !== data): void => {
    const data = JSON.stringify(value)
    if (!isNews(data)) return
    const number = ++last
    newest.set(event, { id: `${run}.${number}`, event, data, number })
  }

  /** What is new since an event, oldest first. */
  const after = (seen: number) =>
    [...newest.values()].filter(({ number }) => number > seen).toSorted((a, b) => a.number - b.number)

  const beat = Effect.gen(function* () {
    // Whether or not it has changed: who hears nothing takes the line for lost.
    tell("status", yield* status, () => true)
    tell("standings", yield* standings)
    tell("markets", view.markets().slice(0, nextMarkets))
    tell("bets", view.openBets())
    yield* PubSub.publish(hub, null)
  })

  const cutOff = Effect.fnUntraced(function* (which: (listener: Listener) => boolean, why: string) {
    const found = [...listeners].filter(which)
    if (found.length === 0) return
    yield* Effect.logWarning(`${found.length} event streams were cut off: ${why}`)
    for (const listener of found) {
      listeners.delete(listener)
      listener.cut()
    }
  })

  const cut = Effect.suspend(() => {
    const oldest = monotonicMs() - patience
    const isSlow = ({ takingSince }: Listener) => takingSince !== null && takingSince < oldest
    return Effect.andThen(
      cutOff(isSlow, `they took nothing for ${patience / 1000} s`),
      cutOff(({ allowed }) => allowed !== tokens.replaced(), "their tokens have been replaced")
    )
  })

  yield* onRealClock(Effect.sleep(http.eventIntervalMs)).pipe(
    Effect.andThen(Effect.suspend(() => (listeners.size > 0 ? Effect.andThen(cut, beat) : Effect.void))),
    Effect.tapCause((cause) => Effect.logError("Event streams were not told", cause)),
    Effect.sandbox,
    Effect.ignore,
    Effect.forever,
    Effect.forkScoped
  )

  /** The number of an event of this process; 0 for any other. */
  const numberOf = (id: string | undefined): number => {
    const [whose, number] = id?.split(".") ?? []
    return whose === run && /^\d{1,15}$/.test(number ?? "") ? Number(number) : 0
  }

  const listen = Effect.fnUntraced(function* (listener: Listener, lastId: string | undefined) {
    const beats = yield* PubSub.subscribe(hub)
    if (listeners.size === 1) yield* beat
    let seen = numberOf(lastId)
    const missed = after(seen)
    seen = missed.at(-1)?.number ?? seen
    const hello = { id: undefined, event: "hello", data: JSON.stringify({ everyMs }) }

    /** Asked for as soon as everything before it has been taken. */
    const next = Effect.gen(function* () {
      listener.takingSince = null
      yield* PubSub.take(beats)
      const events = after(seen)
      seen = events.at(-1)?.number ?? seen
      listener.takingSince = monotonicMs()
      return events
    })

    return Stream.fromIterable<ServerEvent>([hello, ...missed]).pipe(
      Stream.concat(Stream.flattenIterable(Stream.fromEffectRepeat(next)))
    )
  })

  return EventFeed.of({
    since: ({ cut, lastId }) =>
      Effect.suspend(() => {
        if (listeners.size >= http.maxEventStreams) {
          const message = `${listeners.size} event streams are open, which is http.max_event_streams: close one of them`
          return Effect.fail(new Unavailable({ message }))
        }
        const opened = Effect.acquireRelease(
          Effect.sync(() => {
            const listener: Listener = { cut, takingSince: monotonicMs(), allowed: tokens.replaced() }
            listeners.add(listener)
            return listener
          }),
          (listener) => Effect.sync(() => void listeners.delete(listener))
        )
        return Effect.succeed(Stream.unwrap(Effect.flatMap(opened, (listener) => listen(listener, lastId))))
      })
  })
})
