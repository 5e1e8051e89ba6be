import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, breakerPhase, denials, notified, pass, tell, withBot } from "./TestBot.ts"

const settings = `
trading: { strategy_evaluation_interval: 1 }
bot: { max_consecutive_losses: 2, breaker_cooldown_minutes: 5, half_open_trials: 2, max_failures: 3, max_strategy_failures: 100 }
`

/** A race on which the backer bets and loses. */
const lose = Effect.fnUntraced(function* (number: number) {
  const race = yield* anOpenRace({ number })
  yield* pass("2 seconds")
  yield* tell(race.closes(2))
})

const betsOn = (number: number) =>
  Effect.map(allBets, (bets) => bets.filter(({ marketId }) => marketId === `1.${number}`))

const placed = Effect.map(allBets, (bets) => bets.length)

const opened = Effect.andThen(lose(1), lose(2))

describe("the circuit breaker of a bot", () => {
  it.effect("opens after losses in a row, and refused signals say so", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        yield* lose(1)
        expect(yield* breakerPhase).toBe("CLOSED")
        yield* lose(2)
        expect(yield* breakerPhase).toBe("OPEN")
        const { marketId } = yield* anOpenRace({ number: 3 })
        yield* pass("10 seconds")
        expect(yield* betsOn(3)).toEqual([])
        expect(yield* denials(marketId)).toEqual(["risk: circuit_breaker_open"])
        expect(yield* notified("BreakerChanged")).toMatchObject([{ change: { to: "OPEN", consecutiveLosses: 2 } }])
      })
    )
  )

  it.effect("lets cancellations pass while it is open", () => {
    const mayCancel = { now: false }
    const patient = strategy("patient", ({ market, openBets }) => {
      if (market.marketId !== "1.9") return []
      const [bet] = openBets
      if (bet === undefined) return [back(1, 4, 2)]
      return mayCancel.now ? [{ _tag: "Cancel", betId: bet.id, reason: "test" }] : []
    })
    const loser = strategy("loser", ({ market }) => (market.marketId === "1.9" ? [] : [back(1, 3, 2)]))
    return withBot({ strategies: [patient, loser], settings })(
      Effect.gen(function* () {
        yield* anOpenRace({ number: 9 })
        yield* opened
        expect(yield* breakerPhase).toBe("OPEN")
        mayCancel.now = true
        yield* pass("2 seconds")
        expect(yield* betsOn(9)).toMatchObject([{ status: "cancelled" }])
      })
    )
  })

  it.effect("is half open after the cooldown, for so many trial bets", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        yield* opened
        yield* pass("298 seconds")
        const races = yield* Effect.forEach([3, 4, 5], (number) => anOpenRace({ number }))
        yield* pass("1 second")
        expect([yield* breakerPhase, yield* placed]).toEqual(["OPEN", 2])
        yield* pass("10 seconds")
        expect([yield* breakerPhase, yield* placed]).toEqual(["HALF_OPEN", 4])
        expect((yield* denials(races[2]!.marketId)).at(-1)).toBe("risk: half_open_trials_used")
      })
    )
  )

  it.effect("closes when a trial bet wins, and bets as before", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        yield* opened
        yield* pass("5 minutes")
        const race = yield* anOpenRace({ number: 3 })
        yield* pass("2 seconds")
        expect(yield* breakerPhase).toBe("HALF_OPEN")
        yield* tell(race.closes(1))
        expect(yield* breakerPhase).toBe("CLOSED")
        yield* Effect.forEach([4, 5, 6], (number) => anOpenRace({ number }))
        yield* pass("2 seconds")
        expect(yield* placed).toBe(6)
      })
    )
  )

  it.effect("opens again when a trial bet loses", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        yield* opened
        yield* pass("5 minutes")
        yield* lose(3)
        expect(yield* breakerPhase).toBe("OPEN")
        yield* anOpenRace({ number: 4 })
        yield* pass("10 seconds")
        expect(yield* betsOn(4)).toEqual([])
        expect((yield* CircuitBreaker).state(0).trips).toBe(2)
      })
    )
  )

  it.effect("opens when intents fail to be committed several times in a row", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.create", "invalid")
      yield* withBot({ strategies: [backer()], settings, database })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("2 seconds")
          expect(yield* breakerPhase).toBe("CLOSED")
          yield* pass("2 seconds")
          expect(yield* breakerPhase).toBe("OPEN")
          database.failing.clear()
          yield* pass("10 seconds")
          expect(yield* allBets).toEqual([])
        })
      )
    })
  )

  it.effect("follows and settles open bets while it is open", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        const race = yield* anOpenRace({ number: 9 })
        yield* pass("2 seconds")
        yield* opened
        yield* tell(race.closes(1))
        expect(yield* betsOn(9)).toMatchObject([{ status: "settled" }])
        expect((yield* OpenBets).count()).toBe(0)
        expect(yield* breakerPhase).toBe("OPEN")
      })
    )
  )

  it.effect("is as it was after a restart", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], settings, database })(opened)
      yield* withBot({ strategies: [backer()], settings, database })(
        Effect.gen(function* () {
          yield* anOpenRace({ number: 3 })
          yield* pass("10 seconds")
          expect([yield* breakerPhase, yield* placed]).toEqual(["OPEN", 2])
        })
      )
    })
  )
})
