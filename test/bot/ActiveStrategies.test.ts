import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { ActiveStrategies } from "../../src/bot/ActiveStrategies.ts"
import { StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import { backer, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, notified, pass, TestBot, withBot } from "./TestBot.ts"

const settings = `
trading: { strategy_evaluation_interval: 1 }
bot: { max_strategy_failures: 3 }
`

const faulty = () => {
  const asked = { times: 0 }
  const kind = strategy("faulty", () => {
    asked.times++
    throw new Error("no such column")
  })
  return { asked, kind }
}

const rows = Effect.flatMap(StrategyRepository, ({ all }) => all)

describe("a strategy that throws", () => {
  it.effect("does not keep the others from betting", () =>
    withBot({ strategies: [faulty().kind, backer()], settings })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("10 seconds")
        expect(yield* allBets).toMatchObject([{ strategyId: "backer", status: "matched" }])
      })
    )
  )

  it.effect("is asked no more after bot.max_strategy_failures, and its row says why", () => {
    const { asked, kind } = faulty()
    return withBot({ strategies: [kind, backer()], settings })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("10 seconds")
        expect(asked.times).toBe(3)
        expect((yield* ActiveStrategies).all().map(({ id }) => id)).toEqual(["backer"])
        expect(yield* rows).toMatchObject([
          { id: "backer", active: true },
          { id: "faulty", active: false, note: "switched off after 3 failures: Error: no such column" }
        ])
        expect(yield* notified("StrategyDisabled")).toMatchObject([{ strategyId: "faulty" }])
      })
    )
  })

  it.effect("is counted and told of each time", () =>
    withBot({ strategies: [faulty().kind], settings })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("10 seconds")
        const { logs } = yield* TestBot
        const told = logs.filter(({ message }) => message === "A strategy failed")
        expect(told.map(({ fields }) => [fields["strategy_id"], fields["failures"]])).toEqual([
          ["faulty", 1],
          ["faulty", 2],
          ["faulty", 3]
        ])
      })
    )
  )

  it.effect("is switched off in the database once it can be written, and stays off after a restart", () =>
    Effect.gen(function* () {
      const { asked, kind } = faulty()
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [kind, backer()], settings, database })(
        Effect.gen(function* () {
          database.failing.set("StrategyRepository.setActive", "unavailable")
          yield* anOpenRace()
          yield* pass("10 seconds")
          expect(yield* rows).toMatchObject([{ active: true }, { active: true }])
          database.failing.clear()
          yield* pass("20 seconds")
          expect(yield* rows).toMatchObject([{ active: true }, { id: "faulty", active: false }])
        })
      )
      yield* withBot({ strategies: [kind, backer()], settings, database })(
        Effect.gen(function* () {
          yield* anOpenRace({ number: 2 })
          yield* pass("10 seconds")
          expect(asked.times).toBe(3)
        })
      )
    })
  )
})
