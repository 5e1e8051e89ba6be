import { describe, expect, it } from "vitest"
import { answered, horses, limit, onClose, Scene } from "./Exchanges.ts"

const beforeOff = () => new Scene(horses, horses.scheduledOffAt - 60_000)
const [first, second] = horses.entries.map(({ selectionId }) => selectionId) as [number, number]

const catalogue = (scene: Scene, params: object) =>
  scene.exchange.listMarketCatalogue(scene.now, 1, { maxResults: 10, ...params })

const pairs = (list: ReadonlyArray<{ price: number; size: number }>) => list.map(({ price, size }) => [price, size])
const sum = (lines: ReadonlyArray<{ profit: number }>) =>
  lines.reduce((total, { profit }) => total + Math.round(100 * profit), 0)

describe("listMarketCatalogue", () => {
  it("lists open markets with what is asked for", () => {
    const scene = beforeOff()
    const [win, place] = answered(catalogue(scene, {}))
    expect(win).toEqual({ marketId: scene.win, marketName: horses.name, totalMatched: expect.any(Number) })
    expect(place!.marketId).toBe(scene.place)
    const [full] = answered(
      catalogue(scene, {
        filter: { marketTypeCodes: ["WIN"], eventTypeIds: ["7"], venues: [horses.venue.name] },
        marketProjection: ["EVENT", "EVENT_TYPE", "MARKET_START_TIME", "MARKET_DESCRIPTION", "RUNNER_METADATA"]
      })
    )
    expect(full).toMatchObject({
      marketStartTime: new Date(horses.scheduledOffAt).toISOString(),
      eventType: { id: "7", name: "Horse Racing" },
      event: { id: horses.eventId, venue: horses.venue.name },
      description: { marketType: "WIN", marketBaseRate: 5, bspMarket: true }
    })
    expect(full!.runners!.map(({ selectionId }) => selectionId)).toEqual(scene.selections)
    expect(full!.runners![0]!.metadata).toEqual({ runnerId: String(first) })
  })

  it.each([
    [{ marketIds: ["1.1"] }, 0],
    [{ eventTypeIds: ["4339"] }, 0],
    [{ marketCountries: ["FR"] }, 0],
    [{ inPlayOnly: true }, 0],
    [{ marketStartTime: { from: new Date(horses.scheduledOffAt + 1).toISOString() } }, 0],
    [{ marketStartTime: { to: new Date(horses.scheduledOffAt).toISOString() } }, 2],
    [{ withOrders: ["EXECUTABLE"] }, 1],
    [{ textQuery: horses.venue.name.toUpperCase() }, 2]
  ])("filters by %o", (filter, count) => {
    const scene = beforeOff()
    scene.as(1).bet(limit(first, "BACK", 1000, 2))
    expect(answered(catalogue(scene, { filter }))).toHaveLength(count)
  })

  it("wants a number of results, known projections, and not too much", () => {
    const scene = beforeOff()
    expect(catalogue(scene, { maxResults: null })).toMatchObject({
      _tag: "Fault",
      fault: { code: "INVALID_INPUT_DATA" }
    })
    expect(catalogue(scene, { marketProjection: ["ODDS"] })).toMatchObject({ fault: { code: "INVALID_INPUT_DATA" } })
    const marketProjection = ["MARKET_DESCRIPTION", "RUNNER_METADATA"]
    expect(catalogue(scene, { maxResults: 101, marketProjection })).toMatchObject({ fault: { code: "TOO_MUCH_DATA" } })
    expect(catalogue(scene, { maxResults: 100, marketProjection })._tag).toBe("Answer")
  })

  it("counts event types and events", () => {
    const scene = beforeOff()
    expect(answered(scene.exchange.listEventTypes(scene.now, 1, {}))).toEqual([
      { eventType: { id: "7", name: "Horse Racing" }, marketCount: 2 }
    ])
    expect(answered(scene.exchange.listEvents(scene.now, 1, { filter: {} }))).toMatchObject([
      { event: { id: horses.eventId, name: horses.eventName }, marketCount: 2 }
    ])
  })
})

