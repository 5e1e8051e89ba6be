import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import { makeBetId, type MarketId, type SelectionId, type StrategyId } from "../../src/domain/Identifiers.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as BetRepositoryMemory from "../../src/persistence/BetRepositoryMemory.ts"
import * as BetsOfThisRun from "../../src/persistence/BetsOfThisRun.ts"

const marketId = "1.1" as MarketId

const bet = (at: number, selectionId = 7): Bet.Bet =>
  Bet.fromIntent({
    id: makeBetId(at, () => 0.5),
    mode: "replay",
    strategyId: "probe" as StrategyId,
    marketId,
    selectionId: selectionId as SelectionId,
    handicap: 0,
    side: "BACK",
    slot: "",
    order: { _tag: "LIMIT", price: 300, size: 200, persistence: "LAPSE" },
    confidence: 1,
    probability: null,
    reason: "test",
    replaces: null,
    createdAt: at
  })

const matched = (bet: Bet.Bet, at: number): Bet.Bet =>
  Bet.transition(bet, {
    _tag: "Updated",
    at,
    state: {
      ...bet,
      betfairBetId: bet.id,
      placedAt: at,
      fills: [{ at, price: 300, size: 200 }],
      sizeRemaining: 0,
      complete: true
    }
  })

const settled = (bet: Bet.Bet, at: number): Bet.Bet =>
  Bet.transition(bet, { _tag: "Settled", at, profit: 400, commission: 20 })

/** Runs `earlier` on a store, then `later` on the same store as another run sees it. */
const twoRuns = <A>(
  earlier: (bets: BetRepository["Service"]) => Effect.Effect<unknown, unknown>,
  later: (own: BetRepository["Service"], all: BetRepository["Service"]) => Effect.Effect<A, unknown>
) =>
  Effect.gen(function* () {
    const all = yield* BetRepository
    yield* earlier(all)
    const run = BetsOfThisRun.layer("replay").pipe(Layer.provide(Layer.succeed(BetRepository, all)))
    return yield* BetRepository.use((own) => later(own, all)).pipe(Effect.provide(Layer.fresh(run)))
  }).pipe(Effect.provide(BetRepositoryMemory.layer))

describe("BetsOfThisRun", () => {
  it.effect("hides what an earlier replay of the same market has left", () =>
    Effect.gen(function* () {
      const old = bet(1_000)
      const seen = yield* twoRuns(
        (bets) => Effect.andThen(bets.create([old]), bets.update([settled(matched(old, 2_000), 3_000)])),
        (own) =>
          Effect.all([own.onMarket("replay", marketId), own.settledBetween("replay", 0, 9_000), own.byId(old.id)])
      )
      expect(seen).toEqual([[], [], null])
    })
  )

  it.effect("sees its own bets", () =>
    Effect.gen(function* () {
      const mine = bet(5_000)
      const seen = yield* twoRuns(
        () => Effect.void,
        (own) => Effect.andThen(own.create([mine]), own.open("replay"))
      )
      expect(seen.map(({ id }) => id)).toEqual([mine.id])
    })
  )

  it.effect("voids what an abandoned replay has left open, so that the same bet can be made again", () =>
    Effect.gen(function* () {
      const [sent, waiting] = [bet(1_000, 7), bet(1_001, 8)]
      const again = [bet(5_000, 7), bet(5_001, 8)]
      const statuses = yield* twoRuns(
        (bets) => Effect.andThen(bets.create([sent, waiting]), bets.update([matched(sent, 2_000)])),
        (own, all) =>
          Effect.andThen(
            own.create(again),
            Effect.forEach([sent, waiting], ({ id }) => Effect.map(all.byId(id), (bet) => bet?.status))
          )
      )
      expect(statuses).toEqual(["voided", "rejected"])
    })
  )
})
