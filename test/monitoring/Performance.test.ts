import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeBetId, type MarketId, type StrategyId } from "../../src/domain/Identifiers.ts"
import * as Performance from "../../src/monitoring/Performance.ts"

const strategyId = "simple_value" as StrategyId

/** The n-th bet of a test: 10.00 at stake, each on a market of its own unless said. */
const result = (
  n: number,
  net: number,
  changes: Partial<Performance.SettledResult> = {}
): Performance.SettledResult => ({
  betId: makeBetId(n, () => 0.5),
  strategyId,
  marketId: `1.${n}` as MarketId,
  createdAt: n,
  settledAt: n * 1_000,
  stake: 1_000,
  commission: 0,
  net,
  ...changes
})
const running = (
  results: ReadonlyArray<Performance.SettledResult>,
  dayOf: (index: number) => string = () => "2026-05-01"
) => results.reduce((state, next, index) => Performance.add(state, next, dayOf(index)), Performance.start(strategyId))
const reported = (nets: ReadonlyArray<number>, options: Partial<Performance.ReportOptions> = {}) =>
  Performance.report(running(nets.map((net, index) => result(index + 1, net))), {
    pending: 0,
    day: "2026-05-01",
    sharpe: null,
    ...options
  })

describe("Performance.report", () => {
  it("divides by settled bets and matched stakes: pending bets count as pending only", () => {
    expect(reported([500, -1_000, 2_000], { pending: 7 })).toMatchObject({
      bets: 3,
      wins: 2,
      losses: 1,
      pending: 7,
      net: 1_500,
      staked: 3_000,
      winRate: 2 / 3,
      roi: 0.5,
      averageStake: 1_000,
      largestWin: 2_000,
      largestLoss: -1_000
    })
  })

  it("takes a void bet for neither won nor lost", () => {
    expect(reported([500, 0, -100])).toMatchObject({ bets: 3, wins: 1, losses: 1, winRate: 0.5 })
  })

  it("has no rates before the first settled bet", () => {
    expect(reported([], { pending: 2 })).toMatchObject({ bets: 0, winRate: null, roi: null, averageStake: null })
  })

  it("counts the streak from the oldest bet to the newest", () => {
    expect(reported([-1, -1, -1, 5, 5]).currentStreak).toBe(2)
    expect(reported([5, 5, 5, -1]).currentStreak).toBe(-1)
    expect(reported([5, 0, 5]).currentStreak).toBe(2)
  })

  it("measures the drawdown from the highest point, which is 0 at the start", () => {
    expect(reported([-300, 1_000, -400, 200, -500, 900]).maxDrawdown).toBe(700)
    expect(reported([-300]).maxDrawdown).toBe(300)
    expect(reported([300, 200]).maxDrawdown).toBe(0)
  })

  it("takes the bets of one market for one event: a hedge is no drawdown", () => {
    const hedge = { marketId: "1.9" as MarketId, settledAt: 5_000 }
    const state = running([
      result(1, 100),
      result(2, -900, hedge),
      result(3, 950, hedge),
      result(4, -20, { settledAt: 6_000 })
    ])
    expect(Performance.report(state, { pending: 0, day: "2026-05-01", sharpe: null }).maxDrawdown).toBe(20)
  })

  it("leaves the Sharpe ratio out unless asked", () => {
    const days = ["2026-05-01", "2026-05-02"]
    const state = running([result(1, 1_000), result(2, -200)], (index) => days[index]!)
    const options = { pending: 0, day: "2026-05-02" }
    expect(Performance.report(state, { ...options, sharpe: null }).sharpe).toBeNull()
    expect(
      Performance.report(state, { ...options, sharpe: { bankroll: 100_000, riskFreeRate: 0 } }).sharpe
    ).toBeCloseTo((0.004 / Math.sqrt(0.000072)) * Math.sqrt(30), 9)
  })

  it.prop(
    "agrees with the definitions, whatever the bets",
    { nets: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -5_000, maximum: 5_000 }))) },
    ({ nets }) => {
      const { bets, largestLoss, largestWin, losses, maxDrawdown, net, wins } = reported(nets)
      const sums = [0]
      for (const value of nets) sums.push(sums.at(-1)! + value)
      const falls = sums.flatMap((high, from) => sums.slice(from).map((low) => high - low))
      expect(bets).toBe(nets.length)
      expect(wins).toBe(nets.filter((value) => value > 0).length)
      expect(losses).toBe(nets.filter((value) => value < 0).length)
      expect(net).toBe(sums.at(-1))
      expect(largestWin).toBe(Math.max(0, ...nets))
      expect(largestLoss).toBe(Math.min(0, ...nets))
      expect(maxDrawdown).toBe(Math.max(...falls))
    }
  )
})

describe("Performance.sharpeRatio", () => {
  it("is the mean over the standard deviation of daily excess returns, by the square root of 30 days", () => {
    // Returns of 1 %, -0.5 %, 2 %: mean 0.8333 %, sample deviation 1.2583 %.
    expect(Performance.sharpeRatio([1_000, -500, 2_000], 100_000, 0)).toBeCloseTo(3.62738, 5)
    expect(Performance.sharpeRatio([1_000, -500, 2_000], 100_000, 0.73)).toBeCloseTo(2.75681, 5)
  })

  it("is nothing with one day, or when all days are the same", () => {
    expect(Performance.sharpeRatio([1_000], 100_000, 0)).toBeNull()
    expect(Performance.sharpeRatio([300, 300, 300], 100_000, 0.02)).toBeNull()
  })
})

/** The days from the first of May on. */
const dayOf = (index: number) => `2026-${index < 31 ? "05" : "06"}-${String((index % 31) + 1).padStart(2, "0")}`

describe("Performance.dailyNets", () => {
  const days = ["2026-03-27", "2026-03-27", "2026-03-30"]
  const state = running([result(1, 100), result(2, 50), result(3, -70)], (index) => days[index]!)

  it("has a 0 for each day without a bet, from the first bet to today, over a change of clocks", () => {
    expect(Performance.dailyNets(state, "2026-03-31")).toEqual([150, 0, 0, -70, 0])
  })

  it("looks back over a month at most", () => {
    expect(Performance.dailyNets(state, "2026-04-28")).toEqual([-70, ...Array.from({ length: 29 }, () => 0)])
  })

  it("keeps no more days than it looks at", () => {
    const long = running(
      Array.from({ length: 61 }, (_, index) => result(index + 1, index)),
      dayOf
    )
    expect(long.days.length).toBe(30)
    expect(Performance.dailyNets(long, dayOf(60))).toEqual(Array.from({ length: 30 }, (_, index) => index + 31))
  })
})
