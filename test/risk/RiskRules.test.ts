import { describe, expect, it } from "@effect/vitest"
import { Option } from "effect"
import { denialReasons, type DenialReason } from "../../src/domain/Decision.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import * as RiskLimits from "../../src/risk/RiskLimits.ts"
import * as RiskRules from "../../src/risk/RiskRules.ts"
import * as Rule from "../../src/risk/Rule.ts"
import { RiskState } from "../../src/risk/RiskState.ts"
import * as Bet from "../../src/domain/Bet.ts"
import * as TradingDay from "../../src/domain/TradingDay.ts"
import { bet, limit, market, matched, noon, request, type RequestChanges, settings, strategyId } from "./Builders.ts"

const zone = Option.getOrThrow(TradingDay.zone("Europe/London"))

const holding = (bets: ReadonlyArray<Bet.Bet>, bankroll = 100_000): RiskState => {
  const state = new RiskState(zone)
  state.restore({ bankroll, openBets: bets, settledToday: [] }, noon)
  return state
}

/** What the order rules say of a request on top of open bets. */
const judge = (
  changes: RequestChanges = {},
  open: ReadonlyArray<Bet.Bet> = [],
  trading: Record<string, unknown> = {},
  bankroll?: number,
  isReducing = false
) => {
  const state = holding(open, bankroll)
  const asked = request({ id: 1000, ...changes })
  const winners = Exposure.winnersOf(asked.market?.numberOfWinners ?? NaN)
  return Rule.first(RiskRules.orderRules, {
    request: asked,
    limits: RiskLimits.fromSettings(settings({ trading }).trading),
    state,
    isReducing,
    ...state.open.tryOut(Bet.fromIntent(asked.intent), winners)
  })
}

const lay = (price: number, size: number) => ({ side: "LAY", order: limit(price, size) }) as const
const onClose = (liability: number) => ({ _tag: "MARKET_ON_CLOSE", liability }) as const

