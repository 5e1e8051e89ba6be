/** A process that dies anywhere between the intent and the last write, and the one that comes after it. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { OrderManager } from "../../src/bot/OrderManager.ts"
import { Restart } from "../../src/bot/Restart.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { deny } from "../../src/domain/Decision.ts"
import { customerOrderRef } from "../../src/domain/Identifiers.ts"
import { adoptedBy } from "../../src/execution/Adoption.ts"
import { Executor } from "../../src/execution/Executor.ts"
import { Reconciler } from "../../src/execution/Reconciler.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { LiveOrders } from "../../src/execution/LiveOrders.ts"
import { liveBet, orderState } from "../execution/LiveBuilders.ts"
import { betId, intent, limit, noon, request } from "../risk/Builders.ts"
import {
  aWorld,
  compare,
  exposure,
  onlyRow,
  pass,
  place,
  rows,
  withProcess,
  withUnstartedProcess,
  type World
} from "./LiveProcess.ts"

/** The next process, until nothing is open that it could find out about. */
const nextLife = (world: World) =>
  withProcess(world)(
    Effect.gen(function* () {
      const before = yield* exposure
      for (let times = 0; times < 4; times++) {
        yield* pass("2 minutes")
        yield* compare
      }
      return { before, after: yield* exposure, rows: yield* rows }
    })
  )

const guardWith = (check: SendGuard["Service"]["check"]) =>
  Layer.succeed(SendGuard, { check, stands: () => Effect.succeed(null), sent: () => Effect.void })

describe("an order that may no longer be sent when its turn has come", () => {
  it.effect("is rejected, unsent, and gives its risk back", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const guard = Layer.succeed(SendGuard, {
        check: () => Effect.succeed(null),
        stands: () => Effect.succeed(deny("trading_halted")),
        sent: () => Effect.void
      })
      yield* withProcess({ ...world, guard })(
        Effect.gen(function* () {
          yield* place()
          yield* pass("2 seconds")
          expect(yield* rows).toMatchObject([{ status: "rejected", note: "NOT_SENT: trading_halted" }])
          expect(yield* exposure).toBe(0)
          expect(world.exchange.placed).toEqual([])
        })
      )
    })
  )
})

describe("a process that dies", () => {
  it.effect("after the intent is committed, before it is sent", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const dying = { ...world, guard: guardWith(() => Effect.die("dead")) }
      yield* Effect.exit(withProcess(dying)(place()))
      const next = yield* nextLife(world)
      expect(next).toMatchObject({
        before: 200,
        after: 0,
        rows: [{ status: "rejected", note: "NEVER_REACHED_EXCHANGE" }]
      })
      expect(world.exchange.placed).toEqual([])
    })
  )

  it.effect("after the order has arrived, before the answer", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      world.exchange.faults.push("silent")
      yield* withProcess(world)(Effect.andThen(Effect.forkDetach(place()), TestClock.adjust("1 second")))
      expect(world.exchange.orders.size).toBe(1)
      const next = yield* nextLife(world)
      expect(next).toMatchObject({ before: 200, after: 200, rows: [{ status: "placed", betfairBetId: "1000" }] })
      expect(world.exchange.placed).toHaveLength(1)
    })
  )

  it.effect("after the answer, before it is written", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* place()
          expect(yield* onlyRow).toMatchObject({ status: "pending" })
        })
      )
      world.exchange.match(world.exchange.only(), 2)
      expect(yield* nextLife(world)).toMatchObject({
        after: 200,
        rows: [{ status: "matched", betfairBetId: "1000" }]
      })
    })
  )

  it.effect("after its own intent was committed and the database's answer lost", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const bets = yield* Effect.provide(BetRepository, Layer.succeedContext(world.database))
      yield* bets.create([Bet.fromIntent(intent({ mode: "live" }))])
      expect(yield* nextLife(world)).toMatchObject({ before: 200, after: 0, rows: [{ status: "rejected" }] })
    })
  )

  it.effect("before it has compared anything: the next one does", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(place())
      world.exchange.isDown = true
      yield* withUnstartedProcess(world)(
        Effect.gen(function* () {
          const starting = yield* Effect.forkChild(Restart.use(({ restore }) => restore))
          yield* TestClock.adjust("10 minutes")
          expect(starting.pollUnsafe()).toBeUndefined()
          yield* Fiber.interrupt(starting)
        })
      )
      world.exchange.isDown = false
      expect(yield* nextLife(world)).toMatchObject({ rows: [{ status: "placed" }] })
    })
  )

  it.effect("between the two orders of a replacement", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          const bet = yield* place()
          if (!("id" in bet)) return yield* Effect.die(bet)
          world.exchange.faults.push("silent")
          const changes = { id: 2, mode: "live", replaces: bet.id, order: limit(310, 200) } as const
          const approved = Result.getOrThrow(yield* (yield* RiskManager).reserve(request(changes)))
          const executor = yield* Executor
          yield* Effect.forkDetach(executor.replace(bet, approved))
          yield* TestClock.adjust("1 second")
        })
      )
      expect(yield* nextLife(world)).toMatchObject({
        before: 200,
        after: 200,
        rows: [
          { status: "cancelled", betfairBetId: "1000" },
          { status: "placed", betfairBetId: "1001" }
        ]
      })
      expect(world.exchange.replaced).toHaveLength(1)
    })
  )
})

