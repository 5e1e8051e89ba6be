import { describe, expect, it } from "vitest"
import { account, answered, greyhounds, horses, limit, onClose, Scene, winnerOf, withdrawn } from "./Exchanges.ts"

const [first, second] = horses.entries.map(({ selectionId }) => selectionId) as [number, number]
const beforeOff = (seconds = 5) => new Scene(horses, horses.scheduledOffAt - seconds * 1000)
const statusOf = (scene: Scene, selectionId: number) => scene.as(1).runner(selectionId).status
const startingPrice = (scene: Scene, selectionId: number) =>
  scene
    .as(1)
    .book(["SP_TRADED"])
    .runners.find((runner) => runner.selectionId === selectionId)!.sp!.actualSP as number
const pence = (amount: number) => Math.round(amount * 100)

const errorOf = (scene: Scene) => scene.as(1).place(limit(first, "BACK", 1000, 2)).errorCode
const definitions = (scene: Scene) =>
  scene.exchange.marketImages([scene.win]).map(({ marketDefinition }) => marketDefinition!)

const inPlay = () => beforeOff().to(horses.offAt + 5000)

describe("at the off", () => {
  it("lets LAPSE orders lapse, keeps PERSIST orders, and gives the rest the starting price", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const ids = ["LAPSE", "PERSIST", "MARKET_ON_CLOSE"].map((persistenceType) =>
      bettor.bet(limit(first, "BACK", 1000, 10, { persistenceType }))
    )
    scene.to(horses.offAt + 300)
    expect(bettor.orders()).toHaveLength(3)
    scene.to(horses.offAt + 2000)
    expect(bettor.order(ids[0]!)).toBeUndefined()
    expect(bettor.cleared("LAPSED")).toMatchObject([{ betId: ids[0], sizeCancelled: 10 }])
    expect(bettor.order(ids[1]!)).toMatchObject({ sizeRemaining: 10 })
    const price = Math.round(startingPrice(scene, first) * 100) / 100
    expect(bettor.order(ids[2]!)).toMatchObject({
      sizeMatched: 10,
      averagePriceMatched: price,
      status: "EXECUTION_COMPLETE"
    })
  })

  it("matches bets at the starting price within their limits; a lay's stake follows from its liability", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const back = bettor.bet(onClose(first, "BACK", 20))
    const lay = bettor.bet(onClose(second, "LAY", 30))
    const [far, near] = [bettor.bet(onClose(first, "BACK", 20, 1000)), bettor.bet(onClose(first, "BACK", 20, 1.01))]
    expect(bettor.order(lay)).toMatchObject({ priceSize: { price: 0, size: 0 }, bspLiability: 30, sizeMatched: 0 })
    expect(bettor.funds().exposure).toBe(-90)
    scene.to(horses.offAt + 2000)
    const [ofFirst, ofSecond] = [first, second].map((id) => Math.round(startingPrice(scene, id) * 100) / 100) as [
      number,
      number
    ]
    expect(bettor.order(back)).toMatchObject({ sizeMatched: 20, averagePriceMatched: ofFirst })
    expect(bettor.order(near)).toMatchObject({ sizeMatched: 20, averagePriceMatched: ofFirst })
    expect(bettor.order(far)).toBeUndefined()
    const matched = bettor.order(lay)!.sizeMatched
    expect(pence(matched)).toBe(Math.floor((3000 + 1e-6) / (ofSecond - 1)))
    expect(bettor.cleared("LAPSED")).toMatchObject([{ betId: far, sizeCancelled: 20 }])
  })

  it("lapses a lay that is too small for the starting price", () => {
    const scene = beforeOff()
    const bettor = scene.as(1)
    const betId = bettor.bet(limit(first, "LAY", 1.5, 5, { persistenceType: "MARKET_ON_CLOSE" }))
    scene.to(horses.offAt + 2000)
    expect(bettor.cleared("LAPSED")).toMatchObject([{ betId, sizeCancelled: 5 }])
    expect(
      scene
        .ordersTold()
        .flatMap(({ orc }) => orc!)
        .at(-1)!.uo![0]!.lsrc
    ).toBe("SMALL_STAKE")
  })

  it("takes no more bets at the starting price", () => {
    const scene = beforeOff().to(horses.offAt + 2000)
    const reply = scene.as(1).placing([onClose(first, "BACK", 10)])
    expect(answered(reply).instructionReports![0]!.errorCode).toBe("MARKET_NOT_OPEN_FOR_BSP_BETTING")
  })

  it("ends all orders where nothing is in-play", () => {
    const scene = new Scene(greyhounds, greyhounds.scheduledOffAt - 5000)
    const bettor = scene.as(1)
    bettor.bet(limit(scene.selections[0]!, "BACK", 1000, 10))
    scene.to(greyhounds.offAt + 2000)
    expect(bettor.orders()).toEqual([])
  })
})

