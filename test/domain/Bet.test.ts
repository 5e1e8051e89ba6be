import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import {
  BetId,
  betIds,
  customerOrderRef,
  fromCustomerOrderRef,
  largestSelectionId,
  lowestHandicap,
  makeBetId,
  runnerKey,
  runnerOf
} from "../../src/domain/Identifiers.ts"
import type { MarketId, SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"

const intent: Bet.BetIntent = {
  id: makeBetId(1_000, () => 0.5),
  mode: "paper",
  strategyId: "simple_value" as StrategyId,
  marketId: "1.1" as MarketId,
  selectionId: 7 as SelectionId,
  handicap: 0,
  side: "BACK",
  slot: "",
  order: { _tag: "LIMIT", price: 300, size: 1000, persistence: "LAPSE" },
  confidence: 0.5,
  probability: null,
  reason: "test",
  replaces: null,
  createdAt: 1_000
}

const state = (changes: Partial<Bet.OrderState>): Bet.OrderState => ({
  betfairBetId: "9",
  placedAt: 1_100,
  fills: [],
  sizeRemaining: 1000,
  sizeCancelled: 0,
  sizeLapsed: 0,
  sizeVoided: 0,
  complete: false,
  ...changes
})
const updated = (at: number, changes: Partial<Bet.OrderState> = {}): Bet.BetEvent => ({
  _tag: "Updated",
  at,
  state: state(changes)
})
const fill = (at: number, size: number, price = 300) => ({ at, price, size })
const after = (...events: ReadonlyArray<Bet.BetEvent>) => events.reduce(Bet.transition, Bet.fromIntent(intent))

const accepted = updated(1_100)
const half = updated(2_000, { fills: [fill(2_000, 400)], sizeRemaining: 600 })
const whole = updated(3_000, { fills: [fill(2_000, 400), fill(3_000, 600)], sizeRemaining: 0, complete: true })
const cancelled = updated(3_000, { fills: [fill(2_000, 400)], sizeRemaining: 0, sizeCancelled: 600, complete: true })
const settled: Bet.BetEvent = { _tag: "Settled", at: 9_000, profit: 2000, commission: 100 }

describe("Bet.transition", () => {
  it("goes from intent to settlement", () => {
    expect(Bet.fromIntent(intent).status).toBe("pending")
    expect(after(accepted).status).toBe("placed")
    expect(after(accepted, half).status).toBe("partially_matched")
    expect(after(accepted, half, whole).status).toBe("matched")
    expect(after(accepted, half, whole, settled)).toMatchObject({
      status: "settled",
      settlement: { profit: 2000, commission: 100 }
    })
  })

  it("learns the exchange's id of an order that it has heard of before", () => {
    const unnamed = after(updated(1_100, { betfairBetId: null }))
    expect(unnamed.betfairBetId).toBeNull()
    expect(Bet.transition(unnamed, accepted).betfairBetId).toBe("9")
    expect(after(accepted, updated(1_200, { betfairBetId: null })).betfairBetId).toBe("9")
  })

  it("takes a later word on how the rest of an order ended", () => {
    const lapsed = after(updated(2_000, { sizeRemaining: 0, sizeLapsed: 1000, complete: true }))
    const killed = updated(2_001, { sizeRemaining: 0, sizeCancelled: 1000, complete: true })
    expect(Bet.transition(lapsed, killed)).toMatchObject({ status: "cancelled", sizeLapsed: 0, sizeCancelled: 1000 })
    expect(Bet.transition(lapsed, { ...killed, at: 1_999 })).toBe(lapsed)
  })

  it("keeps what was matched when the rest is cancelled", () => {
    expect(after(half, cancelled)).toMatchObject({ status: "matched", sizeCancelled: 600, cancelledAt: 3_000 })
  })

  it.each([
    ["cancelled", { sizeCancelled: 1000 }],
    ["lapsed", { sizeLapsed: 1000 }],
    ["voided", { sizeVoided: 1000 }]
  ])("ends as %s when nothing was matched", (status, changes) => {
    expect(after(updated(2_000, { ...changes, sizeRemaining: 0, complete: true })).status).toBe(status)
  })

  it("ignores what is late or comes twice: the very same object comes back", () => {
    const bet = after(accepted, half, whole)
    for (const old of [accepted, half, whole]) expect(Bet.transition(bet, old)).toBe(bet)
    const done = after(accepted, half, whole, settled)
    for (const old of [accepted, half, whole, settled]) expect(Bet.transition(done, old)).toBe(done)
  })

  it("takes an unknown bet for live until the venue has spoken", () => {
    const unknown = after({ _tag: "OutcomeUnknown", at: 1_500, cause: "timeout" })
    expect(unknown.status).toBe("unknown")
    expect(Bet.isOpen(unknown)).toBe(true)
    expect(Bet.transition(unknown, accepted).status).toBe("placed")
    expect(Bet.transition(unknown, { _tag: "Refused", at: 2_000, code: "INVALID_ODDS" }).status).toBe("rejected")
  })

  it("does not let a refusal undo an accepted bet", () => {
    const bet = after(accepted)
    expect(Bet.transition(bet, { _tag: "Refused", at: 2_000, code: "TIMEOUT" })).toBe(bet)
  })

  it("takes the lower price of a reduction factor, and the voiding of what was matched", () => {
    const reduced = updated(4_000, {
      fills: [fill(2_000, 400, 270), fill(3_000, 600, 270)],
      sizeRemaining: 0,
      complete: true
    })
    expect(Bet.transition(after(whole), reduced).fills[0]?.price).toBe(270)
    const voided = updated(4_000, { fills: [], sizeRemaining: 0, sizeVoided: 1000, complete: true })
    expect(Bet.transition(after(whole), voided).status).toBe("voided")
  })

  it("settles anew when the result is corrected", () => {
    const corrected = after(whole, settled, { _tag: "Settled", at: 9_500, profit: -1000, commission: 0 })
    expect(corrected.settlement).toEqual({ at: 9_500, profit: -1000, commission: 0 })
  })

  it.prop(
    "ends in the same state whatever the order and number of the messages",
    { order: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 }))) },
    ({ order }) => {
      const messages = [accepted, half, whole]
      const bet = after(...order.map((index) => messages[index]!), accepted, half, whole)
      expect({ ...bet, updatedAt: 0 }).toEqual({ ...after(accepted, half, whole), updatedAt: 0 })
    }
  )
})

