/** The drills of LESSONS part 3, between the risk manager and the exchange's client. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import * as Bet from "../../src/domain/Bet.ts"
import { Executor } from "../../src/execution/Executor.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { intent, limit, request } from "../risk/Builders.ts"
import type { Fault } from "../execution/ScriptedExchange.ts"
import {
  aWorld,
  compare,
  exposure,
  onlyRow,
  pass,
  place,
  rows,
  type Services,
  type World,
  withProcess
} from "./LiveProcess.ts"

const inProcess = (
  test: (world: World) => Effect.Effect<void, unknown, Services>,
  changes: Record<string, unknown> = {}
) => Effect.flatMap(aWorld(changes), (world) => withProcess(world)(test(world)))

/** Places while an answer that never comes is waited for. */
const placeAndWait = Effect.gen(function* () {
  const placing = yield* Effect.forkChild(place())
  yield* TestClock.adjust("31 seconds")
  return yield* Fiber.join(placing)
})

describe("D1: many orders on one selection", () => {
  const limits = { trading: { max_selection_exposure: 5, max_concurrent_bets: 100 } }

  it.effect("counts what is in flight at full risk", () =>
    inProcess(
      ({ exchange }) =>
        Effect.gen(function* () {
          exchange.faults.push("silent")
          const orders = Array.from({ length: 10 }, (_, n) =>
            place({ id: n + 1, slot: `${n}`, order: limit(300, 400) })
          )
          const placing = yield* Effect.forkChild(Effect.all(orders, { concurrency: "unbounded" }))
          yield* TestClock.adjust("1 second")
          expect(yield* exposure).toBe(400)
          expect(exchange.orders.size).toBe(1)
          yield* TestClock.adjust("1 minute")
          const outcomes = yield* Fiber.join(placing)
          expect(outcomes.filter((outcome) => !("id" in outcome))).toHaveLength(9)
          expect(exchange.placed).toHaveLength(1)
        }),
      limits
    )
  )
})

describe("D2: the answer is lost though the order has arrived", () => {
  it.effect("adopts the order by its reference from the stream", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push("unanswered")
        expect(yield* place()).toMatchObject({ status: "unknown" })
        expect(yield* exposure).toBe(200)
        exchange.match(exchange.only(), 0.5)
        yield* exchange.tell(exchange.only())
        yield* pass("10 millis")
        expect(yield* onlyRow).toMatchObject({ status: "partially_matched", betfairBetId: "1000", note: null })
        expect(yield* (yield* Executor).cancelBet(yield* onlyRow)).toBeNull()
        yield* pass("10 millis")
        expect(yield* onlyRow).toMatchObject({ status: "matched", sizeCancelled: 150 })
        expect(yield* exposure).toBe(50)
      })
    )
  )

  it.effect("adopts it from the list of current orders, and never sends it again", () =>
    inProcess(({ exchange, notifications }) =>
      Effect.gen(function* () {
        exchange.faults.push("unanswered")
        yield* place()
        expect(notifications.map(({ _tag }) => _tag)).toEqual(["BetUnknown"])
        yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "placed", betfairBetId: "1000" })
        expect(exchange.placed).toHaveLength(1)
      })
    )
  )

  it.effect("takes the market from the strategy until the outcome is known", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push("unanswered")
        yield* place()
        expect(yield* place({ id: 2, runner: 2 })).toMatchObject({ reason: "outcome_unknown" })
        yield* compare
        expect(yield* place({ id: 2, runner: 2 })).toMatchObject({ status: "placed" })
      })
    )
  )

  it.effect("finds it among the cleared orders when it has ended meanwhile", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push("duplicate")
        expect(yield* place()).toMatchObject({ status: "unknown", note: "FAILURE DUPLICATE_TRANSACTION" })
        exchange.only().lapsed = 2
        yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "lapsed" })
        expect(yield* exposure).toBe(0)
      })
    )
  )
})

describe("D3 to D5: no answer, a bug, an instruction that timed out", () => {
  const faults: ReadonlyArray<Fault> = ["silent", "defect", "timeout report", "says nothing", "unanswered"]

  it.effect.each(faults)("%s: unknown, at full risk, until the exchange has it", (fault) =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push(fault)
        expect(yield* placeAndWait).toMatchObject({ status: "unknown" })
        expect(yield* exposure).toBe(200)
        exchange.match(exchange.only(), 2)
        yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "matched", betfairBetId: "1000" })
        expect(yield* exposure).toBe(200)
        expect(exchange.placed).toHaveLength(1)
      })
    )
  )

  it.effect("ends a bet that never arrived, but late and after asking often", () =>
    inProcess(({ exchange, notifications }) =>
      Effect.gen(function* () {
        exchange.faults.push("lost")
        yield* place()
        for (let times = 0; times < 10; times++) yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "unknown" })
        expect(yield* exposure).toBe(200)
        yield* pass("121 seconds")
        yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "rejected", note: "NEVER_REACHED_EXCHANGE" })
        expect(yield* exposure).toBe(0)
        expect(notifications.map(({ _tag }) => _tag)).toEqual(["BetUnknown", "BetNeverPlaced"])
      })
    )
  )

  it.effect("concludes nothing while the exchange cannot be asked", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push("lost")
        yield* place()
        exchange.isDown = true
        for (let times = 0; times < 10; times++) {
          expect(yield* Effect.isFailure(compare)).toBe(true)
          yield* pass("1 minute")
        }
        expect(yield* onlyRow).toMatchObject({ status: "unknown" })
        expect(yield* exposure).toBe(200)
      })
    )
  )

  it.effect("takes a request that never left for refused", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        exchange.faults.push("not connected")
        expect(yield* place()).toMatchObject({ status: "rejected", note: "NotConnected" })
        yield* pass("10 millis")
        expect(yield* exposure).toBe(0)
      })
    )
  )
})

