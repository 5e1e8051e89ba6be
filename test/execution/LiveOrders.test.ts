import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Bet } from "../../src/domain/Bet.ts"
import { LiveOrders } from "../../src/execution/LiveOrders.ts"
import { noon } from "../risk/Builders.ts"
import { liveBet, orderOf, orderState, placedBet } from "./LiveBuilders.ts"

const fresh = () => Effect.runSync(Effect.provide(LiveOrders, LiveOrders.layer))

const limitAt = (bet: Bet, price: number): Bet["order"] => ({ ...bet.order, price }) as Bet["order"]

const old = placedBet("1", { id: 1 })
const { customerOrderRef } = orderOf(old, "1")
const replacement = (id: number, price: number): Bet =>
  liveBet({ id, replaces: old.id, order: limitAt(old, price) as typeof old.order })
/** As the exchange has a replacement: with the reference of the first. */
const placedAs = (bet: Bet, betfairBetId: string) => orderOf(bet, betfairBetId, {}, { customerOrderRef })
const lost = { _tag: "OutcomeUnknown", at: noon, cause: "no answer" } as const

describe("LiveOrders", () => {
  it("knows a replacement by the reference of the first of its chain", () => {
    const known = fresh()
    known.resume([old])
    const next = replacement(2, 310)
    known.sending([next])
    known.hear(placedAs(next, "2"))
    const last = liveBet({ id: 3, replaces: next.id, order: limitAt(old, 320) as typeof old.order })
    known.sending([last])
    known.hear(placedAs(last, "3"))
    expect(known.take().map(({ betId }) => betId)).toEqual([next.id, last.id])
    expect(known.hasDoubts()).toBe(false)
  })

  it("does not take an order for a bet that was sent at another price", () => {
    const known = fresh()
    known.resume([old])
    const lostOne = replacement(2, 310)
    known.sending([lostOne])
    known.answered(lostOne.id, lost)
    const next = replacement(3, 320)
    known.sending([next])
    known.take()
    known.hear(placedAs(lostOne, "2"))
    expect(known.take()).toMatchObject([{ betId: lostOne.id, event: { state: { betfairBetId: "2" } } }])
  })

  it("leaves to the reconciler which of two equal bets an order is", () => {
    const known = fresh()
    known.resume([old])
    const [one, other] = [replacement(2, 310), replacement(3, 310)]
    known.sending([one, other])
    known.takeDoubts()
    known.hear(placedAs(one, "2"))
    expect(known.waiting()).toBe(false)
    expect(known.takeDoubts()).toEqual(["an order could not be told"])
  })

  it("takes what is told twice or late for the furthest that was told", () => {
    const known = fresh()
    known.resume([old])
    const state = (size: number) =>
      orderState(old, { betfairBetId: "1", sizeCancelled: size, sizeRemaining: 200 - size })
    for (const size of [50, 150, 100, 150]) known.tell(old.id, { _tag: "Updated", at: noon, state: state(size) })
    expect(known.take()).toMatchObject([{ event: { state: { sizeCancelled: 150 } } }])
  })
})
