import { describe, expect, it } from "vitest"
import {
  account,
  answered,
  errorsOf,
  horses,
  limit,
  greyhounds,
  onClose,
  Scene,
  ticks,
  withdrawn
} from "./Exchanges.ts"

const beforeOff = (seconds = 60) => new Scene(horses, horses.scheduledOffAt - seconds * 1000)
const [first, second] = horses.entries.map(({ selectionId }) => selectionId) as [number, number]

/** A bet nobody takes: a back at 1000 on the favourite. */
const idle = limit(first, "BACK", 1000, 2)

const target = (betTargetType: string) =>
  limit(first, "BACK", 500, 0, { size: undefined, betTargetType, betTargetSize: 1000 })

describe("placeOrders", () => {
  it("takes the best prices down to the limit, and rests with what is left", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const [best, next] = bettor.runner(first).ex!.availableToBack!
    const size = best!.size + 1
    const report = bettor.place(limit(first, "BACK", next!.price, size)).instructionReports![0]!
    expect(report).toMatchObject({ status: "SUCCESS", orderStatus: "EXECUTION_COMPLETE", sizeMatched: size })
    const average = (best!.price * best!.size + next!.price) / size
    expect(report.averagePriceMatched).toBeCloseTo(average, 2)
    expect(bettor.runner(first).ex!.availableToBack![0]).toEqual({
      price: next!.price,
      size: Math.round(100 * (next!.size - 1)) / 100
    })
    const rest = bettor.place(limit(first, "BACK", 1000, 2))
    expect(rest.instructionReports![0]).toMatchObject({
      orderStatus: "EXECUTABLE",
      sizeMatched: 0,
      averagePriceMatched: 0
    })
  })

  it("matches two accounts by price, then time", () => {
    const scene = beforeOff()
    const [one, two] = [scene.as(1), scene.as(2)]
    const { availableToBack, availableToLay } = one.runner(first).ex!
    // In front of everybody else's lays, or with them at the same price.
    const price = availableToBack![0]!.price
    const ahead = availableToBack![0]!.size
    expect(availableToLay![0]!.price).toBeGreaterThan(price)
    const mine = one.bet(limit(first, "LAY", price, 10))
    const later = two.bet(limit(first, "LAY", price, 10))
    two.bet(limit(first, "BACK", price, ahead + 4))
    expect(one.order(mine)).toMatchObject({
      sizeMatched: 4,
      sizeRemaining: 6,
      averagePriceMatched: price,
      status: "EXECUTABLE"
    })
    expect(two.order(later)).toMatchObject({ sizeMatched: 0, sizeRemaining: 10 })
  })

  it("is all or nothing: one bad instruction takes the others with it", () => {
    const bettor = beforeOff().as(1)
    const report = bettor.place(idle, limit(first, "BACK", 2.015, 2), idle)
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "BET_ACTION_ERROR" })
    expect(errorsOf(report)).toEqual(["ERROR_IN_ORDER", "INVALID_ODDS", "ERROR_IN_ORDER"])
    expect(bettor.orders()).toEqual([])
    expect(bettor.funds().exposure).toBe(0)
  })

  it.each([
    ["INVALID_ODDS", limit(first, "BACK", 1000.5, 2)],
    ["INVALID_ODDS", limit(first, "BACK", 3.55555, 2)],
    ["INVALID_ODDS", onClose(first, "BACK", 10, 3.51)],
    ["INVALID_BET_SIZE", limit(first, "BACK", 1000, 2.005)],
    ["INVALID_BET_SIZE", limit(first, "BACK", 1000, 0)],
    ["INVALID_BET_SIZE", limit(first, "BACK", 2, 0.5)],
    ["INVALID_BET_SIZE", onClose(first, "LAY", 9.99)],
    ["INVALID_BET_SIZE", onClose(first, "BACK", 0.99)],
    ["INVALID_RUNNER", limit(1, "BACK", 1000, 2)],
    ["INVALID_RUNNER", { ...idle, handicap: 1.5 }],
    ["INVALID_CUSTOMER_ORDER_REF", { ...idle, customerOrderRef: "a".repeat(33) }],
    ["INVALID_CUSTOMER_ORDER_REF", { ...idle, customerOrderRef: "a b" }],
    ["INVALID_MIN_FILL_SIZE", limit(first, "BACK", 1000, 2, { timeInForce: "FILL_OR_KILL", minFillSize: 3 })],
    ["INVALID_MIN_FILL_SIZE", limit(first, "BACK", 1000, 2, { timeInForce: "FILL_OR_KILL", minFillSize: 0.5 })]
  ])("refuses with %s", (code, instruction) => {
    const report = beforeOff().as(1).place(instruction)
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "BET_ACTION_ERROR" })
    expect(errorsOf(report)).toEqual([code])
  })

  it("takes less than the least size where the payout is enough, or beside an own bet", () => {
    const bettor = beforeOff().as(1)
    expect(bettor.place(limit(first, "BACK", 1000, 0.01)).status).toBe("SUCCESS")
    expect(errorsOf(bettor.place(limit(first, "LAY", 1.01, 0.5)))).toEqual(["INVALID_BET_SIZE"])
    bettor.bet(limit(first, "LAY", 1.01, 2))
    // 0.50 at 1.01 wins half a penny: too unfair a rounding.
    expect(errorsOf(bettor.place(limit(first, "LAY", 1.01, 0.5)))).toEqual(["INVALID_PROFIT_RATIO"])
    bettor.bet(limit(first, "LAY", 1.1, 2))
    expect(bettor.place(limit(first, "LAY", 1.1, 0.5)).status).toBe("SUCCESS")
  })

  it("refuses a strategy reference of more than 15 characters", () => {
    const report = answered(
      beforeOff()
        .as(1)
        .placing([idle], { customerStrategyRef: "a".repeat(16) })
    )
    expect(errorsOf(report)).toEqual(["INVALID_CUSTOMER_STRATEGY_REF"])
  })

  it("refuses a back and a lay that would match each other", () => {
    const report = beforeOff()
      .as(1)
      .place(limit(first, "BACK", 5, 2), limit(first, "LAY", 5, 2))
    expect(errorsOf(report)).toEqual(["INVALID_BACK_LAY_COMBINATION", "INVALID_BACK_LAY_COMBINATION"])
    expect(
      beforeOff()
        .as(1)
        .place(limit(first, "BACK", 1000, 2), limit(second, "LAY", 1.01, 2)).status
    ).toBe("SUCCESS")
  })

  it("refuses what the account cannot bear at worst, and takes what does not make it worse", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 60_000, [account(1, { startingBalancePence: 10_000 })])
    const bettor = scene.as(1)
    const report = bettor.place(limit(first, "BACK", 1000, 100.01))
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "INSUFFICIENT_FUNDS" })
    expect(errorsOf(report)).toEqual(["ERROR_IN_ORDER"])
    bettor.bet(limit(first, "BACK", 1000, 100))
    expect(bettor.funds()).toMatchObject({ availableToBetBalance: 0, exposure: -100 })
    expect(bettor.place(limit(second, "BACK", 1000, 1)).errorCode).toBe("INSUFFICIENT_FUNDS")
    // If the second wins, the first's backs lose already; a lay of the first costs nothing then.
    expect(bettor.place(limit(first, "LAY", 1.01, 2)).status).toBe("SUCCESS")
  })

  it("keeps to the account's exposure limit", () => {
    const limited = [account(1, { exposureLimitPence: 500 })]
    const bettor = new Scene(horses, horses.scheduledOffAt - 60_000, limited).as(1)
    expect(bettor.place(limit(first, "BACK", 1000, 5.01)).errorCode).toBe("INSUFFICIENT_FUNDS")
    expect(bettor.place(limit(first, "BACK", 1000, 5)).status).toBe("SUCCESS")
  })

  it("places nothing in a market that is unknown, suspended or closed", () => {
    const scene = beforeOff(5)
    expect(scene.as(1, "1.999").place(idle).errorCode).toBe("INVALID_MARKET_ID")
    scene.to(horses.offAt + 100)
    expect(scene.as(1).place(idle)).toMatchObject({ status: "FAILURE", errorCode: "MARKET_SUSPENDED" })
    scene.to(horses.closeAt)
    expect(scene.as(1).place(idle)).toMatchObject({ status: "FAILURE", errorCode: "MARKET_NOT_OPEN_FOR_BETTING" })
  })

  it("takes 200 instructions and no more", () => {
    const bettor = beforeOff().as(1)
    const many = Array.from({ length: 201 }, () => idle)
    expect(bettor.place(...many)).toMatchObject({ status: "FAILURE", errorCode: "TOO_MANY_INSTRUCTIONS" })
    expect(bettor.place(...many.slice(1)).status).toBe("SUCCESS")
  })

  it("takes a thousand instructions a second", () => {
    const scene = beforeOff()
    const some = Array.from({ length: 200 }, () => idle)
    for (let i = 0; i < 5; i++) expect(scene.as(1).placing(some)._tag).toBe("Answer")
    expect(scene.as(1).placing([idle])).toMatchObject({ _tag: "Fault", fault: { code: "TOO_MANY_REQUESTS" } })
    expect(scene.as(2).placing([idle])._tag).toBe("Answer")
    scene.pass(1000)
    expect(scene.as(1).placing([idle])._tag).toBe("Answer")
  })

  it("does nothing twice for one customerRef within a minute, whatever else the request holds", () => {
    const scene = beforeOff(120)
    const bettor = scene.as(1)
    const place = () => answered(bettor.placing([idle], { customerRef: "r1" }))
    expect(place()).toMatchObject({ status: "SUCCESS", customerRef: "r1" })
    scene.pass(59_999)
    const repeated = place()
    expect(repeated).toEqual({
      customerRef: "r1",
      marketId: scene.win,
      status: "FAILURE",
      errorCode: "DUPLICATE_TRANSACTION"
    })
    expect(bettor.orders()).toHaveLength(1)
    expect(answered(scene.as(2).placing([idle], { customerRef: "r1" })).status).toBe("SUCCESS")
    scene.pass(1)
    expect(place().status).toBe("SUCCESS")
  })

  it("lapses bets that were meant for an earlier version of the market, and refuses a version to come", () => {
    const scene = new Scene(withdrawn, withdrawn.withdrawal!.at - 1000)
    const { version } = scene.as(1).book()
    const selectionId = scene.selections.at(-1)!
    const bet = limit(selectionId, "BACK", 1000, 2)
    const at = (wanted: number) => answered(scene.as(1).placing([bet], { marketVersion: { version: wanted } }))
    expect(at(version).instructionReports![0]!.orderStatus).toBe("EXECUTABLE")
    expect(at(version + 1)).toMatchObject({ status: "FAILURE", errorCode: "INVALID_MARKET_VERSION" })
    scene.to(withdrawn.withdrawal!.at + 3000)
    expect(at(version)).toMatchObject({
      status: "SUCCESS",
      instructionReports: [{ orderStatus: "EXECUTION_COMPLETE", sizeMatched: 0 }]
    })
    expect(scene.as(1).cleared("LAPSED")).toHaveLength(1)
    expect(errorsOf(scene.as(1).place(limit(scene.selections[withdrawn.withdrawal!.entry]!, "BACK", 1000, 2)))).toEqual(
      ["RUNNER_REMOVED"]
    )
  })

  it("places asynchronously without an id, to be found by the order's reference", () => {
    const bettor = beforeOff().as(1)
    const report = answered(bettor.placing([{ ...idle, customerOrderRef: "mine" }], { async: true }))
    expect(report.instructionReports).toEqual([
      { status: "SUCCESS", orderStatus: "PENDING", instruction: { ...idle, customerOrderRef: "mine" } }
    ])
    expect(bettor.orders({ customerOrderRefs: ["mine"] })).toHaveLength(1)
  })

  it("knows what cannot be kept: PERSIST where nothing is in-play", () => {
    const scene = new Scene(greyhounds, greyhounds.scheduledOffAt - 60_000)
    const bet = limit(scene.selections[0]!, "BACK", 1000, 2, { persistenceType: "PERSIST" })
    expect(errorsOf(scene.as(1).place(bet))).toEqual(["INVALID_PERSISTENCE_TYPE"])
  })

  it.each([
    ["instructions that are no list", { instructions: {} }],
    ["a side there is not", { instructions: [limit(first, "HOLD", 2, 2)] }],
    ["a price that is no number", { instructions: [limit(first, "BACK", "two" as unknown as number, 2)] }],
    ["a customerRef of other characters", { instructions: [idle], customerRef: "a b" }],
    ["an order without its terms", { instructions: [{ selectionId: first, side: "BACK", orderType: "LIMIT" }] }],
    [
      "a size beside a target",
      { instructions: [limit(first, "BACK", 2, 2, { betTargetType: "PAYOUT", betTargetSize: 10 })] }
    ]
  ])("answers INVALID_INPUT_DATA for %s", (_, params) => {
    const scene = beforeOff()
    const reply = scene.exchange.placeOrders(scene.now, 1, { marketId: scene.win, ...params })
    expect(reply).toMatchObject({ _tag: "Fault", fault: { code: "INVALID_INPUT_DATA" } })
  })

  it("bets for a payout or a profit", () => {
    const bettor = beforeOff().as(1)
    bettor.place(target("PAYOUT"), target("BACKERS_PROFIT"))
    expect(bettor.orders().map(({ priceSize }) => priceSize.size)).toEqual([2, 2])
  })
})