describe("the bet delay", () => {
  it("holds a bet back for a second, in which it is at risk but nowhere to be seen", () => {
    const scene = inPlay()
    const bettor = scene.as(1)
    const reply = bettor.placing([limit(first, "BACK", 1000, 10, {}, { customerOrderRef: "x" })])
    if (reply._tag !== "Delayed") throw new Error(reply._tag)
    expect(reply.until).toBe(scene.now + 1000)
    expect(bettor.orders()).toEqual([])
    expect(bettor.funds().exposure).toBe(-10)
    scene.pass(999)
    expect(bettor.orders()).toEqual([])
    expect(scene.ordersTold()).toEqual([])
    scene.pass(1)
    const [report] = reply.take().instructionReports!
    expect(report).toMatchObject({ status: "SUCCESS", orderStatus: "EXECUTABLE", sizeMatched: 0 })
    expect(bettor.order(report!.betId!)).toMatchObject({ sizeRemaining: 10, customerOrderRef: "x" })
    expect(scene.ordersTold()).toHaveLength(1)
  })

  it("has none for cancelling, and none can be cancelled in it", () => {
    const scene = inPlay()
    const bettor = scene.as(1)
    const delayed = bettor.placing([limit(first, "BACK", 1000, 10)])
    expect(bettor.cancel([]).instructionReports).toEqual([])
    scene.pass(1000)
    if (delayed._tag !== "Delayed") throw new Error(delayed._tag)
    const { betId } = delayed.take().instructionReports![0]!
    expect(bettor.cancel([{ betId }]).instructionReports![0]).toMatchObject({ status: "SUCCESS", sizeCancelled: 10 })
  })

  it("lapses a bet whose market is suspended meanwhile", () => {
    const scene = beforeOff().to(horses.finishAt + 1000)
    const bettor = scene.as(1)
    const reply = bettor.placing([limit(first, "BACK", 1000, 10)])
    scene.pass(1000)
    if (reply._tag !== "Delayed") throw new Error(reply._tag)
    expect(reply.take().instructionReports![0]).toMatchObject({ orderStatus: "EXECUTION_COMPLETE", sizeMatched: 0 })
    expect(bettor.cleared("LAPSED")).toHaveLength(1)
    expect(bettor.funds().exposure).toBe(0)
    expect(scene.ordersTold()[0]!.orc![0]!.uo![0]).toMatchObject({ status: "EC", sl: 10, lsrc: "MKT_SUSPENDED" })
  })
})

