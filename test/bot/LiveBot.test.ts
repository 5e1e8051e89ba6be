/** The whole bot with real money, its exchange scripted. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { ScriptedExchange } from "../execution/ScriptedExchange.ts"
import { anOpenRace, aRace, type BotOptions, exposure, notified, pass, tell, type TestBot, withBot } from "./TestBot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }"

type Services = TestBot | BetRepository | RiskManager

const onExchange =
  (options: BotOptions = {}, prepare: (exchange: ScriptedExchange) => void = () => {}) =>
  (test: (exchange: ScriptedExchange) => Effect.Effect<void, unknown, Services>) =>
    Effect.gen(function* () {
      const exchange = yield* ScriptedExchange.make
      prepare(exchange)
      yield* withBot({ strategies: [backer()], settings: often, ...options, exchange })(test(exchange))
      return exchange
    })

const bets = Effect.flatMap(BetRepository, (repository) => repository.recent("live", 100))

describe("a bot with real money", () => {
  it.effect("bets, is matched, and is settled as the exchange says", () =>
    onExchange()((exchange) =>
      Effect.gen(function* () {
        exchange.commissionRate = 0.05
        const race = yield* anOpenRace()
        yield* pass("2 seconds")
        const order = exchange.only()
        expect(yield* bets).toMatchObject([{ status: "placed", betfairBetId: order.betId }])
        exchange.match(order, 2)
        yield* exchange.tell(order)
        yield* pass("1 second")
        expect(yield* bets).toMatchObject([{ status: "matched", fills: [{ price: 300, size: 200 }] }])
        yield* tell(race.closes(1))
        expect(yield* bets).toMatchObject([{ status: "matched" }])
        exchange.settle(race.marketId, 2, 0)
        yield* pass("20 seconds")
        expect(yield* bets).toMatchObject([{ status: "settled", settlement: { profit: 400, commission: 20 } }])
        expect(yield* (yield* RiskManager).riskMetrics).toMatchObject({ bankroll: 100_380, exposure: 0 })
        expect(exchange.placed).toHaveLength(1)
      })
    )
  )

  it.effect("bets nothing before it has compared its bets with the exchange", () =>
    onExchange(
      {},
      (exchange) => void (exchange.isDown = true)
    )((exchange) =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("1 minute")
        expect(exchange.placed).toEqual([])
        exchange.isDown = false
        yield* pass("1 minute")
        expect(exchange.placed).toHaveLength(1)
      })
    )
  )

  it.effect("keeps bets back while the exchange cannot be asked about them, and says so once", () =>
    onExchange({ strategies: [] })((exchange) =>
      Effect.gen(function* () {
        exchange.isDown = true
        yield* pass("4 minutes")
        const risk = yield* RiskManager
        expect(yield* risk.checkRiskLimits()).toBeNull()
        yield* pass("3 minutes")
        expect(yield* risk.checkRiskLimits()).toMatchObject({ reason: "risk_unknown" })
        expect(yield* notified("ExchangeLost")).toHaveLength(1)
        exchange.isDown = false
        yield* pass("1 minute")
        expect(yield* risk.checkRiskLimits()).toBeNull()
        expect(yield* notified("ExchangeBack")).toHaveLength(1)
      })
    )
  )

  it.effect("finds soon what became of a bet that was not answered", () =>
    onExchange(
      {},
      ({ faults }) => void faults.push("unanswered")
    )(() =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        expect(yield* bets).toMatchObject([{ status: "unknown" }])
        expect(yield* exposure).toBe(200)
        yield* pass("8 seconds")
        expect(yield* bets).toMatchObject([{ status: "placed" }])
        expect(yield* notified("BetUnknown")).toHaveLength(1)
      })
    )
  )

  it.effect("counts placements that are not answered as failures, and stops when there are too many", () =>
    onExchange(
      { settings: `${often}\nbot: { max_failures: 1 }` },
      ({ faults }) => void faults.push("unanswered")
    )(() =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        expect(yield* notified("BreakerChanged")).toMatchObject([{ change: { to: "OPEN" } }])
      })
    )
  )

  it.effect("hears of a match that the stream never told", () =>
    onExchange()((exchange) =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        exchange.match(exchange.only(), 2)
        yield* pass("35 seconds")
        expect(yield* bets).toMatchObject([{ status: "matched" }])
      })
    )
  )

  it.effect("tells the strategy that its order was cancelled and not placed again", () =>
    Effect.gen(function* () {
      const lost: Array<string> = []
      const mover = strategy("mover", ({ openBets: [open] }) =>
        open === undefined ? [back(1, 3, 2)] : [{ _tag: "Replace", betId: open.id, price: 310, reason: "it moves" }]
      )
      const telling = {
        ...mover,
        make: () => ({
          ...mover.make({}),
          replacementLost: (bet: Bet, code: string) => void lost.push(`${bet.status} ${code}`)
        })
      }
      yield* onExchange({ strategies: [telling] })(({ faults }) =>
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("1500 millis")
          faults.push("cancelled, not placed")
          yield* pass("1 second")
          expect(lost).toEqual(["placed CANCELLED_NOT_PLACED"])
          expect(yield* notified("ReplacementLost")).toHaveLength(1)
        })
      )
    })
  )

  it.effect("lets no market wait for another's answer, and asks none again before its own", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const settings =
        "trading: { evaluation: on_update, min_evaluation_gap_ms: 0, strategy_evaluation_interval: 3600 }"
      const eager = strategy("eager", ({ market, openBets }) => {
        asked.push(market.marketId)
        return openBets.length === 0 ? [back(1, 3, 2)] : []
      })
      const apart = onExchange({ settings, strategies: [eager] }, ({ faults }) => void faults.push("silent"))
      yield* apart((exchange) =>
        Effect.gen(function* () {
          const [slow, quick] = [yield* anOpenRace(), yield* aRace({ number: 2 })]
          yield* pass("1 second")
          yield* tell(slow.trades(1, 3, 5))
          yield* pass("1 second")
          expect(asked).toEqual([slow.marketId])
          yield* tell(quick.opens())
          yield* pass("1 second")
          expect(exchange.placed.map(({ marketId }) => marketId)).toEqual([slow.marketId, quick.marketId])
          yield* pass("40 seconds")
          // Once its own answer is given up it is shown what has changed.
          expect(asked.filter((marketId) => marketId === slow.marketId)).toHaveLength(2)
          expect(exchange.placed).toHaveLength(2)
        })
      )
    })
  )

  it.effect("cancels at the exchange when it stops", () =>
    Effect.gen(function* () {
      const exchange = yield* onExchange()(() => Effect.andThen(anOpenRace(), pass("2 seconds")))
      yield* TestClock.adjust("1 second")
      expect(exchange.only().cancelled).toBe(2)
    })
  )

  it.effect("keeps its orders when it is to, and tells the exchange not to cancel them", () =>
    Effect.gen(function* () {
      const settings = `${often}\nbot: { on_shutdown: keep }\norders: { exchange_heartbeat_seconds: 30 }`
      const exchange = yield* onExchange({ settings })(() => Effect.andThen(anOpenRace(), pass("25 seconds")))
      expect(exchange.only().cancelled).toBe(0)
      expect(new Set(exchange.heartbeats.slice(0, -1))).toEqual(new Set([30]))
      expect(exchange.heartbeats.length).toBeGreaterThanOrEqual(4)
      expect(exchange.heartbeats.at(-1)).toBe(0)
    })
  )
})
