import { describe, expect, it } from "vitest"
import type { PriceData } from "../../src/betfair/api/Enumerations.ts"
import * as Weight from "../../src/betfair/RequestWeight.ts"

const markets = (priceData: ReadonlyArray<PriceData>, bestPricesDepth?: number) =>
  Weight.marketsPerRequest(
    Weight.ofMarketBook({
      priceData,
      ...(bestPricesDepth === undefined ? {} : { exBestOffersOverrides: { bestPricesDepth } })
    })
  )

describe("RequestWeight", () => {
  it("knows Betfair's table", () => {
    expect(Weight.marketsPerRequest(Weight.ofMarketBook(undefined))).toBe(100)
    expect(markets(["SP_AVAILABLE"])).toBe(66)
    expect(markets(["SP_TRADED"])).toBe(28)
    expect(markets(["EX_BEST_OFFERS"])).toBe(40)
    expect(markets(["EX_ALL_OFFERS"])).toBe(11)
    expect(markets(["EX_TRADED"])).toBe(11)
    expect(markets(["EX_BEST_OFFERS", "EX_TRADED"])).toBe(10)
    expect(markets(["EX_ALL_OFFERS", "EX_TRADED"])).toBe(6)
    expect(Weight.marketsPerRequest(Weight.ofMarketProfitAndLoss)).toBe(50)
  })

  it("weighs deeper prices as many times as they are deeper", () => {
    expect(markets(["EX_BEST_OFFERS"], 6)).toBe(20)
    expect(markets(["EX_BEST_OFFERS"], 1)).toBe(120)
    expect(markets(["EX_BEST_OFFERS"], 1000)).toBe(1)
  })

  it("adds what is asked for together", () => {
    expect(Weight.ofMarketBook({ priceData: ["SP_AVAILABLE", "SP_TRADED", "EX_ALL_OFFERS", "EX_TRADED"] })).toBe(42)
    expect(Weight.ofMarketCatalogue(["RUNNER_METADATA", "MARKET_DESCRIPTION", "EVENT"])).toBe(2)
    expect(Weight.ofMarketCatalogue(undefined)).toBe(0)
  })
})