describe("RiskRules.orderRules", () => {
  it("let an ordinary bet pass", () => {
    expect(judge()).toBeNull()
    expect(judge(lay(305, 200))).toBeNull()
  })

  const refusals: ReadonlyArray<readonly [DenialReason, RequestChanges]> = [
    ["risk_unknown", { definition: { bettingType: "ASIAN_HANDICAP_DOUBLE_LINE" } }],
    ["risk_unknown", { definition: { marketType: "EACH_WAY" } }],
    ["risk_unknown", { order: limit(300, NaN) }],
    ["risk_unknown", { order: limit(300, 200.5) }],
    ["risk_unknown", { order: limit(300, -200) }],
    ["risk_unknown", { prices: { publishTime: NaN } }],
    ["market_not_open", { definition: { status: "SUSPENDED" } }],
    ["market_not_open", { definition: { status: "CLOSED" } }],
    ["market_in_play", { definition: { inPlay: true } }],
    ["outside_window", { definition: { marketTime: noon + 59_000 } }],
    ["outside_window", { definition: { marketTime: NaN } }],
    ["runner_not_active", { runner: 9 }],
    ["runner_not_active", { definition: { runners: market().runners.map((one) => ({ ...one, status: "REMOVED" })) } }],
    ["stale_prices", { prices: { publishTime: noon - 120_001 } }],
    ["stale_prices", { prices: { publishTime: noon + 120_001 } }],
    ["price_not_on_ladder", { order: limit(301, 200) }],
    ["price_not_on_ladder", { order: limit(NaN, 200) }],
    ["price_not_on_ladder", { order: { _tag: "LIMIT_ON_CLOSE", price: 301, liability: 200 } }],
    ["no_price", { prices: { bestBack: 0 } }],
    ["no_price", { ...lay(305, 200), prices: { bestLay: NaN } }],
    ["price_too_far", { order: limit(258, 200) }],
    ["price_too_far", lay(460, 200)],
    ["confidence_too_low", { confidence: NaN }],
    ["size_below_minimum", { order: limit(300, 199) }],
    ["size_below_minimum", { ...lay(0, 0), order: onClose(199) }],
    ["stake_above_limit", { order: limit(300, 1001) }],
    ["stake_above_limit", { order: onClose(1001) }],
    ["liability_above_limit", { ...lay(700, 1000), prices: { bestLay: 700 } }],
    ["liability_above_limit", { ...lay(0, 0), order: onClose(5001) }]
  ]

  it.each(refusals)("refuse with %s: %j", (reason, changes) => {
    expect(judge(changes)?.reason).toBe(reason)
  })

  it("refuse a market whose definition has not come", () => {
    const asked = { ...request(), market: null }
    const state = holding([])
    const limits = RiskLimits.fromSettings(settings().trading)
    const figures = state.open.tryOut(Bet.fromIntent(asked.intent), 1)
    const subject = { request: asked, limits, state, isReducing: false, ...figures }
    expect(Rule.first(RiskRules.orderRules, subject)).toEqual({ reason: "risk_unknown" })
  })

  it("let a strategy that bets in play do so, after the off too", () => {
    expect(judge({ inPlay: true, definition: { inPlay: true, marketTime: noon - 60_000 } })).toBeNull()
  })

  it("let prices pass that are up to max_ticks_from_best worse, and better ones at any distance", () => {
    expect(judge({ order: limit(260, 200) })).toBeNull()
    expect(judge({ order: limit(900, 200) })).toBeNull()
    expect(judge(lay(400, 200))).toBeNull()
    expect(judge(lay(110, 200))).toBeNull()
  })

  it("take the last price traded where the data carries no offers", () => {
    const prices = { bestBack: 0, bestLay: 0, depth: "LAST_PRICE", lastPriceTraded: 300 } as const
    expect(judge({ prices })).toBeNull()
    expect(judge({ prices, order: limit(200, 200) })?.reason).toBe("price_too_far")
  })

  it("refuse odds outside the configured range, and any starting price where there is a range", () => {
    expect(judge({}, [], { min_odds: 3.5 })).toEqual({ reason: "odds_out_of_range", value: 3, limit: 3.5 })
    expect(judge({}, [], { max_odds: 2 })).toEqual({ reason: "odds_out_of_range", value: 3, limit: 2 })
    expect(judge({ order: onClose(1000) }, [], { max_odds: 20 })?.reason).toBe("odds_out_of_range")
    expect(judge({ order: onClose(1000) })).toBeNull()
  })

  it("refuse a second bet of the same kind until it is over, so the next cycle cannot bet a signal again (G1)", () => {
    expect(judge({}, [matched({ id: 1 })])).toEqual({ reason: "already_open" })
    expect(judge({}, [bet({ id: 1 }, { status: "settled" })])).toBeNull()
  })

  it.each([
    { runner: 2 },
    { market: 2 },
    { slot: "second" },
    { strategyId: strategyId("other") },
    { side: "LAY", order: limit(305, 200) } as const
  ])("do not take another bet for the same: %j", (changes) => {
    expect(judge(changes, [matched({ id: 1 })])).toBeNull()
  })

  it("let a replacement stand in for the bet it replaces, and for no other", () => {
    const waiting = bet({ id: 1 }, { status: "placed" })
    expect(judge({ replaces: waiting.id }, [waiting])).toBeNull()
    expect(judge({ replaces: waiting.id }, [waiting, bet({ id: 2 })])).toEqual({ reason: "already_open" })
    expect(judge({ replaces: waiting.id }, [waiting], { max_concurrent_bets: 1 })).toBeNull()
    expect(judge({ replaces: waiting.id, order: limit(300, 50) }, [waiting])).toBeNull()
    expect(judge({ replaces: waiting.id }, [waiting], { max_selection_exposure: 3 })).toBeNull()
  })

  it.each([{ runner: 2 }, { market: 2 }, { strategyId: strategyId("other") }, { slot: "b" }])(
    "refuse a replacement of a bet of another kind, whose risk does not go away with it: %j",
    (changes) => {
      const waiting = bet({ id: 1 }, { status: "placed" })
      expect(judge({ replaces: waiting.id, ...changes }, [waiting])).toEqual({ reason: "bet_not_found" })
      expect(judge({ replaces: waiting.id })).toEqual({ reason: "bet_not_found" })
    }
  )

  it("count what is matched of a replaced bet", () => {
    const half = bet(
      { id: 1 },
      { status: "partially_matched", fills: [{ at: 0, price: 300, size: 150 }], sizeRemaining: 50 }
    )
    expect(judge({ replaces: half.id }, [half], { max_selection_exposure: 3 })?.reason).toBe("selection_exposure")
  })

  it("refuse a strategy on a market where one of its bets is without an answer (D2)", () => {
    const lost = bet({ id: 1, runner: 2 }, { status: "unknown" })
    expect(judge({}, [lost])).toEqual({ reason: "outcome_unknown" })
    expect(judge({ market: 2 }, [lost])).toBeNull()
    expect(judge({ strategyId: strategyId("other") }, [lost])).toBeNull()
  })

  it("refuse what would lift the worst case of runner, market, strategy or account above its limit", () => {
    const open = [matched({ id: 1, slot: "a" })]
    expect(judge({}, open, { max_selection_exposure: 3.99 })).toEqual({
      reason: "selection_exposure",
      value: 400,
      limit: 399
    })
    expect(judge({ runner: 2 }, open, { max_market_exposure: 3.99 })).toEqual({
      reason: "market_exposure",
      value: 400,
      limit: 399
    })
    expect(judge({ market: 2 }, open, { max_strategy_exposure: 3.99 })).toEqual({
      reason: "strategy_exposure",
      value: 400,
      limit: 399
    })
    expect(judge({ market: 2, strategyId: strategyId("other") }, open, { max_exposure: 3.99 })).toEqual({
      reason: "account_exposure",
      value: 400,
      limit: 399
    })
    expect(judge({}, open, { max_selection_exposure: 4, max_market_exposure: 4, max_exposure: 4 })).toBeNull()
  })

  it("count a lay by its liability (G7)", () => {
    const trading = { max_market_exposure: 10 }
    expect(judge({ ...lay(700, 200), prices: { bestLay: 700 } }, [], trading)).toEqual({
      reason: "market_exposure",
      value: 1200,
      limit: 1000
    })
  })

  it("do not refuse the lay that closes a position for an exposure it does not raise", () => {
    const open = [matched({ id: 1, order: limit(400, 1000) })]
    const trading = { max_exposure: 5, max_selection_exposure: 5, max_market_exposure: 5, max_strategy_exposure: 5 }
    expect(judge(lay(305, 200), open, trading, 0)).toBeNull()
    expect(judge({ ...lay(305, 200), runner: 2 }, open, trading)?.reason).toBe("market_exposure")
  })

  it("do not take rounding for room: a hedged position grows no further above its limit", () => {
    const open = [
      matched({ id: 1, order: limit(300, 100_000) }),
      matched({ id: 2, side: "LAY", order: limit(300, 100_000) })
    ]
    expect(judge({ slot: "more" }, open, { max_selection_exposure: 5 })?.reason).toBe("selection_exposure")
  })

  it("refuse a bet that the bankroll does not cover", () => {
    expect(judge({}, [matched({ id: 1, slot: "a" })], {}, 399)).toEqual({
      reason: "insufficient_funds",
      value: 400,
      limit: 399
    })
  })

  it("refuse more bets than may be open", () => {
    expect(judge({ runner: 2 }, [matched({ id: 1 })], { max_concurrent_bets: 1 })).toEqual({
      reason: "concurrent_bets",
      value: 2,
      limit: 1
    })
  })
})

