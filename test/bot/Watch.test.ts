import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Session } from "../../src/betfair/Session.ts"
import type { SessionStatus } from "../../src/betfair/SessionState.ts"
import { OrderStream } from "../../src/betfair/stream/OrderStream.ts"
import type { StreamHealth } from "../../src/betfair/stream/StreamState.ts"
import { stageOf } from "../../src/bot/LimitWatch.ts"
import * as LinkWatch from "../../src/bot/LinkWatch.ts"
import { Settings } from "../../src/config/Settings.ts"
import { MarketStream } from "../../src/market/MarketStream.ts"
import { type Notification, Notifier } from "../../src/monitoring/Notifier.ts"
import { back, strategy } from "../builders/strategies.ts"
import { anOpenRace, notified, pass, settingsOf, tell, withBot } from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1, max_exposure: 10, max_daily_loss: 10 }"

const stakes = (stake: number) => strategy("backer", ({ openBets }) => (openBets.length > 0 ? [] : [back(1, 3, stake)]))

/** In London's summer, which is an hour ahead. */
const tenToMidnight = Date.parse("2026-07-01T22:50:00Z")

describe("the owner", () => {
  it.effect("is told once when most of the exposure is used, and when all of it is", () =>
    withBot({ strategies: [stakes(8)], settings: often })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("1 minute")
        expect(yield* notified("LimitNear")).toMatchObject([{ limit: "exposure", used: 800, of: 1000 }])
        expect(yield* notified("LimitReached")).toEqual([])
        expect(yield* notified("BetPlaced")).toHaveLength(1)
      })
    )
  )

  it.effect("is told when the day's loss is used up", () =>
    withBot({ strategies: [stakes(10)], settings: often })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("10 seconds")
        yield* tell(race.closes(2))
        yield* pass("10 seconds")
        expect(yield* notified("LimitReached")).toMatchObject([
          { limit: "exposure" },
          { limit: "daily_loss", used: 1000 }
        ])
      })
    )
  )

  it.effect("is told the result of the day when it is over, by the calendar of the settings' zone", () =>
    withBot({ strategies: [stakes(2)], settings: often })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("10 seconds")
        yield* tell(race.closes(1))
        yield* pass("5 minutes")
        expect(yield* notified("DailySummary")).toEqual([])
        yield* pass("10 minutes")
        expect(yield* notified("DailySummary")).toMatchObject([
          { summary: { day: "2026-07-01", bets: 1, won: 1, lost: 0, net: 380, commission: 20, openBets: 0 } }
        ])
      })
    ).pipe((test) => Effect.andThen(TestClock.setTime(tenToMidnight), test))
  )
})

const after = (...used: ReadonlyArray<number>) =>
  used.reduce<ReturnType<typeof stageOf>>((stage, now) => stageOf(stage, { used: now, of: 100 }), "well")

describe("LimitWatch.stageOf", () => {
  it("is news only when it rises, and again once it has fallen well below", () => {
    expect([after(79), after(80), after(80, 75), after(80, 69), after(100), after(100, 85), after(100, 69)]).toEqual([
      "well",
      "near",
      "near",
      "well",
      "reached",
      "reached",
      "well"
    ])
  })

  it("knows no share of a limit of nothing", () => {
    expect(stageOf("well", { used: 5, of: 0 })).toBe("well")
  })
})

const healthy: StreamHealth = {
  status: "connected",
  connectedSince: 0,
  lastMessageAt: 0,
  lastPublishTime: 0,
  latencyMs: 20,
  reconnects: 0,
  connectionsAvailable: null,
  problem: null
}

const loggedIn: SessionStatus = { loggedInSince: 0, expiresAt: 3_600_000, lastFailure: null, nextLoginAt: null }

/** What the owner is told of links that stand as `links` says. */
const watched = Effect.fnUntraced(function* (
  links: { market: StreamHealth; session: SessionStatus },
  test: (told: ReadonlyArray<Notification>, look: Effect.Effect<void>) => Effect.Effect<void>
) {
  const told: Array<Notification> = []
  yield* Effect.gen(function* () {
    const { check } = yield* LinkWatch.make
    yield* test(
      told,
      Effect.forEach(Array.from({ length: 20 }), () => Effect.andThen(TestClock.adjust("1 second"), check), {
        discard: true
      })
    )
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Layer.succeed(Settings, settingsOf({})),
        Layer.succeed(Notifier, { notify: (one) => Effect.sync(() => void told.push(one)) }),
        Layer.succeed(MarketStream, { events: Stream.empty, health: () => links.market }),
        Layer.succeed(OrderStream, { events: Stream.empty, messages: Stream.empty, health: () => healthy }),
        Layer.succeed(Session, {
          token: Effect.never,
          refused: () => Effect.void,
          status: Effect.sync(() => links.session)
        })
      )
    )
  )
})

describe("LinkWatch", () => {
  it.effect("tells of a stream that stays broken or late, and of its end", () => {
    const links = { market: healthy, session: loggedIn }
    return watched(links, (told, look) =>
      Effect.gen(function* () {
        links.market = { ...healthy, status: "stale" }
        yield* look
        expect(told).toEqual([
          { _tag: "StreamStale", stream: "market", cause: "the exchange says that what it sends is late" }
        ])
        yield* look
        expect(told).toHaveLength(1)
        links.market = healthy
        yield* look
        expect(told.slice(1)).toEqual([{ _tag: "StreamFresh", stream: "market" }])
      })
    )
  })

  it.effect("does not tell of a link that is soon back", () => {
    const links = { market: healthy, session: loggedIn }
    return watched(links, (told, look) =>
      Effect.gen(function* () {
        links.market = { ...healthy, status: "disconnected", problem: "reset" }
        yield* Effect.andThen(TestClock.adjust("5 seconds"), Effect.void)
        links.market = healthy
        yield* look
        expect(told).toEqual([])
      })
    )
  })

  it.effect("tells of a session that does not come back, why, and when it is tried again", () => {
    const links: { market: StreamHealth; session: SessionStatus } = { market: healthy, session: loggedIn }
    return watched(links, (told, look) =>
      Effect.gen(function* () {
        const lastFailure = { at: 0, status: "INVALID_USERNAME_OR_PASSWORD", problem: "refused" }
        links.session = { loggedInSince: null, expiresAt: null, lastFailure, nextLoginAt: null }
        yield* look
        expect(told).toEqual([
          { _tag: "SessionTrouble", cause: "INVALID_USERNAME_OR_PASSWORD: refused", nextLoginAt: null }
        ])
        links.session = loggedIn
        yield* look
        expect(told.slice(1)).toEqual([{ _tag: "SessionBack" }])
      })
    )
  })
})
