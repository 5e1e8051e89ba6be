import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Settings } from "../../src/config/Settings.ts"
import type { ApprovedOrder } from "../../src/domain/ApprovedOrder.ts"
import { type Denial, deny } from "../../src/domain/Decision.ts"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { endedPerGeneration, RiskState } from "../../src/risk/RiskState.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import * as TradingDay from "../../src/domain/TradingDay.ts"
import { bet, betId, limit, market, matched, noon, request, settings, settlement, strategyId } from "./Builders.ts"

const layer = (changes: Record<string, unknown> = {}) =>
  RiskManager.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(CircuitBreaker.layer("paper"), TradingState.layer("paper"))),
    Layer.provideMerge(Layer.merge(TradingStateRepository.layerMemory, AuditRepository.layerMemory)),
    Layer.provideMerge(Layer.succeed(Settings, settings(changes)))
  )

const reasonOf = (result: Result.Result<ApprovedOrder, Denial>) =>
  Result.isFailure(result) ? result.failure.reason : "approved"

/** A manager at noon with 1000.00 and nothing open. */
const ready = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  const risk = yield* RiskManager
  yield* risk.restore({ bankroll: 100_000, openBets: [], settledToday: [] })
  return risk
})

const wide = { max_concurrent_bets: 100_000, max_selection_exposure: 1_000_000, max_market_exposure: 1_000_000 }

describe("RiskManager.reserve", () => {
  it.effect("approves the intent it was asked about and counts it at once", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const asked = request()
      const result = yield* risk.reserve(asked)
      assert.deepStrictEqual(Result.getOrThrow(result).intent, asked.intent)
      const metrics = yield* risk.riskMetrics
      assert.strictEqual(metrics.exposure, 200)
      assert.strictEqual(metrics.openBets, 1)
      assert.deepStrictEqual(metrics.strategies, [{ strategyId: strategyId(), exposure: 200, openBets: 1 }])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("lets a thousand fibers take exactly the exposure there is (G8, D1)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const results = yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, id) => id),
        (id) => Effect.andThen(Effect.yieldNow, risk.reserve(request({ id, slot: `${id}` }))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(results.filter(Result.isSuccess).length, 250)
      assert.strictEqual((yield* risk.riskMetrics).exposure, 50_000)
      for (const result of results) {
        if (Result.isFailure(result)) assert.strictEqual(result.failure.reason, "account_exposure")
      }
    }).pipe(Effect.provide(layer({ trading: { ...wide, max_strategy_exposure: 1_000_000 } })))
  )

  it.effect("denies the same signal on the next cycle while its bet is open (G1)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.reserve(request({ id: 1 }))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 2 }))), "already_open")
      risk.updateExposure(matched({ id: 1 }))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 3 }))), "already_open")
      yield* risk.recordSettlement(settlement(1, -200))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 4 }))), "approved")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("denies everything before the state is restored, and for a time that is none (G50)", () =>
    Effect.gen(function* () {
      const risk = yield* RiskManager
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "risk_unknown")
      assert.strictEqual((yield* risk.checkRiskLimits(noon))?.reason, "risk_unknown")
      yield* ready
      assert.strictEqual(reasonOf(yield* risk.reserve({ ...request(), now: NaN })), "risk_unknown")
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "approved")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("denies while anybody has a reason of their own, such as a database that does not answer (G50)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.veto("database", deny("database_unavailable"))
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "database_unavailable")
      yield* risk.veto("database", null)
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "approved")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("denies what comes after the shutdown has begun", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.shutDown
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "shutting_down")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("denies while trading is paused, and while it is halted", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const trading = yield* TradingState
      yield* trading.pause("lunch")
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "trading_paused")
      yield* trading.halt("enough")
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "trading_halted")
      yield* trading.resume("go on")
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "approved")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("takes a half-open breaker's trial with the reservation, and only then", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const breaker = yield* CircuitBreaker
      yield* breaker.triggerEmergencyShutdown("test")
      assert.strictEqual(reasonOf(yield* risk.reserve(request())), "circuit_breaker_open")
      yield* TestClock.adjust("30 minutes")
      const now = noon + 1_800_000
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ now, order: limit(300, 1) }))), "size_below_minimum")
      const results = yield* Effect.forEach(
        [1, 2, 3, 4, 5],
        (id) => Effect.andThen(Effect.yieldNow, risk.reserve(request({ id, runner: id, now }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(results.map(reasonOf).toSorted(), [
        "approved",
        "half_open_trials_used",
        "half_open_trials_used",
        "half_open_trials_used",
        "half_open_trials_used"
      ])
      risk.release(Result.getOrThrow(results.find(Result.isSuccess)!).intent.id)
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 6, now }))), "approved")
      risk.updateExposure(bet({ id: 6 }, { status: "lapsed", updatedAt: now }))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 7, now }))), "approved")
    }).pipe(Effect.provide(layer()))
  )
})

