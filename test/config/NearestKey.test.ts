import { Option } from "effect"
import { describe, expect, it } from "vitest"
import { nearestKey } from "../../src/config/NearestKey.ts"

describe("NearestKey.nearestKey", () => {
  it.each([
    [["trading", "max_stake"], "max_stake_per_bet"],
    [["trading", "bankrol"], "bankroll"],
    [["trading", "maxStakePerBet"], "max_stake_per_bet"],
    [["tradnig"], "trading"],
    [["strategies", "active", 0, "parametres"], "parameters"]
  ])("knows what %j was meant to be", (path, meant) => {
    expect(nearestKey(path)).toEqual(Option.some(meant))
  })

  it("finds a key that belongs to another section", () => {
    expect(nearestKey(["trading", "risk_free_rate"])).toEqual(Option.some("bot.risk_free_rate"))
  })

  it("finds a key that was left outside its section", () => {
    expect(nearestKey(["max_exposure"])).toEqual(Option.some("trading.max_exposure"))
  })

  it("has no suggestion where nothing is near", () => {
    expect(nearestKey(["trading", "zzz"])).toEqual(Option.none())
  })
})
