/**
 * The drills of LESSONS part 3 with the whole live bot at the sandbox: what a bot with money at stake must do where the
 * reference framework loses sight of an order. Amounts are those of its table.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { Executor } from "../../src/execution/Executor.ts"
import { DecisionRepository } from "../../src/persistence/DecisionRepository.ts"
import type { Fault } from "../../src/sandbox/faults/Fault.ts"
import {
  backing,
  type Drill,
  execute,
  exposure,
  matchAt,
  open,
  rowOnce,
  rowOf,
  rows,
  target,
  until,
  withBot
} from "./LiveDrill.ts"

/** Only the stream tells of orders. */
const noLists = ["listCurrentOrders", "listClearedOrders"].map(
  (operation) => ({ operation, action: "http-error", status: 503 }) as Fault
)
/** Only the lists tell of orders: what the stream says of them is lost. */
const noStream: Fault = { operation: "ocm", action: "skip" }

/** Orders and stakes that the exchange has. */
const staked = (drill: Drill) =>
  Effect.map(drill.truth, ({ current }) => ({
    orders: current.length,
    size: current.reduce((sum, { priceSize }) => sum + priceSize.size, 0)
  }))

describe("D1: ten BACK 4.00 on one selection where 5.00 may be lost", () => {
  const trading = { max_selection_exposure: 5, max_concurrent_bets: 100 }

  it.live("places one of ten signals of one evaluation", () =>
    Effect.gen(function* () {
      const drill = yield* open({ trading })
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          const ten = Array.from({ length: 10 }, (_, slot) => backing(to, to.waiting, 400, `${slot}`))
          let isAskedAgain = false
          drill.wish(to.marketId, () => {
            // In the next cycle: the ten have been answered then.
            drill.wish(to.marketId, () => ((isAskedAgain = true), []))
            return ten
          })
          yield* until(
            Effect.sync(() => isAskedAgain),
            (is) => is
          )
          const denials = yield* until(
            (yield* DecisionRepository).onMarket("live", to.marketId),
            ({ length }) => length > 0
          )
          expect(denials).toMatchObject([{ denial: { reason: "selection_exposure", value: 800, limit: 500 } }])
          yield* rowOnce(({ status }) => status === "placed")
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
          expect(yield* exposure).toBe(400)
        })
      )
    })
  )

  it.live("D1b: places one of ten that are sent side by side, with no answer back yet", () =>
    Effect.gen(function* () {
      const drill = yield* open({ trading })
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject({ operation: "placeOrders", action: "delay-response", delayMs: 500 })
          const outcomes = yield* Effect.all(
            Array.from({ length: 10 }, (_, slot) => execute(to, backing(to, to.waiting, 400, `${slot}`))),
            { concurrency: "unbounded" }
          )
          const denied = outcomes.filter(({ _tag }) => _tag === "Denied")
          expect(denied).toHaveLength(9)
          for (const one of denied) expect(one).toMatchObject({ denial: { reason: "selection_exposure" } })
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
          expect(yield* exposure).toBe(400)
        })
      )
    })
  )
})