describe("a withdrawal", () => {
  const { at, entry } = withdrawn.withdrawal!
  const gone = withdrawn.entries[entry]!.selectionId
  const stays = withdrawn.entries[entry === 0 ? 1 : 0]!.selectionId

  it("voids the runner's bets, lowers the others' matched prices, and takes unmatched lays off", () => {
    const scene = new Scene(withdrawn, at - 1000)
    const bettor = scene.as(1)
    const factor = bettor.runner(gone).adjustmentFactor
    expect(factor).toBeGreaterThan(2.5)
    const price = bettor.runner(stays).ex!.availableToBack![0]!.price
    const [matchedGone, restingGone] = [
      bettor.bet(limit(gone, "BACK", bettor.runner(gone).ex!.availableToBack![0]!.price, 2)),
      bettor.bet(limit(gone, "BACK", 1000, 2))
    ]
    const atStart = bettor.bet(onClose(gone, "LAY", 20))
    const matched = bettor.bet(limit(stays, "BACK", price, 2))
    const [lay, kept, back] = [
      bettor.bet(limit(stays, "LAY", 2, 2)),
      bettor.bet(limit(stays, "LAY", 2, 2, { persistenceType: "PERSIST" })),
      bettor.bet(limit(stays, "BACK", 1000, 2))
    ]
    const voided = bettor.order(matchedGone)!
    expect(voided.sizeMatched).toBe(2)
    scene.to(at + 2000)
    for (const betId of [matchedGone, restingGone, atStart]) expect(bettor.order(betId)).toBeUndefined()
    expect(bettor.cleared("VOIDED").map(({ sizeSettled }) => sizeSettled)).toEqual([20, 2, 2])
    const average = voided.averagePriceMatched
    expect(average).toBeGreaterThan(1)
    const before = Math.round(bettor.order(matched)!.averagePriceMatched * 100)
    expect(before).toBe(Math.round((pence(price) * (100 - factor)) / 100))
    expect(bettor.order(lay)).toBeUndefined()
    expect(bettor.order(kept)!.priceSize.price).toBeLessThan(2)
    expect(bettor.order(back)).toMatchObject({ priceSize: { price: 1000, size: 2 } })
  })

  it("returns the stakes and says in the end that prices were reduced", () => {
    const scene = new Scene(withdrawn, at - 1000)
    const bettor = scene.as(1)
    bettor.bet(limit(gone, "BACK", bettor.runner(gone).ex!.availableToBack![0]!.price, 2))
    const matched = bettor.bet(limit(stays, "BACK", bettor.runner(stays).ex!.availableToBack![0]!.price, 2))
    scene.to(at + 2000)
    const reduced = bettor.order(matched)!.averagePriceMatched
    scene.to(withdrawn.closeAt)
    expect(bettor.cleared("SETTLED")).toMatchObject([{ betId: matched, priceReduced: true, priceMatched: reduced }])
    expect(bettor.statement().filter(({ refId }) => refId !== "" && refId !== scene.win)).toHaveLength(1)
  })
})

/** A back of each runner, and one of the winner that nobody takes. */
const settled = (discountRate = 0) => {
  const scene = new Scene(horses, horses.scheduledOffAt - 5000, [account(1, { discountRate })])
  const bettor = scene.as(1)
  const ids = scene.selections.map((id) => bettor.bet(onClose(id, "BACK", 10)))
  const idle = bettor.bet(limit(winnerOf(horses), "BACK", 1000, 10, { persistenceType: "PERSIST" }))
  scene.to(horses.closeAt)
  return { scene, bettor, ids, idle }
}

describe("the result", () => {
  it("pays the winner, takes the losers' stakes, and commission on the sum", () => {
    const { bettor, ids, scene } = settled()
    const winner = scene.selections.findIndex((id) => statusOf(scene, id) === "WINNER")
    const price = Math.round(startingPrice(scene, scene.selections[winner]!) * 100)
    const lines = bettor.cleared("SETTLED")
    expect(lines).toHaveLength(ids.length)
    const expected = (i: number) => (i === winner ? 10 * (price - 100) : -1000)
    for (const [i, betId] of ids.entries()) {
      expect(lines.find((line) => line.betId === betId)).toMatchObject({
        betOutcome: i === winner ? "WON" : "LOST",
        profit: expected(i) / 100,
        sizeSettled: 10,
        betCount: 1
      })
    }
    const profit = ids.reduce((sum, _, i) => sum + expected(i), 0)
    const commission = Math.max(0, Math.round(profit * 0.05))
    const [market] = bettor.cleared("SETTLED", { groupBy: "MARKET" })
    expect(market).toMatchObject({
      marketId: scene.win,
      profit: profit / 100,
      commission: commission / 100,
      betCount: ids.length
    })
    expect(bettor.funds()).toMatchObject({
      exposure: 0,
      availableToBetBalance: (1_000_000 + profit - commission) / 100
    })
  })

  it("takes less commission from an account with a discount", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 5000, [account(1), account(2, { discountRate: 40 })])
    const all = [1, 2].map((id) => scene.as(id, scene.place))
    const winner = winnerOf(horses)
    for (const bettor of all) bettor.bet(onClose(winner, "BACK", 10))
    scene.to(horses.closeAt)
    const [full, less] = all.map(
      (bettor) => bettor.cleared("SETTLED", { groupBy: "MARKET", marketIds: [scene.place] })[0]!
    )
    expect(less!.profit).toBe(full!.profit)
    expect(pence(full!.commission!)).toBe(Math.round(pence(full!.profit) * 0.05))
    expect(pence(less!.commission!)).toBe(Math.round(pence(full!.profit) * 0.03))
  })

  it("pays as many as the place market has places", () => {
    const scene = beforeOff()
    const bettor = scene.as(1, scene.place)
    for (const id of scene.selections) bettor.bet(onClose(id, "BACK", 10))
    scene.to(horses.closeAt)
    const won = bettor.cleared("SETTLED").filter(({ betOutcome }) => betOutcome === "WON")
    expect(won).toHaveLength(horses.places)
  })

  it("lapses what is left, tells every account that the market is closed, and writes each movement down", () => {
    const { bettor, idle, scene } = settled()
    expect(bettor.orders()).toEqual([])
    expect(bettor.cleared("LAPSED")).toMatchObject([{ betId: idle }])
    expect(scene.ordersTold().at(-1)).toMatchObject({ id: scene.win, closed: true })
    const lines = bettor.statement().toReversed()
    expect(lines[0]).toMatchObject({ amount: 10_000, balance: 10_000 })
    let balance = 0
    for (const line of lines) {
      balance = pence(balance / 100 + line.amount)
      expect(pence(line.balance)).toBe(balance)
    }
    expect(balance).toBe(pence(bettor.funds().availableToBetBalance))
    expect(scene.exchange.orderImage(1)).toEqual([])
  })
})

