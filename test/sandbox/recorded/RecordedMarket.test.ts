import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { errorsOf, limit, onClose } from "../exchange/Exchanges.ts"
import { closing, definition, marketId, play, type Play, runnersAre, start } from "./Recordings.ts"

const pairs = (levels: ReadonlyArray<{ readonly price: number; readonly size: number }> = []) =>
  levels.map(({ price, size }) => [price, size])

const prices = (scene: Play, selectionId = 1) => {
  const { ex } = scene.as(1).runner(selectionId)
  return { back: pairs(ex!.availableToBack), lay: pairs(ex!.availableToLay), traded: pairs(ex!.tradedVolume) }
}

const suspended = { marketDefinition: definition({ status: "SUSPENDED", version: 11 }) }
const inPlay = { marketDefinition: definition({ inPlay: true, betDelay: 1, version: 12 }) }

describe("a recorded market", () => {
  it.effect("is shown as recorded, at the sandbox's time", () =>
    Effect.gen(function* () {
      const scene = yield* play([[60, { rc: [{ id: 1, atb: [[3, 0]], ltp: 2.9 }] }]])
      const [book] = [scene.as(1).book()]
      expect(book).toMatchObject({ status: "OPEN", inplay: false, numberOfRunners: 3, totalMatched: 60 })
      expect(prices(scene)).toEqual({
        back: [
          [3, 100],
          [2.9, 50]
        ],
        lay: [[3.1, 80]],
        traded: [[3, 20]]
      })
      const [image] = scene.exchange.marketImages([marketId])
      // Ten minutes before the off it begins.
      expect(image!.marketDefinition).toMatchObject({ marketTime: "2026-11-22T12:10:00.000Z", eventTypeId: "7" })
      scene.to(60)
      expect(prices(scene).back).toEqual([[2.9, 50]])
      expect(scene.published.at(-1)).toEqual({ id: marketId, rc: [{ id: 1, atb: [[3, 0]], ltp: 2.9 }] })
    })
  )

  it.effect("is played faster when that is asked for", () =>
    Effect.gen(function* () {
      const scene = yield* play([[60, { rc: [{ id: 1, atb: [[3, 0]] }] }]], 10)
      expect(prices(scene.to(5.9)).back).toHaveLength(2)
      expect(prices(scene.to(6)).back).toHaveLength(1)
      expect(scene.exchange.marketImages([marketId])[0]!.marketDefinition!.marketTime).toBe("2026-11-22T12:01:00.000Z")
    })
  )

  it.effect("gives what is displayed, once, and counts it as traded", () =>
    Effect.gen(function* () {
      const scene = yield* play([[60, { rc: [{ id: 1, atb: [[3, 130]] }] }]])
      const betId = scene.as(1).bet(limit(1, "BACK", 2.9, 120))
      expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 120, averagePriceMatched: 2.98 })
      expect(prices(scene)).toEqual({
        back: [[2.9, 30]],
        lay: [[3.1, 80]],
        traded: [
          [2.9, 40],
          [3, 220]
        ]
      })
      const other = scene.as(2).bet(limit(1, "BACK", 3, 10))
      expect(scene.as(2).order(other)).toMatchObject({ sizeMatched: 0 })
      // More is displayed than was taken: that much is new.
      scene.to(60)
      expect(scene.as(2).order(other)).toMatchObject({ sizeMatched: 10 })
      expect(prices(scene).back).toEqual([
        [3, 20],
        [2.9, 30]
      ])
    })
  )

  it.effect("shows what rests beside what was recorded, and matches it by its place in the queue", () =>
    Effect.gen(function* () {
      const scene = yield* play([
        [10, { rc: [{ id: 1, trd: [[3.1, 120]], atl: [[3.1, 20]] }] }],
        [20, { rc: [{ id: 1, trd: [[3.1, 180]], atl: [[3.1, 20]] }] }]
      ])
      const betId = scene.as(1).bet(limit(1, "BACK", 3.1, 10))
      expect(prices(scene).lay).toEqual([[3.1, 90]])
      scene.to(0.2)
      expect(scene.published.at(-1)).toEqual({ id: marketId, rc: [{ id: 1, atl: [[3.1, 90]] }] })
      // Sixty of eighty were ahead of it and are gone.
      scene.to(10)
      expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 0 })
      expect(prices(scene).lay).toEqual([[3.1, 30]])
      // Thirty more: twenty of the queue, ten of ours.
      scene.to(20)
      expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 10, averagePriceMatched: 3.1 })
      expect(prices(scene)).toMatchObject({
        lay: [[3.1, 20]],
        traded: [
          [3, 20],
          [3.1, 180]
        ]
      })
    })
  )

  it.effect("lets accounts match each other, best price first", () =>
    Effect.gen(function* () {
      const scene = yield* play([[60, {}]])
      const better = scene.as(1).bet(limit(1, "BACK", 3.05, 10))
      const behind = scene.as(1).bet(limit(1, "BACK", 3.1, 10))
      expect(prices(scene).lay).toEqual([
        [3.05, 10],
        [3.1, 90]
      ])
      const lay = scene.as(2).bet(limit(1, "LAY", 3.1, 95))
      expect(scene.as(2).order(lay)).toMatchObject({ sizeMatched: 95, sizeRemaining: 0 })
      expect(scene.as(1).order(better)).toMatchObject({ sizeMatched: 10, averagePriceMatched: 3.05 })
      // Eighty that were recorded stood before it.
      expect(scene.as(1).order(behind)).toMatchObject({ sizeMatched: 5, sizeRemaining: 5 })
      expect(prices(scene)).toMatchObject({
        lay: [[3.1, 5]],
        traded: [
          [3, 20],
          [3.05, 20],
          [3.1, 170]
        ]
      })
    })
  )

  it.effect("cancels, reduces, replaces and kills", () =>
    Effect.gen(function* () {
      const scene = yield* play([[60, {}]])
      const betId = scene.as(1).bet(limit(1, "BACK", 10, 10))
      scene.as(1).cancel([{ betId, sizeReduction: 4 }])
      expect(prices(scene).lay).toEqual([
        [3.1, 80],
        [10, 6]
      ])
      scene.as(1).replace({ betId, newPrice: 9 })
      expect(prices(scene).lay).toEqual([
        [3.1, 80],
        [9, 6]
      ])
      scene.as(1).cancel()
      expect(prices(scene).lay).toEqual([[3.1, 80]])
      const kill = { timeInForce: "FILL_OR_KILL", minFillSize: 110 }
      const killed = scene.as(1).bet(limit(1, "BACK", 3, 120, kill))
      expect(scene.as(1).cleared("CANCELLED")[0]).toMatchObject({ betId: killed, sizeCancelled: 120 })
      const filled = scene.as(1).bet(limit(1, "BACK", 2.9, 120, kill))
      expect(scene.as(1).order(filled)).toMatchObject({ sizeMatched: 120 })
      expect(errorsOf(scene.as(1).place(limit(9, "BACK", 3, 2)))).toEqual(["INVALID_RUNNER"])
      expect(errorsOf(scene.as(1).place(limit(1, "BACK", 3.03, 2)))).toEqual(["INVALID_ODDS"])
    })
  )

  it.effect("takes nothing while it is suspended, by its recording or by hand", () =>
    Effect.gen(function* () {
      const scene = yield* play([
        [10, suspended],
        [20, { marketDefinition: definition({ version: 12 }), rc: [{ id: 1, trd: [[3.1, 500]], atl: [[3.1, 0]] }] }],
        [30, { rc: [{ id: 1, trd: [[3.1, 900]] }] }]
      ])
      const betId = scene.as(1).bet(limit(1, "BACK", 3.1, 10))
      expect(scene.to(10).as(1).cancel([{ betId }]).errorCode).toBe("MARKET_SUSPENDED")
      expect(scene.published.at(-1)!.marketDefinition).toMatchObject({ status: "SUSPENDED", version: 11 })
      assert.isTrue(scene.exchange.hold(scene.now, marketId, true))
      scene.to(21)
      expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 0 })
      expect(prices(scene).lay).toEqual([[3.1, 90]])
      expect(scene.exchange.marketImages([marketId])[0]!.marketDefinition).toMatchObject({
        status: "SUSPENDED",
        version: 13
      })
      expect(scene.as(1).place(limit(1, "BACK", 3.1, 2)).errorCode).toBe("MARKET_SUSPENDED")
      assert.isTrue(scene.exchange.hold(scene.now, marketId, false))
      expect(prices(scene).lay).toEqual([[3.1, 10]])
      scene.to(30)
      expect(scene.as(1).order(betId)).toMatchObject({ sizeMatched: 10 })
    })
  )

  it.effect("turns in-play: LAPSE orders lapse, others stay, new ones wait out the delay", () =>
    Effect.gen(function* () {
      const scene = yield* play([
        [10, suspended],
        [11, inPlay],
        [30, suspended],
        [40, inPlay]
      ])
      const [lapses, persists] = ["LAPSE", "PERSIST"].map((persistenceType) =>
        scene.as(1).bet(limit(1, "BACK", 10, 10, { persistenceType }))
      )
      scene.to(11)
      expect(scene.as(1).cleared("LAPSED")).toMatchObject([{ betId: lapses }])
      expect(scene.as(1).order(persists!)).toMatchObject({ sizeRemaining: 10 })
      const reply = scene.as(1).placing([limit(1, "BACK", 3, 10)])
      if (reply._tag !== "Delayed") throw new Error("not delayed")
      assert.strictEqual(reply.until, start + 12_000)
      scene.to(12)
      expect(reply.take().instructionReports![0]).toMatchObject({ sizeMatched: 10 })
      const late = scene
        .to(29.5)
        .as(1)
        .placing([limit(1, "BACK", 3, 10)])
      if (late._tag !== "Delayed") throw new Error("not delayed")
      scene.to(31)
      expect(late.take().instructionReports![0]).toMatchObject({ sizeMatched: 0, orderStatus: "EXECUTION_COMPLETE" })
    })
  )

  it.effect("gives the recorded starting price", () =>
    Effect.gen(function* () {
      const found = runnersAre("ACTIVE", "ACTIVE", "ACTIVE").map((runner) => ({ ...runner, bsp: 4.25 }))
      const reconciled = definition({ status: "SUSPENDED", bspReconciled: true, version: 12, runners: found })
      const scene = yield* play([
        [5, { rc: [{ id: 1, spb: [[1000, 30]], spl: [[1.01, 40]], spn: 4, spf: 5 }] }],
        [10, suspended],
        [11, { marketDefinition: reconciled }]
      ])
      const ids = [
        scene.as(1).bet(onClose(1, "BACK", 20)),
        scene.as(1).bet(onClose(1, "LAY", 32.5)),
        scene.as(1).bet(limit(1, "BACK", 100, 10, { persistenceType: "MARKET_ON_CLOSE" })),
        scene.as(1).bet(onClose(1, "BACK", 20, 4.3))
      ]
      scene.to(5)
      const { sp } = scene.as(1).book(["SP_AVAILABLE", "SP_TRADED"]).runners[0]!
      expect(sp).toMatchObject({ nearPrice: 4, farPrice: 5 })
      expect(sp!.backStakeTaken).toEqual([
        { price: 1.01, size: 60 },
        { price: 4.3, size: 20 }
      ])
      expect(sp!.layLiabilityTaken).toEqual([{ price: 1000, size: 62.5 }])
      scene.to(11)
      expect(ids.map((id) => scene.as(1).order(id)?.sizeMatched)).toEqual([20, 10, 10, undefined])
      expect(scene.as(1).order(ids[0]!)).toMatchObject({ averagePriceMatched: 4.25 })
    })
  )

  it.effect("withdraws a runner: its bets are void, matched prices and lays on the others fall", () =>
    Effect.gen(function* () {
      const removed = {
        marketDefinition: definition({ version: 12, runners: runnersAre("ACTIVE", "ACTIVE", "REMOVED") })
      }
      const scene = yield* play([
        [10, suspended],
        [11, removed]
      ])
      const gone = scene.as(1).bet(limit(3, "BACK", 3, 10))
      const matched = scene.as(1).bet(limit(1, "BACK", 3, 10))
      const lay = scene.as(2).bet(limit(2, "LAY", 2, 10))
      scene.to(11)
      expect(scene.as(1).order(gone)).toBeUndefined()
      expect(scene.as(1).cleared("VOIDED")).toMatchObject([{ betId: gone, sizeSettled: 10 }])
      expect(scene.as(1).order(matched)).toMatchObject({ averagePriceMatched: 2.4 })
      expect(scene.as(2).cleared("LAPSED")).toMatchObject([{ betId: lay }])
      expect(errorsOf(scene.as(1).place(limit(3, "BACK", 3, 10)))).toEqual(["RUNNER_REMOVED"])
    })
  )
})

