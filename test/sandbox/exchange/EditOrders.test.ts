import { describe, expect, it } from "vitest"
import { account, answered, errorsOf, horses, limit, onClose, Scene, withdrawn } from "./Exchanges.ts"

const beforeOff = (seconds = 60) => new Scene(horses, horses.scheduledOffAt - seconds * 1000)
const [first, second] = horses.entries.map(({ selectionId }) => selectionId) as [number, number]
const idle = limit(first, "BACK", 1000, 10)

describe("cancelOrders", () => {
  it("cancels a part, then the rest, then has nothing to cancel", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(idle)
    expect(bettor.cancel([{ betId, sizeReduction: 4 }])).toMatchObject({
      status: "SUCCESS",
      instructionReports: [{ status: "SUCCESS", sizeCancelled: 4 }]
    })
    expect(bettor.order(betId)).toMatchObject({ sizeRemaining: 6, sizeCancelled: 4, status: "EXECUTABLE" })
    expect(bettor.cancel([{ betId, sizeReduction: 40 }]).instructionReports![0]!.sizeCancelled).toBe(6)
    expect(bettor.order(betId)).toBeUndefined()
    expect(bettor.cleared("CANCELLED")).toMatchObject([{ betId, sizeCancelled: 10 }])
    const report = bettor.cancel([{ betId }])
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "BET_ACTION_ERROR" })
    expect(errorsOf(report)).toEqual(["BET_TAKEN_OR_LAPSED"])
    expect(bettor.funds().exposure).toBe(0)
  })

  it("keeps the place in the queue of what is cancelled in part", () => {
    const scene = beforeOff()
    const [one, two] = [scene.as(1), scene.as(2)]
    const level = one.runner(first).ex!.availableToBack![0]!
    const mine = one.bet(limit(first, "LAY", level.price, 10))
    two.bet(limit(first, "LAY", level.price, 10))
    one.cancel([{ betId: mine, sizeReduction: 5 }])
    two.bet(limit(first, "BACK", level.price, level.size + 3))
    expect(one.order(mine)).toMatchObject({ sizeMatched: 3, sizeRemaining: 2, sizeCancelled: 5 })
  })

  it("reports each instruction for itself", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const betId = bettor.bet(idle)
    const foreign = scene.as(2).bet(idle)
    const atStart = bettor.bet(onClose(first, "BACK", 10))
    const elsewhere = scene.as(1, scene.place).bet(idle)
    const ids = ["1", betId, foreign, atStart, elsewhere]
    const report = bettor.cancel(ids.map((id) => ({ betId: id })))
    expect(report).toMatchObject({ status: "PROCESSED_WITH_ERRORS", errorCode: "PROCESSED_WITH_ERRORS" })
    const codes = ["INVALID_BET_ID", undefined, "INVALID_BET_ID", "BET_TAKEN_OR_LAPSED", "INVALID_BET_ID"]
    expect(errorsOf(report)).toEqual(codes)
    expect(bettor.order(elsewhere)).toMatchObject({ sizeRemaining: 10 })
    expect(scene.as(2).order(foreign)).toMatchObject({ sizeRemaining: 10 })
  })

  it("cancels all of a market, or all there are, for an empty list", () => {
    const scene = beforeOff()
    const [win, place] = [scene.as(1), scene.as(1, scene.place)]
    win.bet(idle)
    win.bet(limit(second, "LAY", 1.01, 10))
    place.bet(idle)
    scene.as(2).bet(idle)
    expect(win.cancel([]).instructionReports).toHaveLength(2)
    expect(place.orders()).toHaveLength(1)
    win.bet(idle)
    const everywhere = answered(scene.exchange.cancelOrders(scene.now, 1, {}))
    expect(everywhere.status).toBe("SUCCESS")
    expect(everywhere.instructionReports).toHaveLength(2)
    expect(scene.as(2).orders()).toHaveLength(1)
  })

  it("refuses a list with a bet twice, of more than 60, or without a market", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const betId = bettor.bet(idle)
    expect(bettor.cancel([{ betId }, { betId }]).errorCode).toBe("DUPLICATE_BETIDS")
    expect(bettor.cancel(Array.from({ length: 61 }, (_, i) => ({ betId: String(i) }))).errorCode).toBe(
      "TOO_MANY_INSTRUCTIONS"
    )
    const marketless = answered(scene.exchange.cancelOrders(scene.now, 1, { instructions: [{ betId }] }))
    expect(marketless.errorCode).toBe("INVALID_MARKET_ID")
    expect(bettor.order(betId)).toMatchObject({ sizeRemaining: 10 })
  })

  it("is done once for a customerRef", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(idle)
    const cancel = () => bettor.cancel([{ betId, sizeReduction: 1 }], { customerRef: "c" })
    expect(cancel().status).toBe("SUCCESS")
    expect(cancel().errorCode).toBe("DUPLICATE_TRANSACTION")
    expect(bettor.order(betId)).toMatchObject({ sizeRemaining: 9 })
  })

  it("cannot be done while the market is suspended", () => {
    const scene = new Scene(withdrawn, withdrawn.withdrawal!.at - 1000)
    const bettor = scene.as(1)
    const betId = bettor.bet(limit(scene.selections.at(-1)!, "BACK", 1000, 10))
    scene.to(withdrawn.withdrawal!.at + 10)
    const report = bettor.cancel([{ betId }])
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "MARKET_SUSPENDED" })
    expect(scene.exchange.cancelAll(scene.now, 1)).toEqual({ found: 1, cancelled: 0 })
    scene.pass(3000)
    expect(scene.exchange.cancelAll(scene.now, 1)).toEqual({ found: 1, cancelled: 1 })
  })
})