describe("D6: a restart after the order was matched", () => {
  it.effect("counts the matched order, which no image of the stream has", () =>
    Effect.gen(function* () {
      const world = yield* aWorld({ trading: { max_selection_exposure: 5 } })
      const { exchange } = world
      yield* withProcess(world)(place({ order: limit(300, 400) }))
      exchange.match(exchange.only(), 4)
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* exchange.reconnect()
          yield* pass("10 millis")
          expect(yield* exposure).toBe(400)
          expect(yield* onlyRow).toMatchObject({ status: "matched" })
          expect(yield* place({ id: 2, slot: "other", order: limit(300, 400) })).toMatchObject({
            reason: "selection_exposure"
          })
        })
      )
      expect(exchange.placed).toHaveLength(1)
    })
  )
})

/** Replaces the only open bet at another price. */
const replace = (price: number) =>
  Effect.gen(function* () {
    const [bet] = [...(yield* OpenBets).all()]
    const order = { ...limit(price, bet!.sizeRemaining) }
    const changes = { id: 50, mode: "live", order, replaces: bet!.id } as const
    const approved = yield* (yield* RiskManager).reserve(request(changes))
    if (approved._tag === "Failure") return yield* Effect.die(approved.failure)
    const next = yield* (yield* Executor).replace(bet!, approved.success)
    yield* pass("10 millis")
    return { old: bet!, next, intended: Bet.fromIntent(intent(changes)) }
  })

describe("D7: replacing", () => {
  it.effect("tells of the order that was cancelled and not placed again", () =>
    inProcess(({ exchange, notifications }) =>
      Effect.gen(function* () {
        yield* place()
        exchange.faults.push("cancelled, not placed")
        const { next, old } = yield* replace(310)
        expect(next).toMatchObject({ status: "rejected", note: "CANCELLED_NOT_PLACED" })
        expect(notifications).toMatchObject([
          { _tag: "ReplacementLost", bet: { id: old.id }, code: "CANCELLED_NOT_PLACED" }
        ])
        expect(yield* rows).toMatchObject([{ status: "cancelled", sizeCancelled: 200 }, { status: "rejected" }])
        expect(yield* exposure).toBe(0)
      })
    )
  )

  it.effect("gives the new order the size that was still there to be cancelled", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        yield* place()
        exchange.match(exchange.only(), 0.8)
        yield* replace(310)
        yield* compare
        expect(yield* rows).toMatchObject([
          { status: "matched", sizeCancelled: 120, betfairBetId: "1000" },
          { status: "placed", sizeRemaining: 120, betfairBetId: "1001" }
        ])
        expect(yield* exposure).toBe(200)
      })
    )
  )

  it.effect.each(["unanswered", "silent", "timeout report"] as const)("%s: finds both orders again", (fault) =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        yield* place()
        exchange.faults.push(fault)
        const replacing = yield* Effect.forkChild(replace(310))
        yield* TestClock.adjust("31 seconds")
        expect(yield* Fiber.join(replacing)).toMatchObject({ next: { status: "unknown" } })
        yield* compare
        expect(yield* rows).toMatchObject([
          { status: "cancelled", betfairBetId: "1000" },
          { status: "placed", betfairBetId: "1001" }
        ])
        expect(exchange.replaced).toHaveLength(1)
      })
    )
  )

  it.effect("hears of the new order, which has the old one's reference, before the answer", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        yield* place()
        exchange.onExecuted = (order) => Effect.andThen(exchange.tell(order), Effect.sleep("1 second"))
        const replacing = yield* Effect.forkChild(replace(310))
        yield* pass("500 millis")
        expect((yield* rows)[1]).toMatchObject({ status: "placed", betfairBetId: "1001" })
        yield* TestClock.adjust("2 seconds")
        expect(yield* Fiber.join(replacing)).toMatchObject({ next: { status: "placed" } })
        expect(yield* compare).toBe(0)
      })
    )
  )

  it.effect("leaves the old order where the replacement was refused", () =>
    inProcess(({ exchange }) =>
      Effect.gen(function* () {
        yield* place()
        exchange.faults.push("refused")
        expect(yield* replace(310)).toMatchObject({ next: { status: "rejected" } })
        yield* compare
        expect(yield* rows).toMatchObject([{ status: "placed" }, { status: "rejected" }])
        expect(yield* exposure).toBe(200)
      })
    )
  )
})