describe("orders that are nobody's", () => {
  it.effect("are adopted, counted, told and audited, once", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const order = world.exchange.addStranger({ ref: "something else" })
      world.exchange.match(order, 0.5)
      yield* withProcess(world)(
        Effect.gen(function* () {
          expect(yield* onlyRow).toMatchObject({
            strategyId: adoptedBy,
            status: "partially_matched",
            betfairBetId: order.betId,
            order: { price: 400, size: 200 },
            sizeRemaining: 150
          })
          expect(yield* exposure).toBe(200)
          expect(yield* compare).toBe(0)
          const entries = yield* (yield* AuditRepository).recent("live", 10)
          expect(entries.filter(({ event }) => event === "order.adopted")).toHaveLength(1)
          expect(yield* (yield* Executor).cancelAll()).toBe(1)
          yield* compare
          expect(yield* onlyRow).toMatchObject({ status: "matched", sizeCancelled: 150 })
        })
      )
      expect(world.notifications.map(({ _tag }) => _tag)).toEqual(["OrderAdopted"])
    })
  )

  it.effect("get the id that their own reference names when the database has lost it", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      world.exchange.addStranger({ ref: customerOrderRef(betId(77)) })
      yield* withProcess(world)(Effect.map(onlyRow, ({ id }) => expect(id).toBe(betId(77))))
    })
  )

  it.effect("are left alone when they are in another's name, and so are their cancellations", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const other = world.exchange.addStranger({ strategyRef: "by hand" })
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* world.exchange.tell(other)
          yield* pass("10 millis")
          expect(yield* rows).toEqual([])
          yield* place()
          yield* pass("10 millis")
          expect(yield* (yield* Executor).cancelAll()).toBe(1)
          expect(other.cancelled).toBe(0)
        })
      )
    })
  )
})

describe("a row that the database will not take", () => {
  it.effect("does not keep the others from being written", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* place({ id: 1, slot: "1" })
          world.exchange.faults.push("lost")
          yield* place({ id: 2, slot: "2" })
          const orders = yield* LiveOrders
          const state = { ...orderState(liveBet()), betfairBetId: "1000" }
          // The second bet is said to be the order that the first one is.
          orders.tell(betId(2), { _tag: "Updated", at: noon + 1, state })
          yield* Effect.result(OrderManager.use(({ applyUpdates }) => applyUpdates))
          expect((yield* rows).map(({ status }) => status)).toEqual(["placed", "pending"])
        })
      )
    })
  )
})

describe("ExecutorLive", () => {
  it.effect("sends nothing that the guard refuses, and gives its risk back", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      const guarded = { ...world, guard: guardWith(() => Effect.succeed(deny("stale_prices", 1, 0))) }
      yield* withProcess(guarded)(
        Effect.gen(function* () {
          expect(yield* place()).toMatchObject({ status: "rejected", note: "NOT_SENT: stale_prices" })
          yield* pass("10 millis")
          expect(yield* onlyRow).toMatchObject({ status: "rejected" })
          expect(yield* exposure).toBe(0)
        })
      )
      expect(world.exchange.placed).toEqual([])
    })
  )

  it.effect("sends a batch in one request and tells its bets apart by their references", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          const risk = yield* RiskManager
          const approved = yield* Effect.forEach([1, 2, 3], (id) =>
            Effect.map(risk.reserve(request({ id, mode: "live", slot: `${id}` })), Result.getOrThrow)
          )
          const bets = yield* (yield* Executor).executeBatch(approved)
          expect(bets.map(({ betfairBetId, id }) => [id, betfairBetId])).toEqual([
            [betId(1), "1000"],
            [betId(2), "1001"],
            [betId(3), "1002"]
          ])
          yield* OrderManager.use(({ applyUpdates }) => applyUpdates)
          expect((yield* rows).map(({ status }) => status)).toEqual(["placed", "placed", "placed"])
        })
      )
      expect(world.exchange.placed).toMatchObject([
        { marketId: "1.1", customerStrategyRef: "clever-better", customerRef: customerOrderRef(betId(1)) }
      ])
      expect(world.exchange.placed[0]!.instructions).toHaveLength(3)
    })
  )

  it.effect("does not cancel what it does not know to be there, and says when it is too late", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          const executor = yield* Executor
          world.exchange.faults.push("lost")
          const unknown = yield* place()
          if ("id" in unknown) expect(yield* executor.cancelBet(unknown)).toEqual(deny("bet_not_found"))
          const bet = yield* place({ id: 2, market: 2 })
          const order = world.exchange.only()
          world.exchange.match(order, 2)
          if ("id" in bet) expect(yield* executor.cancelBet(bet)).toEqual(deny("bet_not_found"))
          yield* compare
          expect((yield* rows)[1]).toMatchObject({ status: "matched" })
          expect(world.exchange.cancelRequests).toHaveLength(1)
        })
      )
    })
  )

  it.effect("asks the exchange when less was cancelled than it thought was there", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* place()
          world.exchange.match(world.exchange.only(), 0.8, 3.1)
          yield* pass("10 millis")
          yield* (yield* Executor).cancelBet(yield* onlyRow)
          yield* pass("10 millis")
          expect(yield* onlyRow).toMatchObject({ status: "placed" })
          yield* pass("6 seconds")
          yield* (yield* Reconciler).runIfDue
          yield* pass("10 millis")
          expect(yield* onlyRow).toMatchObject({
            status: "matched",
            fills: [{ size: 80, price: 310 }],
            sizeCancelled: 120
          })
        })
      )
    })
  )
})