describe("RiskManager.updateExposure", () => {
  it.effect("keeps a matched bet and releases one that is over (G6)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.reserve(request())
      risk.updateExposure(matched())
      assert.strictEqual((yield* risk.riskMetrics).exposure, 200)
      risk.updateExposure(bet({}, { status: "cancelled", updatedAt: noon + 2 }))
      assert.strictEqual((yield* risk.riskMetrics).exposure, 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is safe to repeat, and ignores news older than what it knows", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      risk.updateExposure(matched({ order: limit(300, 500) }))
      risk.updateExposure(matched({ order: limit(300, 500) }))
      risk.updateExposure(bet({ order: limit(300, 900) }))
      assert.strictEqual((yield* risk.riskMetrics).exposure, 500)
      risk.updateExposure(bet({}, { status: "cancelled", updatedAt: noon + 2 }))
      risk.updateExposure(matched())
      assert.strictEqual((yield* risk.riskMetrics).exposure, 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("takes a bet it never reserved: one that was adopted from the exchange", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      risk.updateExposure(matched({ side: "LAY", order: limit(600, 400) }))
      assert.strictEqual((yield* risk.riskMetrics).exposure, 2000)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("takes back a bet that was released and turns out to be live", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.reserve(request())
      risk.release(betId(1))
      risk.updateExposure(matched())
      assert.strictEqual((yield* risk.riskMetrics).exposure, 200)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("holds the reservation of a bet whose outcome is unknown", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.reserve(request())
      risk.updateExposure(bet({}, { status: "unknown", updatedAt: noon + 1 }))
      const metrics = yield* risk.riskMetrics
      assert.deepStrictEqual([metrics.exposure, metrics.unknownBets], [200, 1])
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 2, runner: 2 }))), "outcome_unknown")
    }).pipe(Effect.provide(layer()))
  )
})

