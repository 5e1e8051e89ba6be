import { describe, expect, it } from "vitest"
import { type Stake, worstCase } from "../../../src/sandbox/exchange/Exposure.ts"

const stake = (runner: number, side: "BACK" | "LAY", more: Partial<Stake>): Stake => ({
  runner,
  side,
  fills: [],
  unmatched: 0,
  price: 0,
  waiting: 0,
  ...more
})
const matched = (runner: number, side: "BACK" | "LAY", price: number, size: number) =>
  stake(runner, side, { fills: [{ price, size }] })
const unmatched = (runner: number, side: "BACK" | "LAY", price: number, size: number) =>
  stake(runner, side, { price, unmatched: size })
const three = [true, true, true]

const cases: ReadonlyArray<readonly [string, number, ReadonlyArray<Stake>, number, ReadonlyArray<boolean>?]> = [
  ["nothing without bets", 1, [], 0],
  ["a back's stake", 1, [matched(0, "BACK", 300, 1000)], -1000],
  ["a lay's liability", 1, [matched(0, "LAY", 300, 1000)], -2000],
  ["an unmatched back's stake", 1, [unmatched(0, "BACK", 300, 1000)], -1000],
  ["an unmatched lay's liability at its limit", 1, [unmatched(0, "LAY", 350, 1000)], -2500],
  [
    "what waits for the starting price",
    1,
    [stake(0, "BACK", { waiting: 700 }), stake(1, "LAY", { waiting: 900 })],
    -1600
  ],
  // Backed 10 at 4 (+30 / -10), laid 12 at 3 (-24 / +12): +6 if it wins, +2 if not.
  ["nothing for a position that wins either way", 1, [matched(0, "BACK", 400, 1000), matched(0, "LAY", 300, 1200)], 0],
  // The unmatched back does not help: it may stay unmatched.
  ["no relief from unmatched bets", 1, [matched(0, "LAY", 300, 1000), unmatched(0, "BACK", 300, 1000)], -2000],
  // Dutching: 10 at 3, 10 at 4. First wins +20-10, second +30-10, third -20.
  ["the result nobody backed", 1, [matched(0, "BACK", 300, 1000), matched(1, "BACK", 400, 1000)], -2000],
  [
    "only results there can be",
    1,
    [matched(0, "BACK", 300, 1000), matched(1, "BACK", 400, 1000)],
    0,
    [true, true, false]
  ],
  // Lays of two at 3 and 5, 10 each: in a win market one loses 40 and the other wins 10.
  ["one winner's loss, the other lay's gain", 1, [matched(0, "LAY", 300, 1000), matched(1, "LAY", 500, 1000)], -3000],
  // Paying two places both lose: 20 + 40.
  ["as many winners as places", 2, [matched(0, "LAY", 300, 1000), matched(1, "LAY", 500, 1000)], -6000],
  ["the worst of the places", 2, [matched(0, "BACK", 300, 1000), matched(1, "LAY", 500, 1000)], -5000],
  ["all who are left when fewer run than places", 2, [matched(0, "BACK", 300, 1000)], 0, [true, true, false]]
]

describe("Exposure.worstCase", () => {
  it.each(cases.map(([name, winners, stakes, expected, active]) => ({ name, winners, stakes, expected, active })))(
    "is $name",
    ({ active, expected, stakes, winners }) => {
      expect(worstCase(active ?? three, winners, stakes)).toBe(expected)
    }
  )
})
