import { it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { describe, expect } from "vitest"
import * as Bet from "../../src/domain/Bet.ts"
import type { MarketId, SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { OrderSpec } from "../../src/domain/Order.ts"
import type { Side } from "../../src/domain/Side.ts"
import { OrderUpdates } from "../../src/execution/OrderUpdates.ts"
import * as OrderUpdatesPaper from "../../src/execution/OrderUpdatesPaper.ts"
import { maximumWaiting, PaperVenue } from "../../src/execution/PaperVenue.ts"
import { Books } from "../../src/market/Books.ts"
import type { MarketDefinitionMessage, RunnerChange } from "../../src/market/MarketMessage.ts"
import { betId, definition, limitOrder, marketId, message, startAt } from "./builders.ts"

const options = {
  profile: "default",
  placeLatencyMs: Duration.millis(120),
  cancelLatencyMs: Duration.millis(170),
  updateLatencyMs: Duration.millis(150),
  replaceLatencyMs: Duration.millis(280)
} as const

const layer = OrderUpdatesPaper.layer.pipe(
  Layer.provideMerge(PaperVenue.layer(options)),
  Layer.provideMerge(Books.layer)
)

const makeBet = (side: Side, order: OrderSpec, selection = 1, on: MarketId = marketId): Bet.Bet =>
  Bet.fromIntent({
    id: betId(),
    mode: "paper",
    strategyId: "one" as StrategyId,
    marketId: on,
    selectionId: selection as SelectionId,
    handicap: 0,
    side,
    slot: "",
    order,
    confidence: 1,
    probability: null,
    reason: "test",
    replaces: null,
    createdAt: startAt
  })

const update = (at: number, rc: ReadonlyArray<RunnerChange> = [], next?: MarketDefinitionMessage) =>
  Effect.map(Books, (books) => void books.apply(message(startAt + at, rc, next)))

const open = update(0, [{ id: 1, atb: [[3, 10]], atl: [[3.1, 20]] }], definition())

/** The bet after everything the venue has said of it. */
const follow = (bet: Bet.Bet) =>
  Effect.map(PaperVenue, (venue) =>
    venue
      .takeUpdates()
      .filter(({ betId }) => betId === bet.id)
      .reduce((known, { event }) => Bet.transition(known, event), bet)
  )

describe("PaperVenue", () => {
  it.effect("matches an order with the books and tells of it", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(300, 1500))
      venue.place([bet], startAt)
      expect(venue.waiting()).toBe(false)
      yield* update(200)
      expect(yield* follow(bet)).toMatchObject({
        status: "partially_matched",
        betfairBetId: `paper-${bet.id.replaceAll("-", "")}`,
        placedAt: startAt + 120,
        fills: [{ at: startAt + 120, price: 300, size: 1000 }],
        sizeRemaining: 500,
        updatedAt: startAt + 200
      })
    }).pipe(Effect.provide(layer))
  )

  it.effect("reports a refusal with its code", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(301, 500))
      venue.place([bet], startAt)
      yield* update(200)
      expect(yield* follow(bet)).toMatchObject({ status: "rejected", note: "INVALID_ODDS", sizeRemaining: 0 })
      expect(venue.counts()).toEqual({ refused: 1, cancelled: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps one event a bet, the newest", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(310, 5000))
      venue.place([bet], startAt)
      yield* update(200)
      for (let n = 1; n <= 20; n++) yield* update(200 + n, [{ id: 1, trd: [[3.1, 40 + n]] }])
      const updates = venue.takeUpdates()
      expect(updates.length).toBe(1)
      expect(Bet.transition(bet, updates[0]!.event).fills.length).toBe(20)
      expect(venue.waiting()).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.effect("tells the oldest news first", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const [first, second] = [makeBet("BACK", limitOrder(310, 500)), makeBet("BACK", limitOrder(320, 500))]
      venue.place([first, second], startAt)
      yield* update(200)
      yield* update(300, [{ id: 1, trd: [[3.1, 42]] }])
      expect(venue.takeUpdates().map(({ betId }) => betId)).toEqual([second.id, first.id])
    }).pipe(Effect.provide(layer))
  )

  it.effect("counts a cancelled order once, whatever becomes of its matched part", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(300, 1500))
      venue.place([bet], startAt)
      yield* update(200)
      venue.cancel(bet, startAt + 200)
      yield* update(400)
      const runners = [
        { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
        { id: 2, status: "REMOVED", adjustmentFactor: 20 }
      ]
      yield* update(500, [], definition({ runners }))
      expect(yield* follow(bet)).toMatchObject({ fills: [{ price: 240, size: 1000 }], sizeCancelled: 500 })
      expect(venue.counts().cancelled).toBe(1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("executes on a quiet market when time passes", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(310, 500))
      venue.place([bet], startAt)
      venue.tick(startAt + 120)
      expect(venue.waiting()).toBe(false)
      venue.tick(startAt + 1000)
      const placed = yield* follow(bet)
      expect(placed).toMatchObject({ status: "placed", placedAt: startAt + 120 })
      expect(venue.cancel(placed, startAt + 1000)).toBe(true)
      venue.tick(startAt + 2000)
      expect(yield* follow(placed)).toMatchObject({ status: "cancelled", sizeCancelled: 500 })
      expect(venue.counts()).toEqual({ refused: 0, cancelled: 1 })
      expect(venue.cancel(placed, startAt + 3000)).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.effect("cancels all of one market or of all", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const elsewhere = "1.2" as MarketId
      venue.place([makeBet("BACK", limitOrder(310, 500)), makeBet("LAY", limitOrder(290, 500))], startAt)
      venue.place([makeBet("BACK", limitOrder(310, 500), 1, elsewhere)], startAt)
      venue.tick(startAt + 200)
      expect(venue.cancelAll(startAt + 200, elsewhere)).toBe(1)
      expect(venue.cancelAll(startAt + 200)).toBe(2)
      venue.tick(startAt + 500)
      expect(venue.cancelAll(startAt + 500)).toBe(0)
      expect(venue.counts().cancelled).toBe(3)
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets orders wait for a market's first book, up to a bound", () =>
    Effect.gen(function* () {
      const venue = yield* PaperVenue
      const bets = Array.from({ length: maximumWaiting }, () => makeBet("BACK", limitOrder(310, 500)))
      for (const bet of bets) venue.place([bet], startAt - 5000)
      const beyond = makeBet("BACK", limitOrder(310, 500))
      venue.place([beyond], startAt - 5000)
      expect(yield* follow(beyond)).toMatchObject({ status: "rejected", note: "TOO_MANY_REQUESTS" })
      yield* open
      yield* update(1)
      expect(yield* follow(bets[0]!)).toMatchObject({ status: "placed", placedAt: startAt })
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends what is left when a market is forgotten", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const resting = makeBet("BACK", limitOrder(310, 500))
      const waiting = makeBet("BACK", limitOrder(310, 500))
      venue.place([resting], startAt)
      yield* update(200)
      venue.takeUpdates()
      venue.place([waiting], startAt + 200)
      const books = yield* Books
      books.forget(marketId)
      const events = venue.takeUpdates()
      expect(events.map(({ event }) => event._tag).toSorted()).toEqual(["Refused", "Updated"])
      expect(venue.cancelAll(startAt + 300)).toBe(0)
    }).pipe(Effect.provide(layer))
  )
})

describe("PaperVenue.replace", () => {
  it.effect("moves the unmatched part to the new price", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const bet = makeBet("BACK", limitOrder(310, 500))
      const next = makeBet("BACK", limitOrder(300, 500))
      venue.place([bet], startAt)
      yield* update(200)
      venue.replace(yield* follow(bet), next, startAt + 200)
      yield* update(600)
      const updates = venue.takeUpdates()
      const told = (one: Bet.Bet) => Bet.transition(one, updates.find(({ betId }) => betId === one.id)!.event)
      expect([told(bet).status, told(next).status]).toEqual(["cancelled", "matched"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses the replacement of a bet that is over or unknown", () =>
    Effect.gen(function* () {
      yield* open
      const venue = yield* PaperVenue
      const next = makeBet("BACK", limitOrder(300, 500))
      venue.replace(makeBet("BACK", limitOrder(310, 500)), next, startAt)
      expect(yield* follow(next)).toMatchObject({ status: "rejected", note: "BET_TAKEN_OR_LAPSED" })
    }).pipe(Effect.provide(layer))
  )
})

/** A bet of an earlier process: 200 of its 500 are matched at 3.10, the rest is not. */
const halfMatched = (persistence: "LAPSE" | "PERSIST" | "MARKET_ON_CLOSE" = "LAPSE"): Bet.Bet => {
  const bet = makeBet("BACK", limitOrder(310, 500, { persistence }))
  return Bet.transition(bet, {
    _tag: "Updated",
    at: startAt - 10_000,
    state: {
      betfairBetId: `paper-${bet.id.replaceAll("-", "")}`,
      placedAt: startAt - 20_000,
      fills: [{ at: startAt - 10_000, price: 310, size: 200 }],
      sizeRemaining: 300,
      sizeCancelled: 0,
      sizeLapsed: 0,
      sizeVoided: 0,
      complete: false
    }
  })
}

const restored = (bet: Bet.Bet) => Effect.map(PaperVenue, (venue) => venue.restore([bet], startAt - 1))

describe("PaperVenue.restore", () => {
  it.effect("refuses intents that were never acknowledged", () =>
    Effect.gen(function* () {
      const bet = makeBet("BACK", limitOrder(310, 500))
      yield* restored(bet)
      expect(yield* follow(bet)).toMatchObject({ status: "rejected", note: "NOT_SENT" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps what is matched and puts the rest at the back of the queue", () =>
    Effect.gen(function* () {
      const bet = halfMatched()
      yield* restored(bet)
      yield* open
      yield* update(100, [{ id: 1, trd: [[3.1, 40]] }])
      expect((yield* follow(bet)).fills.length).toBe(1)
      yield* update(200, [{ id: 1, trd: [[3.1, 46]] }])
      expect(yield* follow(bet)).toMatchObject({
        status: "matched",
        fills: [
          { price: 310, size: 200 },
          { price: 310, size: 300 }
        ]
      })
    }).pipe(Effect.provide(layer))
  )

  it.effect("waits while the market is suspended before the off", () =>
    Effect.gen(function* () {
      const bet = halfMatched()
      yield* restored(bet)
      yield* update(0, [{ id: 1, atl: [[3.1, 20]] }], definition({ status: "SUSPENDED", version: 7 }))
      yield* update(10, [], definition({ status: "SUSPENDED", version: 8 }))
      expect(yield* follow(bet)).toBe(bet)
      yield* update(100, [], definition({ version: 9 }))
      yield* update(200, [{ id: 1, trd: [[3.1, 46]] }])
      expect((yield* follow(bet)).status).toBe("matched")
    }).pipe(Effect.provide(layer))
  )

  it.effect.each([
    ["LAPSE", definition({ inPlay: true }), "matched", 300, 0],
    ["PERSIST", definition({ inPlay: true }), "partially_matched", 0, 300],
    ["LAPSE", definition({ status: "CLOSED" }), "matched", 300, 0],
    ["PERSIST", definition({ status: "CLOSED" }), "matched", 300, 0]
  ] as const)("lets what has missed its market lapse (%s)", ([persistence, next, status, lapsed, remaining]) =>
    Effect.gen(function* () {
      const bet = halfMatched(persistence)
      yield* restored(bet)
      yield* update(0, [{ id: 1, atl: [[3.1, 20]] }], next)
      expect(yield* follow(bet)).toMatchObject({ status, sizeLapsed: lapsed, sizeRemaining: remaining })
    }).pipe(Effect.provide(layer))
  )

  it.effect("matches what takes the starting price at one that was set meanwhile", () =>
    Effect.gen(function* () {
      const bet = halfMatched("MARKET_ON_CLOSE")
      yield* restored(bet)
      const runners = [{ id: 1, status: "WINNER", bsp: 2.5 }]
      yield* update(0, [], definition({ status: "CLOSED", bspReconciled: true, inPlay: true, runners }))
      expect((yield* follow(bet)).fills.map(({ price, size }) => [price, size])).toEqual([
        [310, 200],
        [250, 300]
      ])
    }).pipe(Effect.provide(layer))
  )

  it.effect("applies withdrawals that it missed, and those only", () =>
    Effect.gen(function* () {
      const bet = halfMatched("PERSIST")
      yield* restored(bet)
      const runners = [
        { id: 1, status: "ACTIVE", adjustmentFactor: 30 },
        { id: 2, status: "REMOVED", adjustmentFactor: 20, removalDate: new Date(startAt - 5000).toISOString() },
        { id: 3, status: "REMOVED", adjustmentFactor: 10, removalDate: new Date(startAt - 15_000).toISOString() }
      ]
      yield* update(0, [{ id: 1, atl: [[3.1, 20]] }], definition({ runners }))
      expect((yield* follow(bet)).fills.map(({ price }) => price)).toEqual([248])
    }).pipe(Effect.provide(layer))
  )

  it.effect("voids a matched bet whose runner was withdrawn while nobody was looking, and later ones too", () =>
    Effect.gen(function* () {
      const bet = Bet.transition(halfMatched(), {
        _tag: "Updated",
        at: startAt - 9000,
        state: { ...halfMatched(), sizeRemaining: 0, sizeCancelled: 300, complete: true }
      })
      expect(bet.status).toBe("matched")
      yield* restored(bet)
      yield* open
      expect((yield* PaperVenue).waiting()).toBe(false)
      yield* update(100, [], definition({ runners: [{ id: 1, status: "REMOVED", adjustmentFactor: 30 }] }))
      expect(yield* follow(bet)).toMatchObject({ status: "voided", fills: [], sizeVoided: 200, sizeCancelled: 300 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets a waiting order be cancelled at once, and for good", () =>
    Effect.gen(function* () {
      const bet = halfMatched()
      yield* restored(bet)
      yield* update(0, [], definition({ status: "SUSPENDED" }))
      const venue = yield* PaperVenue
      expect(venue.cancel(bet, startAt)).toBe(true)
      expect(yield* follow(bet)).toMatchObject({ status: "matched", sizeCancelled: 300 })
      yield* update(100, [{ id: 1, atl: [[3.1, 20]] }], definition())
      yield* update(200, [{ id: 1, trd: [[3.1, 900]] }])
      expect(venue.waiting()).toBe(false)
    }).pipe(Effect.provide(layer))
  )
})

describe("OrderUpdatesPaper", () => {
  it.effect("waits for an update and takes all there are", () =>
    Effect.gen(function* () {
      yield* open
      const updates = yield* OrderUpdates
      const venue = yield* PaperVenue
      const fiber = yield* Effect.forkChild(updates.take)
      yield* Effect.yieldNow
      expect(updates.waiting()).toBe(false)
      venue.place([makeBet("BACK", limitOrder(300, 500)), makeBet("BACK", limitOrder(310, 500))], startAt)
      yield* update(200)
      expect((yield* Fiber.join(fiber)).length).toBe(2)
      expect(updates.waiting()).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.effect("loses nothing to a taker that gave up", () =>
    Effect.gen(function* () {
      yield* open
      const updates = yield* OrderUpdates
      const venue = yield* PaperVenue
      const fiber = yield* Effect.forkChild(updates.take)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      venue.place([makeBet("BACK", limitOrder(300, 500))], startAt)
      yield* update(200)
      expect((yield* updates.take).length).toBe(1)
    }).pipe(Effect.provide(layer))
  )
})