describe("RiskManager.recordSettlement", () => {
  it.effect("stops trading in the middle of the day when the day's loss is reached (G4)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.recordSettlement(settlement(1, -5000))
      assert.isTrue(yield* risk.isWithinLimits)
      yield* risk.recordSettlement(settlement(2, -5000))
      assert.deepStrictEqual(yield* risk.checkRiskLimits(), deny("daily_loss", 10_000, 10_000))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 9 }))), "daily_loss")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("stops trading when the day's target is reached", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.recordSettlement(settlement(1, 2000))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 9 }))), "daily_stop_win")
    }).pipe(Effect.provide(layer({ trading: { daily_stop_win: 20 } })))
  )

  it.effect("counts a result once, and another result for the bet by its difference", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      assert.strictEqual(yield* risk.recordSettlement(settlement(1, -500)), 99_500)
      assert.strictEqual(yield* risk.recordSettlement(settlement(1, -500)), 99_500)
      assert.strictEqual(yield* risk.recordSettlement(settlement(1, 300, noon + 1)), 100_300)
      const metrics = yield* risk.riskMetrics
      assert.deepStrictEqual([metrics.dailyNet, metrics.dailyProfit, metrics.dailyLoss], [300, 300, 0])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("counts the difference to what was settled before the last start", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.recordSettlement(settlement(1, -700, noon, { previousNet: -500 }))
      assert.strictEqual((yield* risk.riskMetrics).dailyNet, -200)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("takes the bet out of the exposure in the same step, for good", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* risk.reserve(request())
      yield* risk.recordSettlement(settlement(1, 400))
      risk.updateExposure(matched({}, 300))
      const metrics = yield* risk.riskMetrics
      assert.deepStrictEqual([metrics.exposure, metrics.openBets, metrics.bankroll], [0, 0, 100_400])
    }).pipe(Effect.provide(layer()))
  )

  const midnights = [
    ["Europe/London", "2026-03-29T23:00:00Z", "the day that is 23 hours long"],
    ["Europe/London", "2026-10-26T00:00:00Z", "the day that is 25 hours long"],
    ["America/New_York", "2026-03-09T04:00:00Z", "New York's short day"],
    ["America/New_York", "2026-11-02T05:00:00Z", "New York's long day"],
    ["UTC", "2026-07-02T00:00:00Z", "an ordinary day"]
  ] as const

  it.effect.each(midnights)("begins a new day at midnight by itself, in %s after %s (G49)", ([zone, midnight]) =>
    Effect.gen(function* () {
      const end = Date.parse(midnight)
      yield* TestClock.setTime(end - 1)
      const risk = yield* RiskManager
      yield* risk.restore({ bankroll: 100_000, openBets: [], settledToday: [] })
      yield* risk.recordSettlement(settlement(1, -10_000, end - 1))
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 2, now: end - 1 }))), "daily_loss")
      yield* TestClock.adjust(1)
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 3, now: end }))), "approved")
      assert.strictEqual((yield* risk.riskMetrics).dailyNet, 0)
    }).pipe(Effect.provide(layer({ trading: { time_zone: zone } })))
  )

  it.effect("does not count yesterday's late result for today, but for the bankroll", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      yield* TestClock.adjust("12 hours")
      assert.strictEqual(yield* risk.recordSettlement(settlement(1, -500, noon)), 99_500)
      assert.strictEqual((yield* risk.riskMetrics).dailyNet, 0)
    }).pipe(Effect.provide(layer()))
  )

  it("forgets bets that are long over, and stays bounded", () => {
    const state = new RiskState(Option.getOrThrow(TradingDay.zone("UTC")))
    for (let id = 0; id < 3 * endedPerGeneration; id++) state.settle(settlement(id, 1), noon)
    assert.isAtMost(state.remembered, 2 * endedPerGeneration)
    assert.isTrue(state.hasEnded(betId(3 * endedPerGeneration - 1)))
    assert.isFalse(state.hasEnded(betId(0)))
  })
})

describe("RiskManager.restore", () => {
  it.effect("starts with what is open and what the day has brought (D6)", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const risk = yield* RiskManager
      yield* risk.restore({
        bankroll: 95_000,
        openBets: [matched({ id: 1 }), bet({ id: 2, runner: 2 }, { status: "unknown" })],
        settledToday: [settlement(3, -4000), settlement(4, -1000)]
      })
      const metrics = yield* risk.riskMetrics
      assert.deepStrictEqual(
        [metrics.bankroll, metrics.exposure, metrics.openBets, metrics.dailyLoss],
        [95_000, 400, 2, 5000]
      )
      assert.strictEqual(yield* risk.recordSettlement(settlement(3, -4000)), 95_000)
    }).pipe(Effect.provide(layer()))
  )
})

describe("RiskManager.restore with a half-open breaker", () => {
  it.effect("gives a trial back whose bet was never committed, and keeps that of an open one", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const breaker = yield* CircuitBreaker
      yield* breaker.triggerEmergencyShutdown("test")
      yield* TestClock.adjust("30 minutes")
      const now = noon + 1_800_000
      yield* risk.reserve(request({ id: 1, now }))
      yield* risk.restore({ bankroll: 100_000, openBets: [bet({ id: 1 })], settledToday: [] })
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 2, runner: 2, now }))), "half_open_trials_used")
      yield* risk.restore({ bankroll: 100_000, openBets: [], settledToday: [] })
      assert.strictEqual(reasonOf(yield* risk.reserve(request({ id: 2, runner: 2, now }))), "approved")
    }).pipe(Effect.provide(layer()))
  )
})

