import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import * as Bet from "../../src/domain/Bet.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import { intent, matched } from "../risk/Builders.ts"
import { back, backer, lay, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import {
  allBets,
  anOpenRace,
  aRace,
  breakerPhase,
  denials,
  exposure,
  noon,
  notified,
  pass,
  statuses,
  tell,
  TestBot,
  withBot
} from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }"
const keeping = `${often}\nbot: { on_shutdown: keep }`

/** A bet as intended, and as its settlement left it. */
const settledBet = (n: number, profit: number) => {
  const before = Bet.fromIntent(intent({ id: n, runner: n }))
  const at = before.createdAt
  return {
    before,
    after: Bet.transition(matched({ id: n, runner: n }), { _tag: "Settled", at: at + 2, profit, commission: 0 })
  }
}

describe("Restart.restore", () => {
  it.effect("takes up matched bets, asks how their markets end, and settles them once", () =>
    Effect.gen(function* () {
      const options = { strategies: [backer()], settings: often, database: yield* TestDatabase.make }
      const race = yield* withBot(options)(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("2 seconds")
          return race
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          expect((yield* TestBot).resumed()).toEqual([race.marketId])
          expect(yield* exposure).toBe(200)
          yield* tell(race.closes(1))
          expect(yield* allBets).toMatchObject([{ status: "settled", settlement: { profit: 400, commission: 20 } }])
          expect(yield* (yield* RiskManager).riskMetrics).toMatchObject({
            bankroll: 100_380,
            dailyNet: 380,
            exposure: 0
          })
          expect((yield* OpenBets).count()).toBe(0)
        })
      )
    })
  )

  it.effect("counts what may be lost as before: of lays on all runners only one can lose", () =>
    Effect.gen(function* () {
      const layer = strategy("layer", ({ openBets }) =>
        openBets.length > 0 ? [] : [1, 2, 3].map((id) => lay(id, 3.1, 2))
      )
      const settings = "trading: { strategy_evaluation_interval: 1, max_exposure: 10 }"
      const options = { strategies: [layer], settings, database: yield* TestDatabase.make }
      yield* withBot(options)(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("2 seconds")
          expect(yield* statuses).toEqual(["matched", "matched", "matched"])
          expect(yield* exposure).toBe(420)
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          yield* pass("10 seconds")
          expect(yield* exposure).toBe(420)
          expect(yield* notified("LimitReached")).toEqual([])
        })
      )
    })
  )

  it.effect("counts every runner as a possible winner while the market's definition is unknown", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      const lays = [1, 2, 3].map((runner) => matched({ id: runner, runner, side: "LAY" }))
      const worst = (winners: number) => Exposure.worstCase(lays, winners)
      expect(worst(Infinity)).toBe(3 * worst(1))
      yield* withBot({ database })(
        BetRepository.use((bets) =>
          Effect.andThen(bets.create(lays.map((bet) => Bet.fromIntent(bet))), bets.update(lays))
        )
      )
      yield* withBot({ database })(
        Effect.gen(function* () {
          expect(yield* exposure).toBe(worst(Infinity))
          yield* tell((yield* aRace()).opens())
          expect(yield* exposure).toBe(worst(1))
        })
      )
    })
  )

  it.effect("counts once, for the breaker, the losses that a dying process had written and not told", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      const options = { strategies: [], settings: "bot: { max_consecutive_losses: 2 }", database }
      const lost = [1, 2].map((selection) => settledBet(selection, -200))
      yield* withBot(options)(
        BetRepository.use((bets) =>
          Effect.andThen(bets.create(lost.map(({ before }) => before)), bets.update(lost.map(({ after }) => after)))
        )
      )
      yield* withBot(options)(Effect.map(breakerPhase, (phase) => expect(phase).toBe("OPEN")))
      yield* withBot(options)(
        Effect.map(CircuitBreaker, (breaker) => {
          const { consecutiveLosses, trips } = breaker.state(noon)
          expect([consecutiveLosses, trips]).toEqual([2, 1])
        })
      )
    })
  )

  it.effect("keeps the matched part of a bet and lets the rest go on waiting", () =>
    Effect.gen(function* () {
      const half = strategy("half", () => [back(1, 3, 8)])
      const options = { strategies: [half], settings: keeping, database: yield* TestDatabase.make }
      const race = yield* withBot(options)(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* tell(race.quotes(1, { back: 3, size: 5 }))
          yield* pass("2 seconds")
          yield* tell(race.quotes(1, { back: 2.9 }))
          return race
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          expect(yield* allBets).toMatchObject([{ status: "partially_matched", fills: [{ size: 500 }] }])
          yield* tell(race.opens({ 1: { back: 2.9, lay: 3.1 } }))
          yield* pass("2 seconds")
          yield* tell(race.trades(1, 3, 1000))
          yield* pass("1 second")
          const [bet] = yield* allBets
          expect([bet!.status, Bet.sizeMatched(bet!)]).toEqual(["matched", 800])
        })
      )
    })
  )

  it.effect("settles the matched part alone when the market closed while nobody listened", () =>
    Effect.gen(function* () {
      const half = strategy("half", () => [back(1, 3, 8)])
      const options = { strategies: [half], settings: keeping, database: yield* TestDatabase.make }
      const race = yield* withBot(options)(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* tell(race.quotes(1, { back: 3, size: 5 }))
          yield* pass("2 seconds")
          return race
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          yield* tell(race.closes(1))
          expect(yield* allBets).toMatchObject([
            { status: "settled", sizeLapsed: 300, fills: [{ size: 500 }], settlement: { profit: 1000, commission: 50 } }
          ])
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )

  it.effect("refuses intents that were never sent as NOT_SENT", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      // A process died between committing this intent and sending it.
      yield* BetRepository.pipe(
        Effect.flatMap((bets) => bets.create([Bet.fromIntent(intent({ createdAt: noon - 1000 }))])),
        Effect.provide(database.layer)
      )
      yield* withBot({ database })(
        Effect.gen(function* () {
          expect(yield* allBets).toMatchObject([{ status: "rejected", note: "NOT_SENT" }])
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )

  it.effect("does not bet a signal again whose bet is open from before", () =>
    Effect.gen(function* () {
      const options = { strategies: [backer()], settings: often, database: yield* TestDatabase.make }
      const race = yield* withBot(options)(
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("2 seconds")
          return race
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          yield* tell(race.opens())
          yield* pass("10 seconds")
          expect(yield* statuses).toEqual(["matched"])
          expect(yield* denials(race.marketId)).toContain("risk: already_open")
        })
      )
    })
  )

  it.effect("fails the start when what is open cannot be read", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      database.failing.set("BetRepository.open", "unavailable")
      const exit = yield* Effect.exit(withBot({ database })(Effect.void))
      expect(String(exit)).toContain("BetRepository.open failed")
    })
  )
})

