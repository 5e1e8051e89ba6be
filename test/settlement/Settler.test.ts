import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Ref, Schema } from "effect"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { Settler } from "../../src/settlement/Settler.ts"
import { bet, betId, market, runners } from "./builders.ts"

/** The rows, and how often they were written. */
interface Table {
  readonly bets: ReadonlyArray<Bet>
  readonly writes: number
}

/** A settler over a table of bets, and the table. */
const setUp = Effect.fnUntraced(function* (bets: ReadonlyArray<Bet>, settings: unknown = {}) {
  const table = yield* Ref.make<Table>({ bets, writes: 0 })
  const none = Effect.succeed([])
  const repository = Layer.succeed(BetRepository, {
    create: () => Effect.void,
    update: (changed) =>
      Ref.update(table, ({ bets, writes }) => ({
        bets: bets.map((row) => changed.find(({ id }) => id === row.id) ?? row),
        writes: writes + 1
      })),
    byId: () => Effect.succeed(null),
    byBetfairBetId: () => Effect.succeed(null),
    open: () => none,
    onMarket: (mode, marketId) =>
      Effect.map(Ref.get(table), ({ bets }) => bets.filter((row) => row.mode === mode && row.marketId === marketId)),
    totalNet: () => Effect.succeed(0),
    settledBetween: () => none,
    recent: () => none,
    lastSettled: () => none,
    page: () => none
  })
  const configured = Layer.effect(Settings, Schema.decodeUnknownEffect(SettingsSchema)(settings))
  const settler = yield* Effect.provide(Settler, Settler.layer.pipe(Layer.provide([repository, configured])))
  return {
    settle: (changes: Partial<MarketDefinition> = {}, at = 9_000) => settler.settle("paper", market(changes), at),
    row: (n: number) => Effect.map(Ref.get(table), ({ bets }) => bets.find(({ id }) => id === betId(n))!),
    writes: Effect.map(Ref.get(table), ({ writes }) => writes)
  }
})

describe("Settler.settle", () => {
  it.effect("settles all bets of the market in one write and reports them with their sums", () =>
    Effect.gen(function* () {
      const { row, settle, writes } = yield* setUp([
        bet({ n: 1, strategyId: "a" }),
        bet({ n: 2, strategyId: "b", selectionId: 2 })
      ])
      const settled = yield* settle()
      expect(settled).toMatchObject({ profit: 1_000, commission: 50, net: 950, change: 950, lapsed: [] })
      expect(
        settled?.bets.map(({ bet, commission, net, previous, profit }) => [bet.id, profit, commission, net, previous])
      ).toEqual([
        [betId(1), 2_000, 50, 1_950, null],
        [betId(2), -1_000, 0, -1_000, null]
      ])
      expect(yield* row(1)).toMatchObject({
        status: "settled",
        settlement: { at: 9_000, profit: 2_000, commission: 50 }
      })
      expect(yield* row(2)).toMatchObject({
        status: "settled",
        settlement: { at: 9_000, profit: -1_000, commission: 0 }
      })
      expect(yield* writes).toBe(1)
    })
  )

  it.effect("changes nothing the second time", () =>
    Effect.gen(function* () {
      const { settle, writes } = yield* setUp([bet()])
      yield* settle()
      expect(yield* settle({}, 9_500)).toBeNull()
      expect(yield* writes).toBe(1)
    })
  )

  it.effect("corrects all amounts when the market closes again with another result", () =>
    Effect.gen(function* () {
      const { row, settle } = yield* setUp([
        bet({ n: 1 }),
        bet({ n: 2, selectionId: 2 }),
        bet({ n: 3, selectionId: 3 })
      ])
      yield* settle()
      const corrected = yield* settle({ runners: runners("LOSER", "WINNER", "LOSER") }, 9_500)
      expect(corrected).toMatchObject({ profit: 0, commission: 0, net: 0, change: 0 })
      expect(corrected?.bets.map(({ change, previous, profit }) => [profit, previous?.profit, change])).toEqual([
        [-1_000, 2_000, -3_000],
        [2_000, -1_000, 3_000],
        [-1_000, -1_000, 0]
      ])
      expect((yield* row(1)).settlement).toEqual({ at: 9_500, profit: -1_000, commission: 0 })
      expect((yield* row(3)).settlement?.at).toBe(9_000)
    })
  )

  it.effect("leaves a bet open whose placing was not answered: it may have fills nobody has told of", () =>
    Effect.gen(function* () {
      const unanswered = bet({ n: 2, status: "unknown", complete: false, fills: [], sizeRemaining: 1_000 })
      const { row, settle } = yield* setUp([bet({ n: 1 }), unanswered])
      expect((yield* settle())?.bets.length).toBe(1)
      expect((yield* row(2)).status).toBe("unknown")
    })
  )

  it.effect("ends what was never matched without profit, and leaves alone what the venue had ended", () =>
    Effect.gen(function* () {
      const waiting = { fills: [], complete: false, sizeRemaining: 1_000 }
      const cancelled = bet({ n: 2, fills: [], status: "cancelled", sizeCancelled: 1_000 })
      const { row, settle } = yield* setUp([bet({ n: 1, ...waiting, status: "placed" }), cancelled])
      const settled = yield* settle()
      expect(settled).toMatchObject({ bets: [], lapsed: [{ id: betId(1) }], net: 0 })
      expect(yield* row(1)).toMatchObject({ status: "lapsed", sizeLapsed: 1_000, sizeRemaining: 0, settlement: null })
      expect(yield* row(2)).toBe(cancelled)
    })
  )

  it.effect("settles the matched part of a bet and lets the rest lapse", () =>
    Effect.gen(function* () {
      const half = { status: "partially_matched", complete: false, sizeRemaining: 600 } as const
      const { row, settle } = yield* setUp([bet({ ...half, fills: [{ at: 1, price: 300, size: 400 }] })])
      expect(yield* settle()).toMatchObject({ profit: 800 })
      expect(yield* row(1)).toMatchObject({ status: "settled", sizeLapsed: 600, sizeRemaining: 0 })
    })
  )

  it.effect("settles a matched bet on a removed runner with nothing won or lost", () =>
    Effect.gen(function* () {
      const { row, settle } = yield* setUp([bet()])
      expect(yield* settle({ runners: runners("REMOVED", "WINNER") })).toMatchObject({ profit: 0, commission: 0 })
      expect(yield* row(1)).toMatchObject({ status: "settled", settlement: { profit: 0, commission: 0 } })
    })
  )

  it.effect("leaves bets open on a market without a result", () =>
    Effect.gen(function* () {
      const { row, settle } = yield* setUp([bet()])
      expect(yield* settle({ bettingType: "LINE" })).toBeNull()
      expect((yield* row(1)).status).toBe("matched")
    })
  )

  it.effect("does not touch another mode's bets", () =>
    Effect.gen(function* () {
      const { settle, writes } = yield* setUp([bet({ mode: "live" })])
      expect(yield* settle()).toBeNull()
      expect(yield* writes).toBe(0)
    })
  )

  it.effect("takes the account's discount from the settings", () =>
    Effect.gen(function* () {
      const { settle } = yield* setUp([bet()], { trading: { commission_discount: 0.4 } })
      expect(yield* settle()).toMatchObject({ profit: 2_000, commission: 60 })
    })
  )

  it.effect("settles by the reference's flat rate under its profile", () =>
    Effect.gen(function* () {
      const { settle } = yield* setUp([bet()], { paper: { profile: "flumine" } })
      expect(yield* settle({ marketBaseRate: 8 })).toMatchObject({ commission: 100 })
    })
  )
})