describe("what clients ask when they start", () => {
  it("counts markets by venue, country, kind and time", () => {
    const scene = beforeOff()
    const { exchange, now } = scene
    const { countryCode, name: venue } = horses.venue
    expect(answered(exchange.listVenues(now, 1, { filter: {} }))).toEqual([{ venue, marketCount: 2 }])
    expect(answered(exchange.listCountries(now, 1, {}))).toEqual([{ countryCode, marketCount: 2 }])
    expect(answered(exchange.listMarketTypes(now, 1, { filter: { marketTypeCodes: ["PLACE"] } }))).toEqual([
      { marketType: "PLACE", marketCount: 1 }
    ])
    expect(answered(exchange.listCompetitions(now, 1, { filter: {} }))).toEqual([])
    const [{ marketCount, timeRange }] = answered(exchange.listTimeRanges(now, 1, { granularity: "HOURS" })) as any
    expect(marketCount).toBe(2)
    expect(Date.parse(timeRange.to) - Date.parse(timeRange.from)).toBe(3_600_000)
    expect(horses.scheduledOffAt - Date.parse(timeRange.from)).toBeGreaterThanOrEqual(0)
    expect(Date.parse(timeRange.to)).toBeGreaterThan(horses.scheduledOffAt)
    expect(exchange.listTimeRanges(now, 1, { granularity: "YEARS" })).toMatchObject({
      fault: { code: "INVALID_INPUT_DATA" }
    })
  })

  it("shows one runner of a book", () => {
    const scene = beforeOff()
    const [selectionId] = scene.selections
    const params = { marketId: scene.win, selectionId, priceProjection: { priceData: ["EX_ALL_OFFERS", "EX_TRADED"] } }
    const [book] = answered(scene.exchange.listRunnerBook(scene.now, 1, params))
    expect(book).toEqual({ ...scene.as(1).book(), runners: [scene.as(1).runner(selectionId!)] })
    expect(scene.exchange.listRunnerBook(scene.now, 1, { marketId: scene.win })).toMatchObject({ _tag: "Fault" })
  })

  it("converts no currency", () => {
    const scene = beforeOff()
    const rates = answered(scene.exchange.listCurrencyRates(scene.now, 1, { fromCurrency: "GBP" }))
    expect(rates).toContainEqual({ currencyCode: "EUR", rate: 1 })
    expect(new Set(rates.map(({ rate }) => rate))).toEqual(new Set([1]))
  })
})

describe("listMarketBook", () => {
  it("shows the book that the stream shows", () => {
    const scene = beforeOff()
    const book = scene.as(1).book()
    const [image] = scene.exchange.marketImages([scene.win])
    for (const { ex, selectionId } of book.runners) {
      const streamed = image!.rc!.find(({ id }) => id === selectionId)!
      expect(pairs(ex!.availableToBack!.toReversed())).toEqual(streamed.atb)
      expect(pairs(ex!.availableToLay!)).toEqual(streamed.atl)
      expect(pairs(ex!.tradedVolume!)).toEqual(streamed.trd)
    }
    expect(book).toMatchObject({
      status: "OPEN",
      inplay: false,
      betDelay: 0,
      numberOfWinners: 1,
      version: image!.marketDefinition!.version
    })
  })

  it("shows the best three prices, small ones rolled up into the next", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const offers = (exBestOffersOverrides: object) => {
      const priceProjection = { priceData: ["EX_BEST_OFFERS"], exBestOffersOverrides }
      return answered(
        scene.exchange.listMarketBook(scene.now, 1, { marketIds: [scene.win], priceProjection })
      )[0]!.runners.find(({ selectionId }) => selectionId === first)!.ex!.availableToBack!
    }
    const all = bettor.runner(first).ex!.availableToBack!
    expect(offers({ rollupModel: "NONE" })).toEqual(all.slice(0, 3))
    expect(offers({ rollupModel: "NONE", bestPricesDepth: 5 })).toEqual(all.slice(0, 5))
    const limitOfTwo = Math.ceil(all[0]!.size) + 1
    const [rolled] = offers({ rollupModel: "STAKE", rollupLimit: limitOfTwo })
    expect(rolled!.price).toBeLessThan(all[0]!.price)
    expect(rolled!.size).toBeGreaterThanOrEqual(limitOfTwo)
  })

  it("shows the account's own orders and matches beside the prices", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const price = bettor.runner(first).ex!.availableToBack![0]!.price
    bettor.bet(limit(first, "BACK", price, 2))
    bettor.bet(limit(first, "BACK", 1000, 2))
    const [book] = answered(
      scene.exchange.listMarketBook(scene.now, 1, {
        marketIds: [scene.win],
        orderProjection: "EXECUTABLE",
        matchProjection: "ROLLED_UP_BY_PRICE"
      })
    )
    const runner = book!.runners.find(({ selectionId }) => selectionId === first)!
    expect(runner.orders).toMatchObject([{ price: 1000, size: 2, sizeRemaining: 2, status: "EXECUTABLE" }])
    expect(runner.matches).toEqual([{ side: "BACK", price, size: 2 }])
    expect(runner.ex).toBeUndefined()
  })

  it.each([
    [[], 100],
    [["EX_BEST_OFFERS"], 40],
    [["EX_ALL_OFFERS"], 11],
    [["EX_ALL_OFFERS", "EX_TRADED"], 6],
    [["EX_BEST_OFFERS", "EX_TRADED"], 10],
    [["SP_AVAILABLE", "SP_TRADED"], 20]
  ])("gives %j of %i markets at most", (priceData, most) => {
    const scene = beforeOff()
    const ask = (count: number) =>
      scene.exchange.listMarketBook(scene.now, 1, {
        marketIds: Array.from({ length: count }, (_, i) => `1.${i}`),
        priceProjection: { priceData }
      })
    expect(ask(most)._tag).toBe("Answer")
    expect(ask(most + 1)).toMatchObject({ _tag: "Fault", fault: { code: "TOO_MUCH_DATA" } })
  })
})

