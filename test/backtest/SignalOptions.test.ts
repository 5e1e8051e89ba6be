/** What a strategy may say of an order beside its price and size, through the whole bot to the venue. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Bet } from "../../src/domain/Bet.ts"
import type { SelectionId } from "../../src/domain/Identifiers.ts"
import type { PlaceSignal, Signal } from "../../src/domain/Signal.ts"
import * as Strategy from "../../src/strategy/Strategy.ts"
import { play, race } from "./ScriptedMarket.ts"

const back: PlaceSignal = {
  _tag: "Place",
  selectionId: 1 as SelectionId,
  side: "BACK",
  order: { _tag: "LIMIT", price: 320 },
  sizing: { _tag: "FIXED", amount: 200 },
  confidence: 1,
  reason: "test"
}

/** Gives the first signal at its first look, and then asks what to do with the open bet, until it has asked for something. */
const strategy = (first: PlaceSignal, then: (bet: Bet) => Signal | null = () => null) => {
  let isPlaced = false
  let isAsked = false
  return {
    name: "Scripted",
    kind: Strategy.define({
      name: "scripted",
      description: "Does what the test says",
      parameters: Schema.Struct({}),
      traits: { inPlay: true, needsPrediction: false, window: { from: Infinity, to: -Infinity } },
      make: () => ({
        evaluate: ({ openBets }) => {
          if (!isPlaced) {
            isPlaced = true
            return [first]
          }
          const bet = openBets.find(({ placedAt }) => placedAt !== null)
          const signal = bet === undefined || isAsked ? null : then(bet)
          if (signal === null) return []
          isAsked = true
          return [signal]
        }
      })
    })
  }
}

/** Is placed with the second message, may ask for something then, is suspended with the fourth and traded in play. */
const untilInPlay = () => {
  const market = race()
  return [
    market.opens(),
    market.quotes(1, { back: 3 }),
    market.quotes(1, { back: 3 }),
    market.suspends(),
    market.turnsInPlay(),
    market.trades(1, 3.2, 100),
    market.closes(1)
  ]
}

describe("an order's options", () => {
  it.effect.each(["default", "flumine"] as const)(
    "let a persistence be changed while the order rests (%s)",
    (profile) =>
      Effect.gen(function* () {
        const kept = strategy(back, ({ id }) => ({ _tag: "Update", betId: id, persistence: "PERSIST", reason: "test" }))
        const [persisting] = yield* play(kept, profile, untilInPlay())
        const [lapsing] = yield* play(strategy(back), profile, untilInPlay())
        expect(persisting!.bet).toMatchObject({ status: "settled", settlement: { profit: 440 } })
        expect(lapsing!.bet).toMatchObject({ status: "lapsed", sizeLapsed: 200 })
      })
  )

  it.effect.each(["default", "flumine"] as const)(
    "let an order lapse under another version of the market (%s)",
    (profile) =>
      Effect.gen(function* () {
        const [right] = yield* play(strategy({ ...back, marketVersion: 1 }), profile, untilInPlay())
        const [wrong] = yield* play(strategy({ ...back, marketVersion: 7 }), profile, untilInPlay())
        expect(right!.order.refusal).toBeNull()
        expect(wrong!.order.refusal).toBe("BET_TAKEN_OR_LAPSED")
      })
  )

  it.effect("say of a replacement, too, for which version it is meant", () =>
    Effect.gen(function* () {
      const moved = strategy(back, ({ id }) => ({
        _tag: "Replace",
        betId: id,
        price: 310,
        reason: "test",
        marketVersion: 7
      }))
      const [, replacement] = yield* play(moved, "default", untilInPlay())
      expect(replacement!.order.refusal).toBe("BET_TAKEN_OR_LAPSED")
    })
  )
})