describe("D2: the answer to placeOrders is lost though the order has arrived", () => {
  const losses = {
    "the connection is cut": { operation: "placeOrders", action: "drop-response", count: 1 },
    "a second try is answered DUPLICATE_TRANSACTION": { operation: "placeOrders", action: "double-request", count: 1 }
  } satisfies Record<string, Fault>

  it.live.each(Object.entries(losses))("%s: adopts the order from the stream", ([, lost]) =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject(lost, ...noLists)
          const outcome = yield* execute(to, backing(to, to.waiting, 400))
          expect(outcome).toMatchObject({ _tag: "Placed", bet: { status: "unknown" } })
          expect(yield* exposure).toBe(400)
          const placed = yield* rowOnce(({ status }) => status === "placed")
          const { current } = yield* drill.truth
          expect(current.map(({ betId }) => betId)).toEqual([placed.betfairBetId])
          yield* matchAt(drill, to, to.waiting)
          yield* rowOnce(({ status }) => status === "matched")
          expect(yield* exposure).toBe(400)
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
        })
      )
    })
  )

  it.live.each(Object.entries(losses))("%s: adopts it from listCurrentOrders, and can cancel it", ([, lost]) =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject(lost, noStream)
          const outcome = yield* execute(to, backing(to, to.waiting, 400))
          expect(outcome).toMatchObject({ _tag: "Placed", bet: { status: "unknown" } })
          expect(yield* exposure).toBe(400)
          const placed = yield* rowOnce(({ status }) => status === "placed")
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
          expect(yield* (yield* Executor).cancelBet(placed)).toBeNull()
          yield* rowOnce(({ status }) => status === "cancelled")
          expect((yield* drill.truth).cleared.CANCELLED).toMatchObject([{ sizeCancelled: 4 }])
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )

  it.live("bets nothing more on the market until it knows", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject(losses["the connection is cut"], noStream, ...noLists)
          yield* execute(to, backing(to, to.waiting, 400))
          expect(yield* execute(to, backing(to, to.waiting, 200, "another"))).toMatchObject({
            _tag: "Denied",
            denial: { reason: "outcome_unknown" }
          })
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
        })
      )
    })
  )
})

describe("D3: every call times out", () => {
  it.live("takes unknown for neither dead nor done, and adopts the order when the stream has it", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          const silent = ["placeOrders", "cancelOrders", "listCurrentOrders", "listClearedOrders"].map(
            (operation) => ({ operation, action: "delay-response", delayMs: 60_000 }) as Fault
          )
          const [hearAgain] = yield* drill.inject({ operation: "ocm", action: "cut" }, ...silent)
          expect(yield* execute(to, backing(to, to.waiting, 400))).toMatchObject({ bet: { status: "unknown" } })
          yield* until(drill.struck("listCurrentOrders"), (times) => times >= 2)
          yield* rowOnce(({ status }) => status === "unknown")
          expect(yield* exposure).toBe(400)
          expect(yield* drill.struck("placeOrders")).toBe(1)
          expect(drill.told("BetUnknown")).toBe(1)

          yield* hearAgain!
          const placed = yield* rowOnce(({ status }) => status === "placed")
          expect(placed.sizeRemaining).toBe(400)
          expect(yield* exposure).toBe(400)

          // A cancellation that is not answered is no cancellation either.
          expect(yield* (yield* Executor).cancelBet(placed)).toBeNull()
          yield* rowOnce(({ status }) => status === "cancelled")
          expect((yield* drill.truth).cleared.CANCELLED).toMatchObject([{ sizeCancelled: 4 }])
          expect(yield* exposure).toBe(0)
          expect(yield* drill.struck("placeOrders")).toBe(1)
        })
      )
    })
  )
})

describe("D4: a defect inside the call", () => {
  /** Breaks where the answer should be handed over: the order has been placed. */
  const breaks = Layer.effect(
    BettingApi,
    Effect.map(BettingApi, (api) => ({
      ...api,
      placeOrders: (params: Parameters<typeof api.placeOrders>[0]) =>
        Effect.andThen(api.placeOrders(params), Effect.die(new TypeError("undefined is not a function")))
    }))
  )

  it.live("leaves the order unknown at full risk, and finds it", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(
        drill,
        breaks
      )(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject(noStream, ...noLists)
          expect(yield* execute(to, backing(to, to.waiting, 400))).toMatchObject({ bet: { status: "unknown" } })
          expect(yield* exposure).toBe(400)
          yield* drill.sandbox.faults.clear
          const placed = yield* rowOnce(({ status }) => status === "placed")
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
          expect(yield* (yield* Executor).cancelBet(placed)).toBeNull()
          yield* rowOnce(({ status }) => status === "cancelled")
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )
})

describe("D5: the instruction's report is TIMEOUT", () => {
  it.live("leaves the order unknown at full risk, and knows it when it is matched", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* drill.inject({ operation: "placeOrders", action: "timeout" }, noStream, ...noLists)
          expect(yield* execute(to, backing(to, to.waiting, 400))).toMatchObject({ bet: { status: "unknown" } })
          expect(yield* exposure).toBe(400)
          yield* matchAt(drill, to, to.waiting)
          yield* drill.sandbox.faults.clear
          const matched = yield* rowOnce(({ status }) => status === "matched")
          expect(matched.fills.reduce((sum, { size }) => sum + size, 0)).toBe(400)
          expect(yield* exposure).toBe(400)
          expect(yield* staked(drill)).toEqual({ orders: 1, size: 4 })
        })
      )
    })
  )
})

