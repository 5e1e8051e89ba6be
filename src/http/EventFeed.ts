/**
 * What a page that is open wants to hear of, as server-sent events: first how often it is told (a page that hears nothing for
 * much longer has lost its link), then the status with every beat, and how everything stands, the next markets and the open
 * bets when they have changed. Each event is whole, so that one that is lost is made good by the next; each is made once,
 * however many listen, and nothing is made while nobody does. A listener that does not keep up loses the oldest.
 */
import { Context, Duration, Effect, Layer, PubSub, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { Settings } from "../config/Settings.ts"
import { onRealClock } from "../persistence/DatabaseHealth.ts"
import { Unavailable } from "./Api.ts"
import { MarketView } from "./MarketView.ts"
import { StandingView } from "./StandingView.ts"
import { StatusView } from "./StatusView.ts"

export interface ServerEvent {
  /** Undefined of the first, which is for this listener alone. */
  readonly id: string | undefined
  readonly event: string
  /** JSON. */
  readonly data: string
}

export class EventFeed extends Context.Service<
  EventFeed,
  {
    /**
     * Events from now on, after those that have come since the one with this id; without an id, or with one of another
     * process, after the newest of each kind.
     */
    readonly since: (lastId: string | undefined) => Effect.Effect<Stream.Stream<ServerEvent>, Unavailable>
  }
>()("clever-better/http/EventFeed") {
  static readonly layer = Layer.effect(
    EventFeed,
    Effect.suspend(() => make)
  )
}

/** Events that a listener may be behind. */
const behindAtMost = 64
/** Markets that a page shows as the next ones. */
const nextMarkets = 30

const make = Effect.gen(function* () {
  const { http } = yield* Settings
  const { status } = yield* StatusView
  const { standings } = yield* StandingView
  const view = yield* MarketView
  const hub = yield* Effect.acquireRelease(PubSub.sliding<ServerEvent>(behindAtMost), PubSub.shutdown)
  /** Tells this process's ids from another's. */
  const run = randomBytes(4).toString("hex")
  const newest = new Map<string, ServerEvent & { readonly number: number }>()
  const everyMs = Duration.toMillis(http.eventIntervalMs)
  let last = 0
  let listeners = 0

  const changed = (event: string, value: unknown): ServerEvent | null => {
    const data = JSON.stringify(value)
    if (newest.get(event)?.data === data) return null
    const number = ++last
    const made = { id: `${run}.${number}`, event, data, number }
    newest.set(event, made)
    return made
  }

  const beat = Effect.gen(function* () {
    const events = [
      changed("status", yield* status),
      changed("standings", yield* standings),
      changed("markets", view.markets().slice(0, nextMarkets)),
      changed("bets", view.openBets())
    ]
    for (const event of events) if (event !== null) yield* PubSub.publish(hub, event)
  })

  yield* onRealClock(Effect.sleep(http.eventIntervalMs)).pipe(
    Effect.andThen(Effect.suspend(() => (listeners > 0 ? beat : Effect.void))),
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

  const listen = (lastId: string | undefined) =>
    Effect.gen(function* () {
      const subscription = yield* PubSub.subscribe(hub)
      if (listeners === 1) yield* beat
      const missed = [...newest.values()]
        .filter(({ number }) => number > numberOf(lastId))
        .toSorted((a, b) => a.number - b.number)
      const seen = missed.at(-1)?.number ?? 0
      const hello = { id: undefined, event: "hello", data: JSON.stringify({ everyMs }) }
      const later = Stream.filter(Stream.fromSubscription(subscription), ({ id }) => numberOf(id) > seen)
      return Stream.concat(Stream.fromIterable<ServerEvent>([hello, ...missed]), later)
    })

  return EventFeed.of({
    since: (lastId) =>
      Effect.suspend(() => {
        if (listeners >= http.maxEventStreams) {
          const message = `${listeners} event streams are open, which is http.max_event_streams: close one of them`
          return Effect.fail(new Unavailable({ message }))
        }
        return Effect.succeed(
          Stream.unwrap(
            Effect.andThen(
              Effect.acquireRelease(
                Effect.sync(() => void listeners++),
                () => Effect.sync(() => void listeners--)
              ),
              listen(lastId)
            )
          )
        )
      })
  })
})
