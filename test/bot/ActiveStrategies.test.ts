import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ActiveStrategies } from "../../src/bot/ActiveStrategies.ts"
import { StrategyId } from "../../src/domain/Identifiers.ts"
import { StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import type { StrategyKind } from "../../src/strategy/Strategy.ts"
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

const backerId = StrategyId.make("backer")

const numbered: StrategyKind = {
  ...backer("numbered"),
  parameters: Schema.Struct({ stake: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(1))) })
} as StrategyKind

describe("a strategy that is switched while the bot runs", () => {
  it.effect("is asked no more once it is off, and again once it is on", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        const strategies = yield* ActiveStrategies
        yield* strategies.disable(backerId, "anna: lunch")
        const first = yield* anOpenRace()
        yield* pass("5 seconds")
        expect(yield* allBets).toEqual([])
        expect(yield* rows).toMatchObject([{ id: "backer", active: false, note: "anna: lunch" }])
        yield* strategies.enable(backerId, "anna: back")
        yield* pass("5 seconds")
        expect(yield* allBets).toMatchObject([{ strategyId: "backer", marketId: first.marketId }])
        expect(yield* rows).toMatchObject([{ id: "backer", active: true, note: "anna: back" }])
      })
    )
  )

  it.effect("is off though the database does not take it, and is not on if it does not", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], settings, database })(
        Effect.gen(function* () {
          const strategies = yield* ActiveStrategies
          database.failing.set("StrategyRepository.setActive", "invalid")
          expect(yield* Effect.flip(strategies.disable(backerId, "anna"))).toMatchObject({ _tag: "StorageFailure" })
          expect(strategies.all()).toEqual([])
          expect(yield* Effect.flip(strategies.enable(backerId, "anna"))).toMatchObject({ _tag: "StorageFailure" })
          expect(strategies.all()).toEqual([])
        })
      )
    })
  )

  it.effect("takes parameters that are allowed, and keeps its own otherwise", () =>
    withBot({ strategies: [numbered], settings })(
      Effect.gen(function* () {
        const id = StrategyId.make("numbered")
        const strategies = yield* ActiveStrategies
        yield* strategies.set(id, { stake: 7 })
        expect(strategies.get(id)?.parameters).toEqual({ stake: 7 })
        expect(yield* Effect.flip(strategies.set(id, { stake: "much" }))).toMatchObject({
          _tag: "StrategyRefused",
          problems: [{ parameter: "stake", found: "much" }]
        })
        expect(strategies.get(id)?.parameters).toEqual({ stake: 7 })
        expect(yield* rows).toMatchObject([{ id: "numbered", parameters: { stake: 7 } }])
        yield* strategies.disable(id, "anna")
        yield* strategies.set(id, { stake: 8 })
        expect(strategies.all()).toEqual([])
      })
    )
  )

  it.effect("has to exist", () =>
    withBot({ strategies: [backer()], settings })(
      Effect.gen(function* () {
        const failure = yield* Effect.flip((yield* ActiveStrategies).enable(StrategyId.make("nobody"), "anna"))
        expect(failure.message).toBe("there is no strategy nobody; expected one of backer")
      })
    )
  )
})