describe("D6: a restart after 40.00 was matched, which no image of the stream tells", () => {
  const trading = { max_selection_exposure: 42, max_stake_per_bet: 50 }

  /** How the order came to be matched, and what the bot knew of it when it ended. */
  const matches = {
    "the bot knew": ["taking", "matched"],
    "matched between two bots": ["waiting", "placed"],
    "matched, and the answer was lost": ["taking", "unknown"]
  } as const

  it.live.each(Object.entries(matches))("%s: the next bot counts it", ([, [at, known]]) =>
    Effect.gen(function* () {
      const drill = yield* open({ trading, isPersistent: true })
      const { before, to } = yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          if (known === "unknown") {
            yield* drill.inject({ operation: "placeOrders", action: "drop-response" }, noStream, ...noLists)
          }
          yield* execute(to, backing(to, to[at], 4000))
          return { before: yield* rowOnce(({ status }) => status === known), to }
        })
      )
      if (at === "waiting") yield* matchAt(drill, to, to.waiting)
      yield* drill.sandbox.faults.clear
      expect((yield* drill.truth).current).toMatchObject([{ sizeMatched: 40, status: "EXECUTION_COMPLETE" }])
      yield* withBot(drill)(
        Effect.gen(function* () {
          expect(yield* exposure).toBe(4000)
          expect(yield* rowOf(before.id, ({ status }) => status === "matched")).toMatchObject({ sizeRemaining: 0 })
          yield* target
          expect(yield* execute(to, backing(to, to.waiting, 400, "next"))).toMatchObject({
            _tag: "Denied",
            denial: { reason: "selection_exposure" }
          })
        })
      )
      expect(yield* staked(drill)).toEqual({ orders: 1, size: 40 })
    })
  )
})

describe("D7: replaceOrders cancels, and the new order is refused", () => {
  it.live("tells the strategy and the owner that the order is lost", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const to = yield* target
          yield* execute(to, backing(to, to.waiting, 400))
          const old = yield* rowOnce(({ status }) => status === "placed")
          yield* drill.inject({ operation: "replaceOrders", action: "processed-with-errors" })
          drill.wish(to.marketId, ({ openBets: [bet] }) => [
            { _tag: "Replace", betId: bet!.id, price: to.taking, reason: "drill" }
          ])
          yield* until(
            Effect.sync(() => drill.lost),
            ({ length }) => length > 0
          )
          expect(drill.lost).toEqual([`${old.id} CANCELLED_NOT_PLACED`])
          yield* until(rows, (all) => all.map(({ status }) => status).join() === "cancelled,rejected")
          expect((yield* rows)[1]).toMatchObject({ note: "CANCELLED_NOT_PLACED", replaces: old.id })
          expect(drill.notifications.filter(({ _tag }) => _tag === "ReplacementLost")).toMatchObject([
            { bet: { id: old.id }, code: "CANCELLED_NOT_PLACED" }
          ])
          expect(yield* staked(drill)).toEqual({ orders: 0, size: 0 })
          expect((yield* OpenBets).count()).toBe(0)
          expect(yield* exposure).toBe(0)
        })
      )
    })
  )
})
