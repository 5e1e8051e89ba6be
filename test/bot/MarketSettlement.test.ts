import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { Tally } from "../../src/bot/Tally.ts"
import { Books } from "../../src/market/Books.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { back, backer, lay, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { allBets, anOpenRace, notified, pass, tell, withBot } from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }"

/** Money as everybody who keeps score has it. */
const score = Effect.gen(function* () {
  const { bankroll, dailyNet, exposure } = yield* (yield* RiskManager).riskMetrics
  const breaker = (yield* CircuitBreaker).state(yield* Clock.currentTimeMillis)
  return {
    bankroll,
    dailyNet,
    exposure,
    open: (yield* OpenBets).count(),
    tally: (yield* Tally).net(),
    losses: breaker.consecutiveLosses
  }
})

const won = { bankroll: 100_380, dailyNet: 380, exposure: 0, open: 0, tally: 380, losses: 0 }
const lost = { bankroll: 99_800, dailyNet: -200, exposure: 0, open: 0, tally: -200, losses: 1 }

const aMatchedBet = Effect.gen(function* () {
  const race = yield* anOpenRace()
  yield* pass("2 seconds")
  expect(yield* allBets).toMatchObject([{ status: "matched" }])
  return race
})

describe("MarketSettlement.run", () => {
  it.effect("settles the bets of a closed market, net of commission", () =>
    withBot({ strategies: [backer()], settings: often })(
      Effect.gen(function* () {
        const race = yield* aMatchedBet
        yield* tell(race.closes(1))
        expect(yield* allBets).toMatchObject([{ status: "settled", settlement: { profit: 400, commission: 20 } }])
        expect(yield* score).toEqual(won)
      })
    )
  )

  it.effect("counts a loss with bankroll, day and breaker", () =>
    withBot({ strategies: [backer()], settings: often })(
      Effect.gen(function* () {
        const race = yield* aMatchedBet
        yield* tell(race.closes(2))
        expect(yield* score).toEqual(lost)
      })
    )
  )

  it.effect("counts once when the closing message comes twice", () =>
    withBot({ strategies: [backer()], settings: often })(
      Effect.gen(function* () {
        const race = yield* aMatchedBet
        yield* tell(race.closes(2))
        yield* pass("10 seconds")
        yield* tell(race.closes(2))
        yield* pass("10 seconds")
        expect(yield* score).toEqual(lost)
        expect((yield* notified("MarketSettled")).length).toBe(1)
      })
    )
  )

  it.effect("corrects a result everywhere, and the breaker does not count the bet again", () =>
    withBot({ strategies: [backer()], settings: often })(
      Effect.gen(function* () {
        const race = yield* aMatchedBet
        yield* tell(race.closes(2))
        yield* pass("10 seconds")
        yield* tell(race.closes(1))
        yield* pass("10 seconds")
        expect(yield* score).toEqual({ ...won, losses: 1 })
        expect(yield* allBets).toMatchObject([{ settlement: { profit: 400, commission: 20 } }])
      })
    )
  )

  it.effect("charges commission on the market's net winnings", () =>
    withBot({ strategies: [strategy("both", () => [back(1, 3, 4), lay(2, 3.1, 2)])], settings: often })(
      Effect.gen(function* () {
        const race = yield* aMatchedPair
        yield* tell(race.closes(3))
        // Four lost on the first, two won on the second: no winnings on the market, no commission.
        expect(yield* score).toMatchObject({ bankroll: 99_800, tally: -200 })
      })
    )
  )

  it.effect("ends what was not matched, at no cost", () =>
    withBot({ strategies: [strategy("patient", () => [back(1, 4, 2)])], settings: often })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("2 seconds")
        yield* tell(race.closes(1))
        expect(yield* allBets).toMatchObject([{ status: "lapsed", sizeLapsed: 200 }])
        expect(yield* score).toEqual({ bankroll: 100_000, dailyNet: 0, exposure: 0, open: 0, tally: 0, losses: 0 })
      })
    )
  )

  it.effect("waits for a placement that was under way when the market closed", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], settings: often, database })(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          database.slow.set("BetRepository.create", Duration.seconds(5))
          yield* pass("2 seconds")
          yield* tell(race.closes(1))
          expect(yield* allBets).toMatchObject([{ status: "pending" }])
          yield* pass("10 seconds")
          expect(yield* allBets).toMatchObject([{ status: "rejected" }])
          expect(yield* score).toMatchObject({ bankroll: 100_000, exposure: 0, open: 0 })
          expect([...(yield* Books).all()]).toEqual([])
        })
      )
    })
  )

  it.effect("waits while the database is away, then settles once", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: [backer()], settings: often, database })(
        Effect.gen(function* () {
          const race = yield* aMatchedBet
          database.isDown = true
          yield* tell(race.closes(2))
          yield* pass("30 seconds")
          expect(yield* score).toMatchObject({ bankroll: 100_000, open: 1, exposure: 200 })
          database.isDown = false
          yield* pass("20 seconds")
          expect(yield* score).toEqual(lost)
          expect((yield* notified("MarketSettled")).length).toBe(1)
        })
      )
    })
  )

  it.effect("settles bets on markets that are not traded any more", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      const race = yield* withBot({ strategies: [backer()], settings: often, database })(aMatchedBet)
      const settings = "markets: { market_types: [PLACE] }"
      yield* withBot({ database, settings })(
        Effect.gen(function* () {
          yield* tell(race.closes(2))
          expect(yield* allBets).toMatchObject([{ status: "settled" }])
        })
      )
    })
  )

  it.effect("forgets closed markets, traded or not", () =>
    withBot()(
      Effect.gen(function* () {
        const traded = yield* anOpenRace({ number: 1 })
        const other = yield* anOpenRace({ number: 2, marketType: "MATCH_BET" })
        const books = yield* Books
        expect([...books.all()].length).toBe(2)
        yield* tell(traded.closes(1), other.closes(1))
        yield* pass("1 second")
        expect([...books.all()]).toEqual([])
      })
    )
  )
})

const aMatchedPair = Effect.gen(function* () {
  const race = yield* anOpenRace()
  yield* pass("2 seconds")
  expect(yield* allBets).toMatchObject([{ status: "matched" }, { status: "matched" }])
  return race
})
