import { it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { seal } from "../../src/domain/ApprovedOrder.ts"
import * as Bet from "../../src/domain/Bet.ts"
import type { SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import { Executor } from "../../src/execution/Executor.ts"
import * as ExecutorPaper from "../../src/execution/ExecutorPaper.ts"
import { PaperVenue } from "../../src/execution/PaperVenue.ts"
import { Books } from "../../src/market/Books.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as BetRepositoryMemory from "../../src/persistence/BetRepositoryMemory.ts"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { betId, definition, limitOrder, marketId, message, startAt } from "./builders.ts"

const options = {
  profile: "default",
  placeLatencyMs: Duration.millis(120),
  cancelLatencyMs: Duration.millis(170),
  updateLatencyMs: Duration.millis(150),
  replaceLatencyMs: Duration.millis(280)
} as const

const executorOn = <E, R>(repository: Layer.Layer<BetRepository, E, R>) =>
  ExecutorPaper.layer("paper").pipe(
    Layer.provideMerge(PaperVenue.layer(options)),
    Layer.provideMerge(Books.layer),
    Layer.provideMerge(repository)
  )

const layer = executorOn(BetRepositoryMemory.layer)

const intent = (slot: string, changes: Partial<Bet.BetIntent> = {}): Bet.BetIntent => ({
  id: betId(),
  mode: "paper",
  strategyId: "one" as StrategyId,
  marketId,
  selectionId: 1 as SelectionId,
  handicap: 0,
  side: "BACK",
  slot,
  order: limitOrder(310, 500),
  confidence: 1,
  probability: null,
  reason: "test",
  replaces: null,
  createdAt: startAt,
  ...changes
})

const update = (at: number) => Effect.map(Books, (books) => void books.apply(message(startAt + at, [])))

const open = Effect.gen(function* () {
  yield* TestClock.setTime(startAt)
  const books = yield* Books
  books.apply(message(startAt, [{ id: 1, atb: [[3, 10]], atl: [[3.1, 20]] }], definition()))
})

const unavailable = new StorageFailure({ operation: "create", kind: "unavailable", message: "the database is away" })

describe("ExecutorPaper.executeSignal", () => {
  it.effect("commits the intent as pending and lets the venue answer", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const repository = yield* BetRepository
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")))
      expect(bet.status).toBe("pending")
      expect(yield* repository.byId(bet.id)).toEqual(bet)
      expect(venue.waiting()).toBe(false)
      yield* update(200)
      expect(venue.takeUpdates().map(({ betId, event }) => [betId, event._tag])).toEqual([[bet.id, "Updated"]])
    }).pipe(Effect.provide(layer))
  )

  it.effect("hands the order over only once it is committed, even to a fiber that is interrupted", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const fiber = yield* Effect.forkChild(executor.executeSignal(seal(intent("a"))))
      yield* TestClock.adjust("999 millis")
      expect(venue.cancelAll(startAt)).toBe(0)
      const stopping = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(stopping)
      expect(venue.cancelAll(startAt)).toBe(1)
    }).pipe(Effect.provide(executorOn(slow)))
  )

  it.effect("hands nothing over when the intent could not be committed", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const failure = yield* Effect.flip(executor.executeSignal(seal(intent("a"))))
      expect(failure.kind).toBe("unavailable")
      yield* update(200)
      expect(venue.waiting()).toBe(false)
      expect(yield* executor.metrics).toEqual({ placed: 0, rejected: 0, unknown: 0, cancelled: 0 })
    }).pipe(Effect.provide(executorOn(failing)))
  )

  it.effect("logs the placement with the fields people look for", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const bet = yield* executor.executeSignal(seal(intent("a")))
      expect(logged).toMatchObject({
        bet_id: bet.id,
        betfair_bet_id: `paper-${bet.id.replaceAll("-", "")}`,
        market_id: marketId,
        side: "BACK",
        odds: 3.1,
        stake: 5,
        paper_trading: true
      })
    }).pipe(Effect.provide(Layer.merge(layer, Logger.layer([catching]))))
  )
})

/** A repository that takes a second to commit. */
const slow: Layer.Layer<BetRepository> = Layer.effect(
  BetRepository,
  Effect.map(BetRepository, (memory) =>
    BetRepository.of({ ...memory, create: (bets) => Effect.delay(memory.create(bets), "1 second") })
  )
).pipe(Layer.provide(BetRepositoryMemory.layer))

const failing: Layer.Layer<BetRepository> = Layer.effect(
  BetRepository,
  Effect.map(BetRepository, (memory) => BetRepository.of({ ...memory, create: () => Effect.fail(unavailable) }))
).pipe(Layer.provide(BetRepositoryMemory.layer))

let logged: Readonly<Record<string, unknown>> = {}
const catching = Logger.make(({ fiber }) => {
  logged = fiber.getRef(References.CurrentLogAnnotations)
})

describe("ExecutorPaper.executeBatch", () => {
  it.effect("commits all or none", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const failure = yield* Effect.flip(executor.executeBatch([seal(intent("a")), seal(intent("a"))]))
      expect(failure.kind).toBe("conflict")
      expect((yield* executor.executeBatch([seal(intent("a")), seal(intent("b"))])).length).toBe(2)
      expect(yield* executor.executeBatch([])).toEqual([])
      yield* update(200)
      expect(venue.takeUpdates().length).toBe(2)
    }).pipe(Effect.provide(layer))
  )
})