describe("a market that is suspended by hand", () => {
  it("takes no orders, keeps those there are, and goes on with them", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 300_000)
    const bettor = scene.as(1)
    const best = bettor.runner(first).ex!.availableToBack![0]!
    const betId = bettor.bet(limit(first, "BACK", best.price * 2, 10))
    const [before] = definitions(scene)
    expect(scene.exchange.hold(scene.now, scene.win, true)).toBe(true)
    scene.pass(200)
    const published = scene.publications.flatMap((one) => (one._tag === "Market" ? (one.message.mc ?? []) : []))
    const told = published.find(({ id, marketDefinition }) => id === scene.win && marketDefinition !== undefined)
    expect(told!.marketDefinition).toMatchObject({ status: "SUSPENDED", inPlay: false })
    expect(told!.marketDefinition!.version).toBeGreaterThan(before!.version!)
    expect(errorOf(scene)).toBe("MARKET_SUSPENDED")
    expect(bettor.cancel([{ betId }]).errorCode).toBe("MARKET_SUSPENDED")
    const still = bettor.book()
    scene.pass(60_000)
    expect(bettor.book()).toEqual(still)
    expect(scene.as(1, scene.place).book().status).toBe("OPEN")
    expect(scene.exchange.hold(scene.now, scene.win, false)).toBe(true)
    expect(bettor.order(betId)).toMatchObject({ sizeRemaining: 10 })
    expect(errorOf(scene)).toBeUndefined()
    scene.pass(20_000)
    expect(bettor.book()).not.toEqual(still)
  })

  it("lets bets that wait out the delay lapse", () => {
    const scene = inPlay()
    const reply = scene.as(1).placing([limit(first, "BACK", 1000, 10)])
    if (reply._tag !== "Delayed") throw new Error("not delayed")
    scene.exchange.hold(scene.now, scene.win, true)
    scene.to(reply.until)
    expect(reply.take().instructionReports![0]).toMatchObject({ orderStatus: "EXECUTION_COMPLETE", sizeMatched: 0 })
    expect(scene.as(1).cleared("LAPSED")).toHaveLength(1)
  })

  it("stays suspended through the off, in which bets are settled as ever, and after a restart", () => {
    const scene = beforeOff(60)
    const betId = scene.as(1).bet(onClose(first, "BACK", 20))
    scene.exchange.hold(scene.now, scene.win, true)
    scene.to(horses.offAt + 5000).restart()
    expect(definitions(scene)).toMatchObject([{ status: "SUSPENDED", inPlay: true }])
    expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 20 })
    const before = scene.exchange.marketImages([scene.win, scene.place])
    expect(scene.restart().exchange.marketImages([scene.win, scene.place])).toEqual(before)
    scene.to(horses.closeAt)
    expect(definitions(scene)).toMatchObject([{ status: "CLOSED" }])
    expect(scene.as(1).cleared("SETTLED")).toHaveLength(1)
    expect(scene.exchange.hold(scene.now, scene.win, false)).toBe(false)
    expect(scene.exchange.hold(scene.now, "1.1", true)).toBe(false)
  })
})