describe("RiskRules", () => {
  const all = [...RiskRules.accountRules, ...RiskRules.roomRules, ...RiskRules.orderRules]

  it("give reasons of the closed list only", () => {
    for (const { reasons } of all) for (const reason of reasons) expect(denialReasons).toHaveProperty(reason)
  })

  it.each([
    ["max_stake_per_bet", 1.99],
    ["max_liability_per_bet", 1.99],
    ["min_stake", 2.01],
    ["max_exposure", 1.99],
    ["max_market_exposure", 1.99],
    ["max_selection_exposure", 1.99],
    ["max_strategy_exposure", 1.99],
    ["max_concurrent_bets", 0],
    ["min_time_to_start_seconds", 601],
    ["min_odds", 3.05],
    ["max_odds", 2.96],
    ["max_ticks_from_best", 0],
    ["max_price_age_seconds", 0.5],
    ["min_confidence_threshold", 0.95]
  ])("%s, set to %d, refuses a bet that the default lets pass (G33)", (key, value) => {
    const changes: RequestChanges = {
      order: limit(298, 200),
      confidence: 0.9,
      prices: { publishTime: noon - 1000 }
    }
    expect(judge(changes)).toBeNull()
    expect(judge(changes, [], { [key]: value })).not.toBeNull()
  })
})