describe("ExecutorPaper.cancelBet", () => {
  it.effect("asks for what is unmatched, and says when there is nothing", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const bet = yield* executor.executeSignal(seal(intent("a")))
      yield* update(200)
      yield* TestClock.setTime(startAt + 200)
      expect(yield* executor.cancelBet(bet)).toBe(null)
      yield* update(400)
      expect(yield* executor.cancelBet(bet)).toEqual({ reason: "bet_not_found" })
      expect((yield* executor.metrics).cancelled).toBe(1)
    }).pipe(Effect.provide(layer))
  )
})

const suspended = (at: number) =>
  Effect.map(Books, (books) => {
    books.apply(message(startAt + at, [], definition({ status: "SUSPENDED", version: 2 })))
    books.apply(message(startAt + at, [], definition({ status: "OPEN", version: 2 })))
  })

describe("ExecutorPaper.updateBet", () => {
  it.effect.each([
    ["once its latency has passed", 400, false],
    ["not before", 350, true]
  ] as const)("lets the order persist through a suspension, %s", ([, suspendedAt, isLapsed]) =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")))
      yield* update(200)
      venue.takeUpdates()
      yield* TestClock.setTime(startAt + 200)
      expect(yield* executor.updateBet(bet, "PERSIST")).toBe(null)
      yield* suspended(suspendedAt)
      const told = venue.takeUpdates().map(({ event }) => Bet.transition(bet, event).status)
      expect(told).toEqual(isLapsed ? ["lapsed"] : [])
    }).pipe(Effect.provide(layer))
  )

  it.effect("says when there is nothing to change", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const bet = yield* executor.executeSignal(seal(intent("a", { order: limitOrder(300, 500) })))
      yield* update(200)
      expect(yield* executor.updateBet(bet, "PERSIST")).toEqual({ reason: "bet_not_found" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("holds for the order that takes its place", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")))
      yield* update(200)
      yield* TestClock.setTime(startAt + 200)
      yield* executor.updateBet(bet, "PERSIST")
      yield* update(400)
      yield* TestClock.setTime(startAt + 400)
      const next = intent("b", { order: limitOrder(320, 500), replaces: bet.id })
      const replacement = yield* executor.replace(bet, seal(next))
      yield* update(800)
      venue.takeUpdates()
      yield* suspended(900)
      expect(venue.takeUpdates()).toEqual([])
      expect(yield* executor.cancelBet(replacement)).toBe(null)
    }).pipe(Effect.provide(layer))
  )
})

describe("ExecutorPaper.executeSignal for a version of the market", () => {
  it.effect.each([
    [1, "placed"],
    [2, "rejected"]
  ] as const)("version %s: %s", ([marketVersion, expected]) =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")), { marketVersion })
      yield* update(200)
      expect(venue.takeUpdates().map(({ event }) => Bet.transition(bet, event).status)).toEqual([expected])
    }).pipe(Effect.provide(layer))
  )

  it.effect("holds for replacements", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")))
      yield* update(200)
      venue.takeUpdates()
      yield* TestClock.setTime(startAt + 200)
      const next = intent("b", { order: limitOrder(320, 500), replaces: bet.id })
      const replacement = yield* executor.replace(bet, seal(next), { marketVersion: 2 })
      yield* update(600)
      const told = new Map(venue.takeUpdates().map(({ betId, event }) => [betId, event]))
      expect(Bet.transition(replacement, told.get(replacement.id)!).note).toBe("BET_TAKEN_OR_LAPSED")
    }).pipe(Effect.provide(layer))
  )
})

describe("ExecutorPaper.replace", () => {
  it.effect("commits the replacement and moves the order", () =>
    Effect.gen(function* () {
      yield* open
      const executor = yield* Executor
      const repository = yield* BetRepository
      const venue = yield* PaperVenue
      const bet = yield* executor.executeSignal(seal(intent("a")))
      yield* update(200)
      venue.takeUpdates()
      yield* TestClock.setTime(startAt + 200)
      const next = intent("b", { order: limitOrder(300, 500), replaces: bet.id })
      const replacement = yield* executor.replace(bet, seal(next))
      expect(yield* repository.byId(replacement.id)).toMatchObject({ status: "pending", replaces: bet.id })
      yield* update(600)
      const statuses = venue.takeUpdates().map(({ betId, event }) => {
        const of = betId === bet.id ? bet : replacement
        return [betId, Bet.transition(of, event).status]
      })
      expect(statuses.toSorted()).toEqual([
        [bet.id, "cancelled"],
        [replacement.id, "matched"]
      ])
    }).pipe(Effect.provide(layer))
  )
})

describe("a process that dies between commit and venue", () => {
  it.effect("finds its intent pending and has it refused", () =>
    Effect.gen(function* () {
      const repository = yield* BetRepository
      const lost = Bet.fromIntent(intent("a"))
      yield* repository.create([lost])
      const executor = yield* Executor
      yield* executor.resume(yield* repository.open("paper"))
      const venue = yield* PaperVenue
      const [told] = venue.takeUpdates()
      expect(Bet.transition(lost, told!.event)).toMatchObject({ status: "rejected", note: "NOT_SENT" })
    }).pipe(Effect.provide(layer))
  )
})