describe("listCurrentOrders", () => {
  it("filters, sorts and pages", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const ids = [1, 2, 3].map((i) => {
      scene.pass(2000)
      return bettor.bet(limit(i === 2 ? second : first, "BACK", 1000, i, {}, { customerOrderRef: `o${i}` }))
    })
    answered(bettor.placing([limit(second, "BACK", 1000, 4)], { customerStrategyRef: "s" }))
    const matched = bettor.bet(limit(first, "BACK", bettor.runner(first).ex!.availableToBack![0]!.price, 2))
    const idsOf = (params: object) => bettor.orders(params).map(({ betId }) => betId)
    expect(idsOf({ orderProjection: "EXECUTION_COMPLETE" })).toEqual([matched])
    expect(idsOf({ orderProjection: "EXECUTABLE" })).toHaveLength(4)
    expect(idsOf({ customerOrderRefs: ["o1", "o3"] })).toEqual([ids[0], ids[2]])
    expect(idsOf({ customerStrategyRefs: ["s"] })).toHaveLength(1)
    expect(idsOf({ marketIds: [scene.place] })).toEqual([])
    expect(idsOf({ betIds: ids, sortDir: "LATEST_TO_EARLIEST" })).toEqual(ids.toReversed())
    const from = new Date(scene.now).toISOString()
    expect(idsOf({ dateRange: { from }, orderBy: "BY_PLACE_TIME" })).toHaveLength(3)
    const page = answered(scene.exchange.listCurrentOrders(scene.now, 1, { fromRecord: 1, recordCount: 2 }))
    expect(page.currentOrders.map(({ betId }) => betId)).toEqual([ids[1], ids[2]])
    expect(page.moreAvailable).toBe(true)
    expect(scene.as(2).orders()).toEqual([])
  })

  it("gives a thousand at a time", () => {
    const scene = beforeOff()
    const many = Array.from({ length: 200 }, () => limit(first, "BACK", 1000, 1))
    for (let i = 0; i < 6; i++) {
      scene.pass(1000)
      scene.as(1).place(...many)
    }
    const report = answered(scene.exchange.listCurrentOrders(scene.now, 1, {}))
    expect(report.currentOrders).toHaveLength(1000)
    expect(report.moreAvailable).toBe(true)
    const rest = answered(scene.exchange.listCurrentOrders(scene.now, 1, { fromRecord: 1000 }))
    expect(rest.currentOrders).toHaveLength(200)
    expect(rest.moreAvailable).toBe(false)
  })
})

describe("listMarketProfitAndLoss", () => {
  it("tells what matched bets come to, gross and net", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const price = bettor.runner(first).ex!.availableToBack![0]!.price
    bettor.bet(limit(first, "BACK", price, 10))
    bettor.bet(onClose(second, "LAY", 20))
    const ask = (params: object) =>
      answered(scene.exchange.listMarketProfitAndLoss(scene.now, 1, { marketIds: [scene.win], ...params }))[0]!
    const winnings = Math.round(1000 * (price - 1)) / 100
    const of = (selectionId: number, params: object) =>
      ask(params).profitAndLosses.find((line) => line.selectionId === selectionId)!.ifWin
    expect([of(first, {}), of(second, {})]).toEqual([winnings, -10])
    expect(of(first, { netOfCommission: true })).toBe(Math.round(95 * winnings) / 100)
    expect(ask({ netOfCommission: true }).commissionApplied).toBe(5)
    const tooMany = scene.exchange.listMarketProfitAndLoss(scene.now, 1, {
      marketIds: Array.from({ length: 51 }, String)
    })
    expect(tooMany).toMatchObject({ fault: { code: "TOO_MUCH_DATA" } })
  })
})

