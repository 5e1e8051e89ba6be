import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { backer } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { anOpenRace, breakerPhase, denials, notified, pass, statuses, withBot } from "./TestBot.ts"

const denial = Effect.flatMap(RiskManager, (risk) =>
  Effect.map(risk.checkRiskLimits(), (denial) => denial?.reason ?? null)
)

describe("Guards.checkFeed", () => {
  it.effect("keeps bets back when nothing arrives, and lets them go on when something does", () =>
    withBot({ strategies: [backer()], settings: "trading: { max_price_age_seconds: 10 }" })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("50 seconds")
        yield* TestClock.adjust("10 seconds")
        expect(yield* denial).toBe(null)
        yield* TestClock.adjust("2 seconds")
        expect(yield* denial).toBe("stale_prices")
        expect((yield* notified("FeedLost")).length).toBe(1)
        yield* pass("1 second")
        yield* pass("1 second")
        expect(yield* denial).toBe(null)
        expect((yield* notified("FeedBack")).length).toBe(1)
      })
    )
  )

  it.effect("places nothing on prices that have stopped", () =>
    withBot({ strategies: [backer()], settings: "trading: { max_price_age_seconds: 10 }" })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        yield* TestClock.adjust("70 seconds")
        expect(yield* statuses).toEqual([])
        expect(yield* denials(marketId)).toEqual(["risk: stale_prices"])
        yield* pass("60 seconds")
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )

  it.effect("takes a heartbeat for a sign of life", () =>
    withBot({ strategies: [backer()], settings: "trading: { max_price_age_seconds: 10 }" })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("70 seconds")
        expect(yield* notified("FeedLost")).toEqual([])
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )
})

describe("Guards.checkDatabase", () => {
  it.effect("keeps bets back while the database does not answer, and lets them go on when it does", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], database })(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("50 seconds")
          database.isDown = true
          yield* pass("20 seconds")
          expect(yield* denial).toBe("database_unavailable")
          expect((yield* notified("DatabaseLost")).length).toBe(1)
          database.isDown = false
          yield* pass("20 seconds")
          expect(yield* denial).toBe(null)
          expect((yield* notified("DatabaseBack")).length).toBe(1)
          expect(yield* denials(marketId)).toEqual(["risk: database_unavailable"])
          yield* pass("40 seconds")
          expect(yield* statuses).toEqual(["matched"])
        })
      )
    })
  )

  it.effect("does not let a long outage open the circuit breaker", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], database, settings: "bot: { max_failures: 3 }" })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("50 seconds")
          database.isDown = true
          yield* pass("4 minutes")
          database.isDown = false
          yield* pass("70 seconds")
          expect([yield* breakerPhase, yield* statuses]).toEqual(["CLOSED", ["matched"]])
        })
      )
    })
  )
})
