import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { back, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, denials, pass, statuses, tell, withBot } from "./TestBot.ts"

const settings = `
trading: { max_daily_loss: 10, strategy_evaluation_interval: 10, time_zone: Europe/London }
bot: { max_consecutive_losses: 100 }
`

/** Stakes the whole day's loss at once, however far away the off is. */
const gambler = strategy("gambler", () => [back(1, 3, 10)], { window: { from: Infinity, to: 60 } })

const options = { strategies: [gambler], settings }

/** Loses the day's limit, and leaves a race to bet on that is off tomorrow. */
const loseAll = Effect.gen(function* () {
  const race = yield* anOpenRace()
  yield* pass("11 seconds")
  yield* tell(race.closes(2))
  return yield* anOpenRace({ number: 2, offAt: Date.parse("2026-12-31") })
})

const dailyNet = Effect.flatMap(RiskManager, ({ riskMetrics }) => Effect.map(riskMetrics, ({ dailyNet }) => dailyNet))

const startingAt =
  (time: string) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.andThen(TestClock.setTime(Date.parse(time)), test)

describe("the day's loss", () => {
  it.effect("stops betting within the day, and refused signals say so", () =>
    withBot(options)(
      Effect.gen(function* () {
        const { marketId } = yield* loseAll
        yield* pass("30 seconds")
        expect(yield* statuses).toEqual(["settled"])
        expect(yield* denials(marketId)).toEqual(["risk: daily_loss"])
      })
    )
  )

  it.effect("is known after a restart on the same day", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ ...options, database })(loseAll)
      yield* withBot({ ...options, database })(
        Effect.gen(function* () {
          yield* anOpenRace({ number: 3 })
          yield* pass("30 seconds")
          expect(yield* statuses).toEqual(["settled"])
          expect(yield* dailyNet).toBe(-1000)
        })
      )
    })
  )

  it.effect("is over at midnight of the configured zone", () =>
    withBot({ ...options, settings: settings.replace("Europe/London", "Australia/Sydney") })(
      Effect.gen(function* () {
        yield* loseAll
        yield* pass("59 seconds")
        expect(yield* statuses).toEqual(["settled"])
        yield* pass("61 seconds")
        expect(yield* allBets).toMatchObject([{ status: "settled" }, { marketId: "1.2", status: "matched" }])
        expect(yield* dailyNet).toBe(0)
      })
    ).pipe(startingAt("2026-07-01T13:58:30Z"))
  )

  it.effect("is over an hour early on the day that clocks go forward", () =>
    withBot(options)(
      Effect.gen(function* () {
        yield* loseAll
        yield* pass("60 seconds")
        expect(yield* statuses).toEqual(["settled"])
        yield* pass("60 seconds")
        expect(yield* statuses).toEqual(["settled", "matched"])
      })
    ).pipe(startingAt("2026-03-29T22:58:30Z"))
  )

  it.effect("is over an hour late on the day that clocks go back", () =>
    withBot(options)(
      Effect.gen(function* () {
        yield* loseAll
        yield* pass("60 minutes")
        expect(yield* statuses).toEqual(["settled"])
        yield* pass("120 seconds")
        expect(yield* statuses).toEqual(["settled", "matched"])
      })
    ).pipe(startingAt("2026-10-25T22:58:30Z"))
  )
})