/** Ten pounds on each of two runners, as the market ends. */
const settled = (...statuses: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const scene = yield* play([[60, closing(...statuses)]])
    for (const id of [1, 2]) scene.as(1).bet(limit(id, "BACK", 3, 10))
    scene.to(61)
    const profits = scene
      .as(1)
      .cleared("SETTLED")
      .map(({ profit }) => profit)
    return { scene, profits, balance: scene.exchange.accountState(1).balance - 1_000_000 }
  })

describe("the end of a recorded market", () => {
  it.effect("settles by its winner, less commission", () =>
    Effect.gen(function* () {
      const { balance, profits, scene } = yield* settled("LOSER", "WINNER", "LOSER")
      expect(profits).toEqual([20, -10])
      expect(balance).toBe(950)
      expect(scene.as(1).orders()).toEqual([])
      expect(scene.as(1).place(limit(1, "BACK", 3, 2)).errorCode).toBe("MARKET_NOT_OPEN_FOR_BETTING")
      expect(scene.exchange.marketImages([marketId])[0]!.marketDefinition).toMatchObject({ status: "CLOSED" })
    })
  )

  it.effect("shares dead heats", () =>
    Effect.gen(function* () {
      const { balance, profits } = yield* settled("WINNER", "WINNER", "LOSER")
      expect(profits).toEqual([5, 5])
      expect(balance).toBe(950)
    })
  )

  it.effect("is void when nobody won, or when the recording ends before", () =>
    Effect.gen(function* () {
      const { balance, profits, scene } = yield* settled("LOSER", "LOSER", "LOSER")
      expect([balance, profits]).toEqual([0, []])
      expect(scene.as(1).cleared("VOIDED")).toHaveLength(2)
      const cut = yield* play([[60, {}]])
      cut.as(1).bet(limit(1, "BACK", 3, 10))
      expect(cut.to(60.9).as(1).orders()).toHaveLength(1)
      expect(cut.to(61).as(1).cleared("VOIDED")).toHaveLength(1)
      expect(cut.published.at(-1)!.marketDefinition).toMatchObject({ status: "CLOSED" })
    })
  )
})