describe("listClearedOrders", () => {
  it("groups, filters and pages what is settled", () => {
    const scene = beforeOff()
    for (const id of scene.selections) scene.as(1).bet(onClose(id, "BACK", 10))
    for (const id of scene.selections) scene.as(1).bet(onClose(id, "LAY", 10))
    scene.as(1, scene.place).bet(onClose(first, "BACK", 10))
    scene.to(horses.closeAt)
    const bettor = scene.as(1)
    const all = bettor.cleared("SETTLED", { marketIds: [scene.win] })
    const market = bettor.cleared("SETTLED", { groupBy: "MARKET" })
    expect(market.map(({ marketId }) => marketId).toSorted()).toEqual([scene.win, scene.place].toSorted())
    expect(sum(market.filter(({ marketId }) => marketId === scene.win))).toBe(sum(all))
    expect(bettor.cleared("SETTLED", { groupBy: "EVENT" })).toHaveLength(1)
    expect(bettor.cleared("SETTLED", { groupBy: "SIDE", marketIds: [scene.win] })).toHaveLength(
      2 * scene.selections.length
    )
    expect(bettor.cleared("SETTLED", { side: "LAY" })).toHaveLength(scene.selections.length)
    expect(bettor.cleared("SETTLED", { runnerIds: [{ marketId: scene.win, selectionId: first }] })).toHaveLength(2)
    const later = new Date(scene.now + 1).toISOString()
    expect(bettor.cleared("SETTLED", { settledDateRange: { from: later } })).toEqual([])
    const page = answered(
      scene.exchange.listClearedOrders(scene.now, 1, { betStatus: "SETTLED", fromRecord: 3, recordCount: 4 })
    )
    expect(page.clearedOrders).toHaveLength(4)
    expect(page.moreAvailable).toBe(true)
    expect(scene.exchange.listClearedOrders(scene.now, 1, {})).toMatchObject({ fault: { code: "INVALID_INPUT_DATA" } })
  })
})

describe("accounts", () => {
  it("have details, and a statement by dates and pages", () => {
    const scene = beforeOff()
    expect(answered(scene.exchange.getAccountDetails(scene.now, 1, {}))).toMatchObject({
      currencyCode: "GBP",
      firstName: "Ada"
    })
    scene.as(1).bet(onClose(first, "BACK", 10))
    scene.to(horses.closeAt)
    const statement = (params: object) => answered(scene.exchange.getAccountStatement(scene.now, 1, params))
    expect(statement({ includeItem: "DEPOSITS_WITHDRAWALS" }).accountStatement).toMatchObject([{ amount: 10_000 }])
    expect(statement({ recordCount: 1 })).toMatchObject({ moreAvailable: true })
    const to = new Date(horses.scheduledOffAt).toISOString()
    expect(statement({ itemDateRange: { to } }).accountStatement).toHaveLength(1)
  })
})

describe("requests of any form", () => {
  it.each([
    null,
    5,
    "x",
    [],
    { filter: 3 },
    { marketIds: 3 },
    { instructions: [null] },
    { fromRecord: -1 },
    { betStatus: "?" }
  ])("are answered, whatever they are: %j", (params) => {
    const { exchange, now } = beforeOff()
    const operations = [
      exchange.listEventTypes,
      exchange.listEvents,
      exchange.listMarketCatalogue,
      exchange.listMarketBook,
      exchange.placeOrders,
      exchange.cancelOrders,
      exchange.updateOrders,
      exchange.replaceOrders,
      exchange.listCurrentOrders,
      exchange.listClearedOrders,
      exchange.listMarketProfitAndLoss,
      exchange.getAccountFunds,
      exchange.getAccountDetails,
      exchange.getAccountStatement
    ]
    for (const operation of operations) expect(["Answer", "Fault"]).toContain(operation(now, 1, params)._tag)
  })
})