describe("updateOrders", () => {
  it("changes what becomes of a bet at the off", () => {
    const scene = beforeOff(5)
    const bettor = scene.as(1)
    const betId = bettor.bet(idle)
    const persist = { betId, newPersistenceType: "PERSIST" }
    expect(bettor.update(persist)).toMatchObject({ status: "SUCCESS" })
    expect(errorsOf(bettor.update(persist))).toEqual(["NO_ACTION_REQUIRED"])
    expect(errorsOf(bettor.update({ ...persist, betId: "1" }))).toEqual(["INVALID_BET_ID"])
    scene.to(horses.offAt + 2000)
    expect(bettor.order(betId)).toMatchObject({ sizeRemaining: 10, persistenceType: "PERSIST" })
    expect(errorsOf(bettor.update({ betId, newPersistenceType: "MARKET_ON_CLOSE" }))).toEqual([
      "INVALID_PERSISTENCE_TYPE"
    ])
  })

  it("does not change what is matched", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(limit(first, "BACK", bettor.runner(first).ex!.availableToBack![0]!.price, 2))
    expect(errorsOf(bettor.update({ betId, newPersistenceType: "PERSIST" }))).toEqual(["BET_TAKEN_OR_LAPSED"])
  })
})

describe("replaceOrders", () => {
  it("cancels what is left and places it at the new price under another id", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(limit(first, "BACK", 1000, 10, {}, { customerOrderRef: "mine" }))
    bettor.cancel([{ betId, sizeReduction: 3 }])
    const [report] = bettor.replace({ betId, newPrice: 990 }).instructionReports!
    expect(report).toMatchObject({
      status: "SUCCESS",
      cancelInstructionReport: { status: "SUCCESS", sizeCancelled: 7 },
      placeInstructionReport: {
        status: "SUCCESS",
        orderStatus: "EXECUTABLE",
        instruction: { limitOrder: { size: 7, price: 990 } }
      }
    })
    const next = report!.placeInstructionReport!.betId!
    expect(next).not.toBe(betId)
    expect(bettor.orders()).toMatchObject([
      { betId: next, priceSize: { price: 990, size: 7 }, customerOrderRef: "mine" }
    ])
  })

  it("does not take the cancellation back when the new bet cannot be placed", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 60_000, [account(1, { startingBalancePence: 10_000 })])
    const bettor = scene.as(1)
    const lay = bettor.bet(limit(first, "LAY", 1.01, 50))
    const other = bettor.bet(limit(second, "LAY", 1.01, 50))
    const report = bettor.replace({ betId: lay, newPrice: 500 }, { betId: other, newPrice: 1.02 })
    expect(report).toMatchObject({ status: "FAILURE", errorCode: "BET_ACTION_ERROR" })
    expect(errorsOf(report)).toEqual(["CANCELLED_NOT_PLACED", "CANCELLED_NOT_PLACED"])
    expect(report.instructionReports![0]).toMatchObject({
      cancelInstructionReport: { status: "SUCCESS", sizeCancelled: 50 },
      placeInstructionReport: { status: "FAILURE", errorCode: "INSUFFICIENT_FUNDS" }
    })
    expect(bettor.orders()).toEqual([])
    expect(bettor.cleared("CANCELLED")).toHaveLength(2)
  })

  it("names the price that is none", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(idle)
    const report = bettor.replace({ betId, newPrice: 999 })
    expect(report.instructionReports![0]).toMatchObject({
      errorCode: "CANCELLED_NOT_PLACED",
      placeInstructionReport: { errorCode: "INVALID_ODDS" }
    })
  })

  it("leaves alone what it cannot replace", () => {
    const bettor = beforeOff().as(1)
    const betId = bettor.bet(idle)
    const [moc, loc] = [bettor.bet(onClose(first, "BACK", 10)), bettor.bet(onClose(first, "BACK", 10, 2))]
    const report = bettor.replace(
      { betId: "1", newPrice: 2 },
      { betId, newPrice: 1000 },
      { betId: moc, newPrice: 2 },
      { betId: loc, newPrice: 2.02 }
    )
    expect(errorsOf(report)).toEqual([
      "INVALID_BET_ID",
      "NO_ACTION_REQUIRED",
      "BET_TAKEN_OR_LAPSED",
      "INVALID_PRICE_EDIT"
    ])
    // Its owner is told that the old bet was not cancelled: there is nothing to wonder about.
    expect(report.instructionReports![2]!.cancelInstructionReport).toEqual({
      status: "FAILURE",
      errorCode: "BET_TAKEN_OR_LAPSED",
      instruction: { betId: moc },
      sizeCancelled: 0
    })
    expect(bettor.orders()).toHaveLength(3)
    expect(bettor.replace({ betId: loc, newPrice: 1.5 }).status).toBe("SUCCESS")
  })
})