const fok = (price: number, size: number, more: object = {}) =>
  limit(first, "BACK", price, size, { timeInForce: "FILL_OR_KILL", ...more })

describe("FILL_OR_KILL", () => {
  it("is matched at once or not at all", () => {
    const bettor = beforeOff().as(1)
    const [best] = bettor.runner(first).ex!.availableToBack!
    const killed = bettor.place(fok(ticks(best!.price, 3), 2)).instructionReports![0]!
    expect(killed).toMatchObject({ status: "SUCCESS", orderStatus: "EXPIRED", sizeMatched: 0 })
    expect(bettor.cleared("CANCELLED")).toHaveLength(1)
    expect(bettor.place(fok(best!.price, best!.size)).instructionReports![0]).toMatchObject({
      orderStatus: "EXECUTION_COMPLETE",
      sizeMatched: best!.size,
      averagePriceMatched: best!.price
    })
  })

  it("reaches beyond its limit while the average holds, and gives up what is left of it", () => {
    const rich = account(1, { startingBalancePence: 1_000_000_000 })
    const bettor = new Scene(horses, horses.scheduledOffAt - 60_000, [rich]).as(1)
    const [best, next, third] = bettor.runner(first).ex!.availableToBack!
    const deep = 100 * (best!.size + next!.size + third!.size)
    const price = next!.price
    const report = bettor.place(fok(price, Math.floor(deep), { minFillSize: 1 })).instructionReports![0]!
    expect(report.orderStatus).toBe("EXECUTION_COMPLETE")
    expect(report.sizeMatched).toBeGreaterThan(best!.size + next!.size)
    expect(report.averagePriceMatched).toBeGreaterThanOrEqual(price)
    expect(bettor.orders()[0]).toMatchObject({
      sizeRemaining: 0,
      sizeCancelled: Math.round(100 * (Math.floor(deep) - report.sizeMatched!)) / 100
    })
  })
})
