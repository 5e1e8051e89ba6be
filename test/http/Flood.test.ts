/** Many pages, slow pages and pages that ask without end: what they are refused, and that betting goes on. */
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { EventFeed, patienceMs } from "../../src/http/EventFeed.ts"
import { MarketView } from "../../src/http/MarketView.ts"
import { StandingView } from "../../src/http/StandingView.ts"
import { StatusView } from "../../src/http/StatusView.ts"
import { TokensInForce } from "../../src/http/TokensInForce.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { backer } from "../builders/strategies.ts"
import { anOpenRace, pass, statuses, TestBot, withBot } from "../bot/TestBot.ts"
import { listen, withSite } from "./Bot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }\n"
const why = { reason: "because", by: "anna" }

/** The events themselves, without a connection that would take some of them on its own. */
const feed = EventFeed.layer.pipe(
  Layer.provide(Layer.mergeAll(StatusView.layer, StandingView.layer, MarketView.layer)),
  Layer.provide(Layer.succeed(TokensInForce, { scopeOf: () => null, replaced: () => 0 })),
  Layer.provide(Layer.succeed(patienceMs, 200))
)

describe("a flood of pages", () => {
  it.effect("is answered with 429, may still halt the bot, and keeps it from no bet", () =>
    withSite(
      ({ get, post, tokens, url }) =>
        Effect.gen(function* () {
          const streams = yield* Effect.forEach([1, 2], () => listen(`${url}/api/events`, tokens.read))
          for (const { until } of streams) yield* until((events) => events.length > 0)
          expect((yield* get("/api/events")).status).toBe(503)
          const answers = yield* Effect.forEach(
            Array.from({ length: 200 }),
            () => Effect.map(get("/api/status"), ({ status }) => status),
            { concurrency: 50 }
          )
          expect(new Set(answers)).toEqual(new Set([200, 429]))
          expect(answers.filter((status) => status === 200).length).toBeLessThanOrEqual(20)
          yield* anOpenRace()
          yield* pass("2 seconds")
          expect(yield* statuses).toEqual(["matched"])
          expect((yield* get("/health/ready")).status).toBe(200)
          expect((yield* post("/api/control/halt", why)).status).toBe(200)
          expect((yield* TradingState).current().status).toBe("Halted")
          for (const { close } of streams) yield* close
        }),
      {
        strategies: [backer()],
        settings: often,
        more: ", requests_per_minute: 20, max_event_streams: 2"
      }
    )
  )

  it.effect("is told the newest of each kind, and cut off where it takes nothing; others hear on", () =>
    withBot()(
      Effect.gen(function* () {
        const feed = yield* EventFeed
        const cut = yield* Deferred.make<void>()
        const open = (cut: () => void) =>
          Effect.flatMap(feed.since({ lastId: undefined, cut }), (events) => Stream.toPull(events))
        const slow = yield* open(() => Deferred.doneUnsafe(cut, Effect.void))
        const told = yield* slow
        expect(told.map(({ event }) => event)).toEqual(["hello", "status", "standings", "markets", "bets"])
        const quick = yield* open(() => expect.unreachable("it takes what it is told"))
        const kinds: Array<string> = []
        const hearing = yield* Effect.forkScoped(
          Effect.forever(Effect.map(quick, (events) => void kinds.push(...events.map(({ event }) => event))))
        )
        // It takes what came first, and then nothing any more.
        yield* Effect.flatMap(TradingState, (trading) => trading.pause("one", "anna"))
        const later = yield* slow
        expect(new Set(later.map(({ event }) => event)).size).toBe(later.length)
        yield* Deferred.await(cut)
        yield* Fiber.interrupt(hearing)
        expect(kinds.slice(0, 5)).toEqual(["hello", "status", "standings", "markets", "bets"])
        const logs = (yield* TestBot).logs.map(({ message }) => message)
        expect(logs.filter((message) => message.includes("were cut off"))).toHaveLength(1)
      }).pipe(Effect.provide(feed))
    )
  )
})
