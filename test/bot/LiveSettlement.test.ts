import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { MarketSettlement } from "../../src/bot/MarketSettlement.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { market, noon } from "../risk/Builders.ts"
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

const inProcess = (test: (world: World) => Effect.Effect<void, unknown, Services>) =>
  Effect.flatMap(aWorld(), (world) => withProcess(world)(test(world)))

/** A definition that says the opposite of what the exchange will say: it must not matter. */
const closed: MarketDefinition = market({
  status: "CLOSED",
  runners: market().runners.map((runner) => ({ ...runner, status: "LOSER" as const }))
})

const tellClosed = Effect.map(MarketSettlement, (settlement) => settlement.closed(closed))

const run = Effect.flatMap(MarketSettlement, (settlement) => (settlement.pending() ? settlement.run : Effect.void))

const bankroll = Effect.flatMap(RiskManager, ({ riskMetrics }) => Effect.map(riskMetrics, ({ bankroll }) => bankroll))

const matchedBets = Effect.fnUntraced(function* (world: World, sizes: ReadonlyArray<number>) {
  for (const [n, size] of sizes.entries()) {
    yield* place({ id: n + 1, slot: `${n}`, strategyId: `s${n}` as never })
    world.exchange.match([...world.exchange.orders.values()].at(-1)!, size)
  }
  yield* compare
})

describe("settlement with real money", () => {
  it.effect("takes the exchange's profits, and shares its commission out to the penny", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        world.exchange.commissionRate = 0.05
        yield* matchedBets(world, [2, 1.11, 0])
        yield* tellClosed
        yield* run
        expect((yield* rows).map(({ status }) => status)).toEqual(["matched", "partially_matched", "placed"])
        world.exchange.settle("1.1", 2.03, noon + 5000)
        yield* pass("1 minute")
        yield* run
        // 4.06 and 2.25 are 6.31; 5 % of it are 0.32.
        expect(yield* rows).toMatchObject([
          { status: "settled", settlement: { profit: 406, commission: 21 } },
          { status: "settled", settlement: { profit: 225, commission: 11 }, sizeLapsed: 89 },
          { status: "lapsed", settlement: null }
        ])
        expect(yield* bankroll).toBe(100_000 + 406 + 225 - 32)
        expect(yield* exposure).toBe(0)
        const told = world.notifications.map(({ _tag }) => _tag)
        expect(told.filter((tag) => tag !== "BetPlaced" && tag !== "ReconciliationDifference")).toEqual([
          "MarketSettled"
        ])
      })
    )
  )

  it.effect("waits for a market that the exchange has not settled, asking less and less often", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        yield* matchedBets(world, [2])
        yield* tellClosed
        const settlement = yield* MarketSettlement
        let asked = 0
        for (let seconds = 0; seconds < 600; seconds++) {
          if (settlement.pending()) asked++
          yield* run
          yield* pass("1 second")
        }
        expect(asked).toBeLessThan(20)
        expect(yield* onlyRow).toMatchObject({ status: "matched" })
        expect(yield* exposure).toBe(200)
      })
    )
  )

  it.effect("settles what was settled while nobody looked, and only the exchange tells of it", () =>
    Effect.gen(function* () {
      const world = yield* aWorld()
      yield* withProcess(world)(matchedBets(world, [2]))
      world.exchange.settle("1.1", -1, noon)
      yield* withProcess(world)(
        Effect.gen(function* () {
          yield* run
          expect(yield* onlyRow).toMatchObject({ status: "settled", settlement: { profit: -200, commission: 0 } })
          expect(yield* bankroll).toBe(99_800)
          yield* compare
          yield* run
          expect(yield* bankroll).toBe(99_800)
        })
      )
    })
  )

  it.effect("corrects a result that the exchange has corrected, and one that it has made void", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        yield* matchedBets(world, [2])
        const order = world.exchange.only()
        world.exchange.settle("1.1", 2, noon)
        yield* compare
        yield* run
        expect(yield* bankroll).toBe(100_400)
        order.profit = -2
        yield* pass("5 minutes")
        yield* compare
        yield* run
        expect(yield* onlyRow).toMatchObject({ settlement: { profit: -200 } })
        expect(yield* bankroll).toBe(99_800)
        Object.assign(order, { profit: null, voided: 2, matched: 0 })
        yield* tellClosed
        yield* run
        expect(yield* onlyRow).toMatchObject({ status: "settled", settlement: { profit: 0 } })
        expect(yield* bankroll).toBe(100_000)
      })
    )
  )

  it.effect("voids what the exchange has voided", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        yield* matchedBets(world, [2])
        Object.assign(world.exchange.only(), { voided: 2, matched: 0 })
        yield* compare
        expect(yield* onlyRow).toMatchObject({ status: "voided", sizeVoided: 200 })
        expect(yield* exposure).toBe(0)
        expect(yield* bankroll).toBe(100_000)
      })
    )
  )

  it.effect("shares the commission with orders that others made on the account", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        world.exchange.commissionRate = 0.05
        yield* matchedBets(world, [2])
        const other = world.exchange.addStranger({ strategyRef: "by hand" })
        world.exchange.match(other, 2)
        world.exchange.settle("1.1", 1, noon)
        yield* compare
        yield* run
        // 5 % of 4.00, half of which another made.
        expect(yield* rows).toMatchObject([{ settlement: { profit: 200, commission: 10 } }])
      })
    )
  )

  it.effect("leaves a bet open whose placing was not answered, until the reconciler knows", () =>
    inProcess((world) =>
      Effect.gen(function* () {
        world.exchange.faults.push("unanswered")
        yield* place()
        world.exchange.match(world.exchange.only(), 2)
        world.exchange.settle("1.1", 2, noon)
        yield* compare
        yield* run
        expect(yield* onlyRow).toMatchObject({ status: "settled", settlement: { profit: 400 } })
        expect(yield* bankroll).toBe(100_400)
      })
    )
  )
})