describe("pause and halt", () => {
  for (const [what, reason] of [
    ["pause", "trading_paused"],
    ["halt", "trading_halted"]
  ] as const) {
    it.effect(`${what} survives a restart, and resume ends it`, () =>
      Effect.gen(function* () {
        const options = { strategies: [backer()], settings: often, database: yield* TestDatabase.make }
        yield* withBot(options)(Effect.flatMap(TradingState, (trading) => trading[what]("lunch")))
        yield* withBot(options)(
          Effect.gen(function* () {
            const race = yield* anOpenRace()
            yield* pass("10 seconds")
            expect(yield* statuses).toEqual([])
            expect(yield* denials(race.marketId)).toEqual([`risk: ${reason}`])
            yield* (yield* TradingState).resume("lunch is over")
            yield* pass("2 seconds")
            expect(yield* statuses).toEqual(["matched"])
          })
        )
      })
    )
  }

  it.effect("survive a restart although the database could not take them at once", () =>
    Effect.gen(function* () {
      const options = { strategies: [backer()], settings: often, database: yield* TestDatabase.make }
      yield* withBot(options)(
        Effect.gen(function* () {
          options.database.isDown = true
          yield* (yield* TradingState).halt("fire")
          options.database.isDown = false
        })
      )
      yield* withBot(options)(
        Effect.gen(function* () {
          expect((yield* TradingState).current()).toMatchObject({ status: "Halted", reason: "fire" })
        })
      )
    })
  )
})
