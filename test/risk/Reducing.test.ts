/** While trading only reduces: whatever is asked for, no market can lose more than it could before. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Settings } from "../../src/config/Settings.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { profitIfLost, profitIfWon } from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { bet, betId, limit, matched, noon, request, type RequestChanges, settings } from "./Builders.ts"

const wide = {
  max_exposure: 1_000_000,
  max_market_exposure: 1_000_000,
  max_selection_exposure: 1_000_000,
  max_strategy_exposure: 1_000_000,
  max_stake_per_bet: 1_000_000,
  max_liability_per_bet: 1_000_000,
  max_concurrent_bets: 100_000,
  max_ticks_from_best: 350,
  bankroll: 1_000_000
}

const layer = RiskManager.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(CircuitBreaker.layer("paper"), TradingState.layer("paper"))),
  Layer.provide(Layer.merge(TradingStateRepository.layerMemory, AuditRepository.layerMemory)),
  Layer.provide(Layer.succeed(Settings, settings({ trading: wide })))
)

/** A manager that only reduces what is open. */
const reducing = Effect.fnUntraced(function* (openBets: ReadonlyArray<Bet.Bet>) {
  yield* TestClock.setTime(noon)
  const risk = yield* RiskManager
  yield* risk.restore({ bankroll: 100_000_000, openBets, settledToday: [] })
  yield* (yield* TradingState).reduce("enough")
  return risk
})

const answer = (risk: RiskManager["Service"], changes: RequestChanges) =>
  Effect.map(risk.reserve(request({ id: 900, slot: "new", ...changes })), (result) =>
    Result.isSuccess(result) ? "approved" : result.failure.reason
  )

const backed = matched({ id: 1, order: limit(300, 1000) })

