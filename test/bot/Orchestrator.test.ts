import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { SettlementSource } from "../../src/bot/ExchangeSettlement.ts"
import { PerformanceRepository } from "../../src/persistence/PerformanceRepository.ts"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, denials, exposure, notified, pass, statuses, tell, TestBot, withBot } from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }"

const settings = (bot: string) => `${often}\nbot: { ${bot} }`

const patient = strategy("patient", () => [back(1, 4, 2)])

/** A suspension does not end its order; and what is suspended cannot be cancelled, so a bot that stops has to wait. */
const persistent = strategy("persistent", () => [
  back(1, 4, 2, { order: { _tag: "LIMIT", price: 400, persistence: "PERSIST" } })
])

/** How long the bot takes to stop, in milliseconds. */
const timeToStop = Effect.gen(function* () {
  const { interrupt } = yield* TestBot
  const start = yield* Clock.currentTimeMillis
  const stopping = yield* interrupt
  while (stopping.pollUnsafe() === undefined) yield* TestClock.adjust("100 millis")
  yield* Fiber.join(stopping)
  return (yield* Clock.currentTimeMillis) - start
})

describe("Orchestrator.run", () => {
  it.effect("writes performance at its interval, and not before", () =>
    withBot({ strategies: [backer()], settings: settings("performance_update_interval: 20") })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("2 seconds")
        yield* tell(race.closes(1))
        const { history } = yield* PerformanceRepository
        const own = history("paper", StrategyId.make("backer"))
        yield* pass("17 seconds")
        expect(yield* own).toEqual([])
        yield* pass("2 seconds")
        expect(yield* own).toMatchObject([{ bets: 1, wins: 1, profit: 380 }])
      })
    )
  )

  it.effect("says that it has started, with what, and that it has stopped", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        yield* (yield* TestBot).stop
        expect(yield* notified("Started")).toMatchObject([{ mode: "paper", strategies: 1 }])
        expect(yield* notified("Stopped")).toMatchObject([{ reason: "as told", openBets: 0 }])
      })
    )
  )
})

/** A bot that is told to stop while it commits an intent, and the database it leaves. */
const placing = (onShutdown: "cancel" | "keep", answersAfter: Duration.Duration) =>
  Effect.gen(function* () {
    const database = yield* TestDatabase.make
    yield* withBot({ strategies: [patient], database, settings: settings(`on_shutdown: ${onShutdown}`) })(
      Effect.gen(function* () {
        yield* tell((yield* anOpenRace()).reopens())
        database.slow.set("BetRepository.create", answersAfter)
        yield* pass("2 seconds")
        expect(yield* statuses).toEqual(["pending"])
        yield* timeToStop
      })
    )
    return database
  })

