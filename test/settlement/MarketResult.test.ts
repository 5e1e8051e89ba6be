import { describe, expect, it } from "@effect/vitest"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import * as MarketResult from "../../src/settlement/MarketResult.ts"
import * as SettlementRules from "../../src/settlement/SettlementRules.ts"
import { market, runners } from "./builders.ts"

const resultOf = (changes: Partial<MarketDefinition>, deadHeats: "all" | "win_only" = "all") =>
  MarketResult.fromDefinition(market(changes), { deadHeats, outcomes: "exchange" })

const runnersOf = (changes: Partial<MarketDefinition>, deadHeats: "all" | "win_only" = "all") => {
  const result = resultOf(changes, deadHeats)
  return result._tag === "Decided" ? [...result.runners.values()] : result
}
const leg = (won: number, of = 1, divisor = 1) => ({ won, of, divisor })

describe("MarketResult.fromDefinition", () => {
  it("pays the winner of a win market and nobody else", () => {
    expect(runnersOf({ runners: runners("WINNER", "LOSER", "REMOVED") })).toEqual([
      { outcome: "winner", legs: [leg(1)] },
      { outcome: "loser", legs: [leg(0)] },
      { outcome: "removed", legs: [] }
    ])
  })

  it("pays every placed runner of a place market in full", () => {
    expect(
      runnersOf({ marketType: "PLACE", numberOfWinners: 2, runners: runners("WINNER", "WINNER", "LOSER") })
    ).toMatchObject([{ legs: [leg(1)] }, { legs: [leg(1)] }, { legs: [leg(0)] }])
  })

  it("splits the stake between the winners of a dead heat", () => {
    expect(runnersOf({ runners: runners("WINNER", "WINNER", "LOSER") })).toMatchObject([
      { legs: [leg(1, 2)] },
      { legs: [leg(1, 2)] },
      { legs: [leg(0)] }
    ])
  })

  it("splits the places between the winners of a place market that had too many", () => {
    const tied = {
      marketType: "PLACE",
      numberOfWinners: 3,
      runners: runners("WINNER", "WINNER", "WINNER", "WINNER", "LOSER")
    }
    const five = (paid: MarketResult.Leg) => [paid, paid, paid, paid, leg(0)].map((only) => ({ legs: [only] }))
    expect(runnersOf(tied)).toMatchObject(five(leg(3, 4)))
    expect(runnersOf(tied, "win_only")).toMatchObject(five(leg(1)))
  })

  it("pays all winners in full where any number may win", () => {
    expect(runnersOf({ numberOfWinners: 0, runners: runners("WINNER", "WINNER", "LOSER") })).toMatchObject([
      { legs: [leg(1)] },
      { legs: [leg(1)] },
      { legs: [leg(0)] }
    ])
  })

  it.each<[string, Partial<MarketDefinition>, string]>([
    ["a handicap market", { bettingType: "ASIAN_HANDICAP_DOUBLE_LINE" }, "Decided"],
    ["a market nobody won", { runners: runners("LOSER", "LOSER") }, "Decided"],
    ["a line market", { bettingType: "LINE" }, "Undecided"]
  ])("takes %s as it stands by the reference's rules, but for lines", (_, changes, expected) => {
    expect(MarketResult.fromDefinition(market(changes), SettlementRules.reference)._tag).toBe(expected)
  })

  it("makes a win leg and a place leg of an each-way stake", () => {
    const eachWay = { marketType: "EACH_WAY", numberOfWinners: 2, eachWayDivisor: 4 }
    expect(runnersOf({ ...eachWay, runners: runners("WINNER", "PLACED", "LOSER", "REMOVED") })).toEqual([
      { outcome: "winner", legs: [leg(1), leg(1, 1, 4)] },
      { outcome: "placed", legs: [leg(0), leg(1, 1, 4)] },
      { outcome: "loser", legs: [leg(0), leg(0)] },
      { outcome: "removed", legs: [] }
    ])
  })

  it("splits each leg of an each-way market by its own dead heat", () => {
    const eachWay = { marketType: "EACH_WAY", numberOfWinners: 2, eachWayDivisor: 4 }
    expect(runnersOf({ ...eachWay, runners: runners("WINNER", "WINNER") })).toMatchObject([
      { legs: [leg(1, 2), leg(1, 1, 4)] },
      { legs: [leg(1, 2), leg(1, 1, 4)] }
    ])
    expect(runnersOf({ ...eachWay, runners: runners("WINNER", "PLACED", "PLACED") })).toMatchObject([
      { legs: [leg(1), leg(2, 3, 4)] },
      { legs: [leg(0), leg(2, 3, 4)] },
      { legs: [leg(0), leg(2, 3, 4)] }
    ])
  })

  it.each([
    ["every runner was withdrawn", { runners: runners("REMOVED", "REMOVED") }],
    ["nobody won", { runners: runners("LOSER", "LOSER") }],
    ["nobody won and any number might have", { numberOfWinners: 0, runners: runners("REMOVED", "REMOVED") }]
  ])("is void when %s", (_, changes) => {
    expect(resultOf(changes)).toEqual({ _tag: "Void" })
  })

  it("has losers and no winner where any number may win", () => {
    expect(runnersOf({ numberOfWinners: 0, runners: runners("LOSER", "LOSER") })).toMatchObject([
      { outcome: "loser" },
      { outcome: "loser" }
    ])
  })

  it.each<[string, Partial<MarketDefinition>, MarketResult.UndecidedReason]>([
    ["a suspended market", { status: "SUSPENDED" }, "not_closed"],
    ["a line market", { bettingType: "LINE", runners: runners("WINNER") }, "not_in_definition"],
    ["a handicap market", { bettingType: "ASIAN_HANDICAP_DOUBLE_LINE" }, "not_in_definition"],
    ["an each-way market without a divisor", { marketType: "EACH_WAY" }, "no_each_way_divisor"]
  ])("does not decide %s", (_, changes, reason) => {
    expect(resultOf(changes)).toEqual({ _tag: "Undecided", reason })
  })
})

describe("MarketResult.ofRunner", () => {
  it("returns the stakes on a runner without a result", () => {
    const result = resultOf({ runners: runners("WINNER", "ACTIVE") })
    if (result._tag === "Undecided") throw new Error("not decided")
    expect(MarketResult.ofRunner(result, runnerKey(2))).toEqual({ outcome: "void", legs: [] })
    expect(MarketResult.ofRunner(result, runnerKey(99))).toEqual({ outcome: "void", legs: [] })
    expect(MarketResult.ofRunner({ _tag: "Void" }, runnerKey(1))).toEqual({ outcome: "void", legs: [] })
  })
})