describe("RiskManager.reserve while trading only reduces", () => {
  it.effect("denies a bet on a market where nothing is open, with the figures", () =>
    Effect.gen(function* () {
      const risk = yield* reducing([])
      const result = yield* risk.reserve(request())
      expect(Result.getOrThrow(Result.flip(result))).toEqual({ reason: "trading_reducing", value: 200, limit: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("approves a lay that closes a back, and not a penny more", () =>
    Effect.gen(function* () {
      const risk = yield* reducing([backed])
      expect(yield* answer(risk, { side: "LAY", order: limit(300, 1501) })).toBe("trading_reducing")
      expect(yield* answer(risk, { side: "LAY", order: limit(300, 1000) })).toBe("approved")
    }).pipe(Effect.provide(layer))
  )

  it.effect("denies the same lay where other lays wait to close the back", () =>
    Effect.gen(function* () {
      const waiting = bet({ id: 2, side: "LAY", slot: "other", order: limit(300, 1000) })
      const risk = yield* reducing([backed, waiting])
      expect(yield* answer(risk, { side: "LAY", order: limit(300, 1000) })).toBe("trading_reducing")
    }).pipe(Effect.provide(layer))
  )

  it.effect("approves the replacement of a closing order, and not of an opening one", () =>
    Effect.gen(function* () {
      const closing = bet({ id: 2, side: "LAY", slot: "new", order: limit(280, 1000) })
      const opening = bet({ id: 3, runner: 2, slot: "new", order: limit(300, 1000) })
      const risk = yield* reducing([backed, closing, opening])
      const replaced = { side: "LAY", order: limit(290, 1000), replaces: betId(2) } as const
      expect(yield* answer(risk, replaced)).toBe("approved")
      expect(yield* answer(risk, { id: 901, runner: 2, order: limit(310, 1000), replaces: betId(3) })).toBe(
        "trading_reducing"
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("knows at the last moment whether an order approved before raises the worst case", () =>
    Effect.gen(function* () {
      const risk = yield* reducing([backed])
      yield* (yield* TradingState).resume("test")
      const closes = request({ id: 10, side: "LAY", order: limit(300, 1000) })
      const opens = request({ id: 11, runner: 2 })
      expect(risk.raisesMarket(opens.intent)).toBe(true)
      yield* risk.reserve(closes)
      yield* risk.reserve(opens)
      expect([closes, opens].map(({ intent }) => risk.raisesMarket(intent))).toEqual([false, true])
    }).pipe(Effect.provide(layer))
  )
})

const Orders = Schema.Array(
  Schema.Struct({
    runner: Schema.Literals([1, 2, 3]),
    side: Schema.Literals(["BACK", "LAY"]),
    tick: Schema.Union([
      Schema.Literals([40, 99, 100, 149]),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 240 }))
    ]),
    size: Schema.Union([
      Schema.Literals([500, 1000]),
      Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 2000 }))
    ]),
    isMatched: Schema.Boolean
  })
).check(Schema.isMaxLength(6))

type AnOrder = (typeof Orders.Type)[number]

const toBet = ({ isMatched, runner, side, size, tick }: AnOrder, id: number) => {
  const changes = { id, runner, side, slot: `${id}`, order: limit(PriceLadder.classic[tick]!, size) }
  return isMatched ? matched(changes) : bet(changes)
}

/** What an order brings at worst on a runner that wins, loses, or is withdrawn: unmatched, or matched in full. */
const worstOf = (one: Bet.Bet, course: "won" | "lost" | "void"): number => {
  if (course === "void") return 0
  const { order } = one
  const fills = one.complete || order._tag !== "LIMIT" ? one.fills : [{ at: 0, price: order.price, size: order.size }]
  const brings = course === "won" ? profitIfWon(one.side, fills) : profitIfLost(one.side, fills)
  return one.complete ? brings : Math.min(0, brings)
}

/** The most that the bets lose over all winners (somebody else among them) and all withdrawals. */
const trueWorst = (bets: ReadonlyArray<Bet.Bet>): number => {
  let worst = 0
  for (const winner of [1, 2, 3, 4]) {
    for (let withdrawn = 0; withdrawn < 8; withdrawn++) {
      const isWithdrawn = (runner: number) => ((withdrawn >> (runner - 1)) & 1) === 1
      const courseOf = (runner: number) => (isWithdrawn(runner) ? "void" : runner === winner ? "won" : "lost")
      const total = bets.reduce((sum, one) => sum + worstOf(one, courseOf(one.selectionId)), 0)
      worst = Math.max(worst, -total)
    }
  }
  return worst
}

/** The worst case as the exposure reckons it, without what is in it for rounding. */
const reckoned = (bets: ReadonlyArray<Bet.Bet>): number => {
  let market = Exposure.emptyMarket(1)
  for (const one of bets) market = Exposure.change(market, Exposure.runnerOf(one), Exposure.ofBet(one), 1)
  return market.positions.reduce((worst, { runner }) => worst - Exposure.roundingOfRunner(market, runner), market.worst)
}

describe("any orders while trading only reduces", () => {
  it.effect.prop(
    "never raise the worst case of their market",
    { open: Orders, asked: Orders },
    ({ asked, open }) =>
      Effect.gen(function* () {
        const bets = open.map(toBet)
        const risk = yield* reducing(bets)
        const before = Exposure.worstCase(bets, 1)
        for (const [index, order] of asked.entries()) {
          const { intent } = request()
          const next = { ...toBet({ ...order, isMatched: false }, 100 + index), marketId: intent.marketId }
          const result = yield* risk.reserve(request({ ...next, id: 100 + index, runner: order.runner }))
          if (Result.isFailure(result)) {
            expect(["trading_reducing", "no_price"]).toContain(result.failure.reason)
            continue
          }
          const worst = reckoned(bets)
          bets.push(next)
          expect(reckoned(bets)).toBeLessThanOrEqual(worst + bets.length)
          expect(trueWorst(bets)).toBeLessThanOrEqual(before)
        }
      }).pipe(Effect.provide(Layer.fresh(layer))),
    { arbitrary: { runs: 300 } }
  )
})
