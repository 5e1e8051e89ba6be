import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { SignalExecution } from "../../src/bot/SignalExecution.ts"
import { type MarketId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { Signal } from "../../src/domain/Signal.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { back, lay, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, exposure, pass, statuses, tell, withBot } from "./TestBot.ts"

const quiet = strategy("quiet", () => [])

const wish = (marketId: MarketId, signal: Signal) =>
  Effect.map(Clock.currentTimeMillis, (at) => ({ strategyId: StrategyId.make("quiet"), marketId, signal, at }))

const execute = Effect.fnUntraced(function* (marketId: MarketId, signal: Signal) {
  const { execute } = yield* SignalExecution
  return yield* execute(yield* wish(marketId, signal))
})

describe("SignalExecution.execute", () => {
  it.effect("lets a thousand signals at once reach the account's limit and never pass it", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      // Committing takes time, so all thousand are under way together.
      database.slow.set("BetRepository.create", Duration.millis(5))
      const settings = "trading: { max_exposure: 50, max_concurrent_bets: 10000 }"
      yield* withBot({ strategies: [quiet], database, settings })(
        Effect.gen(function* () {
          const races = yield* Effect.forEach(Array.from({ length: 100 }), (_, i) => anOpenRace({ number: i + 1 }))
          const signals = Array.from({ length: 1000 }, (_, i) => ({
            marketId: races[i % 100]!.marketId,
            signal: back(1 + (i % 3), 3, 2, { slot: `${i}` })
          }))
          const running = yield* Effect.forkChild(
            Effect.forEach(signals, ({ marketId, signal }) => execute(marketId, signal), { concurrency: "unbounded" })
          )
          const highest: Array<number> = []
          for (let step = 0; step < 20; step++) {
            yield* TestClock.adjust("1 millis")
            highest.push(yield* exposure)
          }
          const outcomes = yield* Fiber.join(running)
          const placed = outcomes.filter(({ _tag }) => _tag === "Placed")
          const denied = outcomes.filter((outcome) => outcome._tag === "Denied")
          expect(Math.max(...highest)).toBe(5000)
          expect([placed.length, new Set(denied.map(({ denial }) => denial.reason))]).toEqual([
            25,
            new Set(["account_exposure"])
          ])
          expect((yield* allBets).length).toBe(25)
        })
      )
    })
  )

  it.effect("lets one of a thousand equal signals at once pass", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        const outcomes = yield* Effect.forEach(Array.from({ length: 1000 }), () => execute(marketId, back(1, 3, 2)), {
          concurrency: "unbounded"
        })
        expect(outcomes.filter(({ _tag }) => _tag === "Placed").length).toBe(1)
        expect((yield* allBets).length).toBe(1)
      })
    )
  )

  it.effect("reserves what a lay can lose, not its stake", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        yield* execute(marketId, lay(1, 3.1, 2))
        expect(yield* exposure).toBe(420)
      })
    )
  )

  it.effect("sizes by Kelly what has a probability and no stake", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        const kelly = { sizing: { _tag: "KELLY" }, probability: 0.36 } as const
        // b = 2 × 0.95, f = (1.9 × 0.36 − 0.64) / 1.9, a quarter of it on 1000.00.
        yield* execute(marketId, back(1, 3, 0, kelly))
        expect(yield* allBets).toMatchObject([{ order: { size: 578 }, probability: 0.36 }])
      })
    )
  )

  it.effect("cancels and replaces a strategy's own bets only", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        const outcome = yield* execute(marketId, back(1, 4, 2))
        yield* pass("1 second")
        if (outcome._tag !== "Placed") throw new Error(outcome._tag)
        const { execute: run } = yield* SignalExecution
        const foreign = {
          ...(yield* wish(marketId, { _tag: "Cancel", betId: outcome.bet.id, reason: "test" })),
          strategyId: StrategyId.make("other")
        }
        expect(yield* run(foreign)).toMatchObject({ _tag: "Denied", denial: { reason: "bet_not_found" } })
        yield* pass("1 second")
        expect(yield* statuses).toEqual(["placed"])
      })
    )
  )

  it.effect("replaces the unmatched part at its new price, counting the risk once", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        const outcome = yield* execute(marketId, back(1, 4, 2))
        yield* pass("1 second")
        if (outcome._tag !== "Placed") throw new Error(outcome._tag)
        yield* execute(marketId, { _tag: "Replace", betId: outcome.bet.id, price: 350, reason: "test" })
        yield* pass("1 second")
        expect(yield* allBets).toMatchObject([
          { status: "cancelled" },
          { status: "placed", order: { price: 350, size: 200 }, replaces: outcome.bet.id }
        ])
        expect(yield* exposure).toBe(200)
      })
    )
  )

  it.effect("gives a trial of the half-open breaker back when its bet is not committed", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [quiet], database, settings: "bot: { breaker_cooldown_minutes: 1 }" })(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          const breaker = yield* CircuitBreaker
          yield* breaker.triggerEmergencyShutdown("test")
          yield* pass("61 seconds")
          database.failing.set("BetRepository.create", "conflict")
          yield* execute(marketId, back(1, 3, 2))
          expect(breaker.state(yield* Clock.currentTimeMillis)).toMatchObject({ phase: "HALF_OPEN", trialsOut: 0 })
          database.failing.clear()
          yield* execute(marketId, back(1, 3, 2))
          expect(breaker.state(yield* Clock.currentTimeMillis).trialsOut).toBe(1)
        })
      )
    })
  )

  it.effect("leaves nothing open of an order that its venue refuses", () =>
    withBot({ strategies: [quiet] })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* execute(race.marketId, back(1, 3, 2))
        yield* tell(race.suspends())
        yield* pass("1 second")
        expect(yield* allBets).toMatchObject([{ status: "rejected" }])
        expect([yield* exposure, (yield* OpenBets).count()]).toEqual([0, 0])
      })
    )
  )
})