describe("makeBetId", () => {
  it("makes a UUID of version 7 whose reference fits the exchange's 32 characters", () => {
    const id = makeBetId(Date.UTC(2026, 0, 1), () => 0.999999)
    expect(Schema.is(BetId)(id)).toBe(true)
    expect(customerOrderRef(id)).toMatch(/^[0-9a-f]{32}$/)
    expect(fromCustomerOrderRef(customerOrderRef(id))).toBe(id)
    for (const ref of ["", "mine", customerOrderRef(id).toUpperCase(), `${customerOrderRef(id)}0`, id]) {
      expect(fromCustomerOrderRef(ref)).toBeNull()
    }
  })

  it("sorts by time", () => {
    expect(makeBetId(1_000, () => 0.9) < makeBetId(1_001, () => 0.1)).toBe(true)
  })
})

describe("betIds", () => {
  it.prop(
    "sort in the order in which they were made, whatever the clock does",
    { steps: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 2 }))) },
    ({ steps }) => {
      const next = betIds()
      let now = 1_000
      const ids = steps.map((step) => next((now += step), () => 0.5))
      expect(ids).toEqual([...new Set(ids)].toSorted())
    }
  )

  it("go on when more are made in a millisecond than can be counted", () => {
    const next = betIds()
    const ids = Array.from({ length: 10_000 }, () => next(1_000, () => 0.5))
    expect(ids).toEqual([...new Set(ids)].toSorted())
    expect(ids.every(Schema.is(BetId))).toBe(true)
  })
})

describe("runnerKey", () => {
  const Line = Schema.Int.check(Schema.isBetween({ minimum: lowestHandicap * 4, maximum: -lowestHandicap * 4 - 1 }))
  const Selection = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: largestSelectionId }))

  it.prop("is made of a selection and a line, and gives both back", { id: Selection, line: Line }, ({ id, line }) => {
    const key = runnerKey(id, line / 4)
    expect(Number.isSafeInteger(key)).toBe(true)
    expect(runnerOf(key)).toEqual({ selectionId: id, handicap: line / 4 })
  })
})