describe("stopping", () => {
  it.effect("cancels unmatched orders with bot.on_shutdown: cancel", () =>
    withBot({ strategies: [patient], settings: often })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        expect(yield* statuses).toEqual(["placed"])
        expect(yield* timeToStop).toBeLessThan(1000)
        expect(yield* allBets).toMatchObject([{ status: "cancelled", sizeCancelled: 200 }])
      })
    )
  )

  it.effect("leaves unmatched orders with bot.on_shutdown: keep", () =>
    withBot({ strategies: [patient], settings: settings("on_shutdown: keep") })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        yield* timeToStop
        expect(yield* statuses).toEqual(["placed"])
      })
    )
  )

  it.effect("leaves matched bets as they are", () =>
    withBot({ strategies: [backer()], settings: often })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        yield* timeToStop
        expect(yield* statuses).toEqual(["matched"])
        expect(yield* notified("Stopped")).toMatchObject([{ openBets: 1 }])
      })
    )
  )

  it.effect("places nothing while it waits for cancellations", () => {
    let isLate = false
    const late = strategy("late", ({ market }) => (isLate && market.marketId === "1.2" ? [back(1, 3, 2)] : []))
    return withBot({ strategies: [persistent, late], settings: settings("shutdown_timeout_seconds: 5") })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        const { marketId } = yield* anOpenRace({ number: 2 })
        yield* pass("2 seconds")
        yield* tell(race.suspends())
        const stopping = yield* (yield* TestBot).interrupt
        isLate = true
        yield* TestClock.adjust("3 seconds")
        expect(stopping.pollUnsafe()).toBe(undefined)
        expect((yield* allBets).map(({ strategyId }) => strategyId)).toEqual(["persistent", "persistent"])
        yield* TestClock.adjust("1 minute")
        expect(yield* denials(marketId)).toContain("risk: shutting_down")
      })
    )
  })

  it.effect("waits for cancellations no longer than bot.shutdown_timeout_seconds", () =>
    withBot({ strategies: [persistent], settings: settings("shutdown_timeout_seconds: 5") })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("2 seconds")
        yield* tell(race.suspends())
        const time = yield* timeToStop
        expect([time >= 5000, time <= 5200]).toEqual([true, true])
        expect(yield* statuses).toEqual(["placed"])
      })
    )
  )

  it.effect("waits for a placement under way, and cancels it too", () =>
    Effect.gen(function* () {
      const database = yield* placing("cancel", Duration.seconds(3))
      yield* withBot({ database })(
        Effect.gen(function* () {
          expect(yield* allBets).toMatchObject([{ status: "cancelled", sizeCancelled: 200 }])
        })
      )
    })
  )

  it.effect("waits for a placement under way that it keeps", () =>
    Effect.gen(function* () {
      const database = yield* placing("keep", Duration.seconds(3))
      yield* withBot({ database })(
        Effect.gen(function* () {
          expect(yield* statuses).toEqual(["placed"])
          expect(yield* exposure).toBe(200)
        })
      )
    })
  )

  it.effect("writes what is not written yet", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      const rare = "bot: { performance_update_interval: 3600 }\nodds: { flush_interval_seconds: 3600 }"
      yield* withBot({ strategies: [patient], database, settings: `${often}\n${rare}` })(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("3 seconds")
          yield* tell(race.closes(1))
          database.calls.length = 0
          yield* timeToStop
          expect(database.calls).toEqual(expect.arrayContaining(["OddsRepository.insert", "DecisionRepository.insert"]))
        })
      )
    })
  )

  it.effect("writes it too when it gives up asking how a market ended", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      const rare = "bot: { performance_update_interval: 3600 }\nodds: { flush_interval_seconds: 3600 }"
      let asked = 0
      const settle = () =>
        Effect.andThen(
          Effect.sync(() => void asked++),
          Effect.interruptible(Effect.never)
        )
      yield* withBot({ strategies: [backer()], database, settings: `${often}\n${rare}` })(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("2 seconds")
          yield* tell(race.closes(1))
          yield* pass("1 second")
          expect(asked).toBe(1)
          database.calls.length = 0
          yield* timeToStop
          expect(asked).toBe(2)
          expect(database.calls).toContain("OddsRepository.insert")
          const { logs } = yield* TestBot
          expect(logs.filter(({ level }) => level === "ERROR")).toEqual([])
        })
      ).pipe(Effect.provideService(SettlementSource, { takeNoticed: () => [], settle }))
    })
  )

  it.effect("ends although the database is away, and says what that cost", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("2 seconds")
          database.isDown = true
          expect(yield* timeToStop).toBeLessThan(1000)
          const { logs } = yield* TestBot
          expect(logs.filter(({ level }) => level === "ERROR").map(({ message }) => message)).toEqual([
            "Not everything could be written before the end"
          ])
        })
      )
    })
  )

  it.effect("does not lose a result that is being written", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("2 seconds")
          database.slow.set("BetRepository.update", Duration.seconds(2))
          yield* tell(race.closes(2))
          expect(yield* statuses).toEqual(["settled"])
          yield* timeToStop
        })
      )
      yield* withBot({ database })(
        Effect.gen(function* () {
          expect((yield* CircuitBreaker).state(0).consecutiveLosses).toBe(1)
        })
      )
    })
  )
})
