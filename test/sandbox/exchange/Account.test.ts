import { describe, expect, it } from "vitest"
import { Account } from "../../../src/sandbox/exchange/Account.ts"
import { account } from "./Exchanges.ts"

const hour = 3_600_000
const midnight = Date.UTC(2026, 10, 6)

const chargesOf = (own: Account) =>
  own.statement.filter(({ kind }) => kind === "transaction charge").map(({ amount, at }) => [at, amount])

describe("Account.countTransactions", () => {
  it("charges 0.002 for each above 5,000 in a clock hour, less half of the commission, at the end of the day", () => {
    const own = new Account(account(1), midnight)
    own.countTransactions(6000, midnight)
    own.countTransactions(1000, midnight + hour - 1)
    own.countTransactions(5000, midnight + hour)
    own.rollOver(midnight + 23 * hour)
    expect(chargesOf(own)).toEqual([])
    own.noteMarket(120, 2400)
    // A loss of 20.00 counts as 0.60 of commission.
    own.noteMarket(0, -2000)
    own.rollOver(midnight + 24 * hour)
    // 2,000 × 0.002 = 4.00, less (1.20 + 0.60) / 2.
    expect(chargesOf(own)).toEqual([[midnight + 24 * hour, -310]])
    expect(own.balance).toBe(1_000_000 - 310)
  })

  it("charges nothing where commission covers it, and nothing within the limit", () => {
    const own = new Account(account(1), midnight)
    own.countTransactions(5100, midnight)
    own.noteMarket(40, 800)
    own.rollOver(midnight + 25 * hour)
    own.countTransactions(5000, midnight + 25 * hour)
    own.rollOver(midnight + 49 * hour)
    expect(chargesOf(own)).toEqual([])
  })

  it("goes on where it was kept", () => {
    const own = new Account(account(1), midnight)
    own.countTransactions(6000, midnight)
    expect(own.isRepeated("a", midnight)).toBe(false)
    const again = new Account(account(1), midnight + 1000, JSON.parse(JSON.stringify(own.state)))
    expect(again.isRepeated("a", midnight + 59_999)).toBe(true)
    again.rollOver(midnight + 24 * hour)
    expect(chargesOf(again)).toEqual([[midnight + 24 * hour, -200]])
  })
})

describe("Account.isRepeated", () => {
  it("knows a reference for a minute", () => {
    const own = new Account(account(1), 0)
    expect([own.isRepeated("a", 0), own.isRepeated("a", 59_999), own.isRepeated("a", 60_000)]).toEqual([
      false,
      true,
      false
    ])
  })
})