describe("RiskManager.calculatePositionSize", () => {
  const wager = { side: "BACK", price: 300, probability: 0.4, market: market() } as const

  it.effect("sizes from the bankroll as it is (G19)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const size = () => Effect.map(risk.calculatePositionSize(wager), Result.getOrThrow)
      assert.deepStrictEqual(yield* size(), { stake: 2105, liability: 2105 })
      yield* risk.recordSettlement(settlement(1, -50_000))
      assert.deepStrictEqual(yield* size(), { stake: 1052, liability: 1052 })
    }).pipe(Effect.provide(layer({ trading: { max_stake_per_bet: 100 } })))
  )

  it.effect("sizes from no more than the account holds (G32)", () =>
    Effect.gen(function* () {
      const risk = yield* ready
      const size = () => Effect.map(risk.calculatePositionSize(wager), Result.getOrThrow)
      risk.accountHolds(500_000)
      assert.deepStrictEqual(yield* size(), { stake: 2105, liability: 2105 })
      risk.accountHolds(50_000)
      assert.deepStrictEqual(yield* size(), { stake: 1052, liability: 1052 })
    }).pipe(Effect.provide(layer({ trading: { max_stake_per_bet: 100 } })))
  )

  it.effect.each([
    [{ kelly_fraction: 0.5 }, 4210],
    [{ max_stake_per_bet: 5 }, 500],
    [{ max_liability_per_bet: 4 }, 400],
    [{ commission_discount: 1 }, 2500]
  ])("follows the settings %j (G33)", ([changes, stake]) =>
    Effect.gen(function* () {
      const risk = yield* ready
      assert.strictEqual(Result.getOrThrow(yield* risk.calculatePositionSize(wager)).stake, stake)
    }).pipe(Effect.provide(layer({ trading: { max_stake_per_bet: 100, ...(changes as object) } })))
  )
})

describe("RiskManager properties", () => {
  const Step = Schema.Struct({
    id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })),
    action: Schema.Literals(["reserve", "match", "release", "cancel", "settle"]),
    runner: Schema.Literals([1, 2, 3]),
    side: Schema.Literals(["BACK", "LAY"]),
    net: Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 }))
  })

  it.effect.prop(
    "whatever happens in whatever order, the end of all bets is the end of all risk",
    [Schema.Array(Step)],
    ([steps]) =>
      Effect.gen(function* () {
        const risk = yield* ready
        const prices = { bestBack: 300, bestLay: 300 }
        let at = noon
        for (const { action, id, net, runner, side } of steps) {
          at++
          const one = { id, runner, side, slot: `${id}`, order: limit(300, 400) }
          if (action === "reserve") yield* risk.reserve(request({ ...one, prices, now: at }))
          if (action === "match") risk.updateExposure({ ...matched(one), updatedAt: at })
          if (action === "release") risk.release(betId(id))
          if (action === "cancel") risk.updateExposure(bet(one, { status: "cancelled", updatedAt: at }))
          if (action === "settle") yield* risk.recordSettlement(settlement(id, net, at))
          const metrics = yield* risk.riskMetrics
          assert.isAtLeast(metrics.exposure, 0)
          assert.isTrue(Number.isSafeInteger(metrics.exposure) && Number.isSafeInteger(metrics.bankroll))
        }
        for (let id = 0; id <= 12; id++) yield* risk.recordSettlement(settlement(id, 0, at))
        const metrics = yield* risk.riskMetrics
        assert.deepStrictEqual(
          [metrics.exposure, metrics.liability, metrics.openBets, metrics.unknownBets, metrics.strategies],
          [0, 0, 0, 0, []]
        )
        assert.strictEqual(metrics.bankroll - 100_000, metrics.dailyNet)
      }).pipe(Effect.provide(layer({ trading: wide }), { local: true }))
  )
})
