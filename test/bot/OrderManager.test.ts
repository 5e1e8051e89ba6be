import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { Executor } from "../../src/execution/Executor.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, denials, exposure, pass, statuses, tell, withBot } from "./TestBot.ts"

const patient = strategy("patient", () => [back(1, 4, 2)])

/** Evaluates every second, so that a test is short. */
const often = "trading: { strategy_evaluation_interval: 1 }"

describe("OrderManager.cancelOld", () => {
  it.effect("cancels an unmatched order at the first look after bot.max_order_age_seconds", () =>
    withBot({ strategies: [patient] })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("389 seconds")
        expect(yield* statuses).toEqual(["placed"])
        yield* pass("2 seconds")
        expect(yield* allBets).toMatchObject([{ status: "cancelled", sizeCancelled: 200, sizeRemaining: 0 }])
      })
    )
  )

  it.effect("leaves what is matched, and the risk of it", () =>
    withBot({
      strategies: [strategy("patient", () => [back(1, 3, 8)])],
      settings: "bot: { max_order_age_seconds: 20 }"
    })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* tell(race.quotes(1, { back: 3, size: 5 }))
        yield* pass("62 seconds")
        expect(yield* exposure).toBe(800)
        yield* pass("30 seconds")
        expect(yield* allBets).toMatchObject([{ status: "matched", sizeCancelled: 300, fills: [{ size: 500 }] }])
        expect(yield* exposure).toBe(500)
      })
    )
  )
})

describe("OrderManager.applyUpdates", () => {
  it.effect("writes a change later that could not be written, and loses nothing of it", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], database })(
        Effect.gen(function* () {
          yield* anOpenRace()
          database.failing.set("BetRepository.update", "unavailable")
          yield* pass("70 seconds")
          expect(yield* statuses).toEqual(["pending"])
          const openBets = yield* OpenBets
          expect([...openBets.all()].map(({ status }) => status)).toEqual(["matched"])
          database.failing.clear()
          yield* pass("20 seconds")
          expect(yield* allBets).toEqual([...openBets.all()])
        })
      )
    })
  )
})

describe("OrderManager.abandon", () => {
  it.effect("sends nothing and gives its risk back when the intent could not be committed", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.create", "unavailable")
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("3 seconds")
          expect(database.calls).toContain("BetRepository.create")
          expect(yield* allBets).toEqual([])
          expect((yield* (yield* Executor).metrics).placed).toBe(0)
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )

  it.effect("bets the signal again once intents can be committed", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.create", "unavailable")
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("3 seconds")
          database.failing.clear()
          yield* pass("2 seconds")
          expect(yield* statuses).toEqual(["matched"])
        })
      )
    })
  )

  it.effect("counts as a failure of the system, if the database is there", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.create", "invalid")
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("3 seconds")
          const breaker = yield* CircuitBreaker
          expect(breaker.state(0).failures).toBe(3)
        })
      )
    })
  )

  it.effect("closes the row of an intent that was committed although its answer was lost", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.unanswered.add("BetRepository.create")
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("1 second")
          database.unanswered.clear()
          yield* pass("5 seconds")
          const bets = yield* allBets
          expect(bets.map(({ note, status }) => [status, note])).toEqual([
            ["rejected", "NOT_SENT"],
            ["matched", null]
          ])
          expect(yield* exposure).toBe(200)
        })
      )
    })
  )

  it.effect("tells a bet that is open already in the database from a failure", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.create", "conflict")
      yield* withBot({ strategies: [backer()], database, settings: often })(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("10 seconds")
          expect(yield* exposure).toBe(0)
          const breaker = yield* CircuitBreaker
          expect(breaker.state(0).failures).toBe(0)
          expect(yield* denials(marketId)).toEqual(["execution: already_open"])
        })
      )
    })
  )
})
