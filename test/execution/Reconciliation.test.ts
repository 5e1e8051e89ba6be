import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import type { BetId } from "../../src/domain/Identifiers.ts"
import { type Comparison, neverReached, reconcile } from "../../src/execution/Reconciliation.ts"
import { betId, noon } from "../risk/Builders.ts"
import {
  clearedOf,
  liveBet,
  matchedState,
  orderOf,
  orderState,
  placedBet,
  settledAs,
  strategyRef
} from "./LiveBuilders.ts"

const patience = { afterMs: 60_000, passes: 3 }

const comparing = (changes: Partial<Comparison>): Comparison => ({
  askedAt: noon + 1000,
  bets: [],
  asked: new Set((changes.bets ?? []).map(({ id }) => id)),
  current: [],
  cleared: [],
  inFlight: new Set(),
  absences: new Map(),
  strategyRef,
  patience,
  ...changes
})

/** The bets after what has to be done is done. */
const done = (comparison: Comparison): ReadonlyArray<Bet.Bet> => {
  const bets = new Map(comparison.bets.map((bet) => [bet.id, bet]))
  for (const action of reconcile(comparison).actions) {
    if (action._tag === "Tell") bets.set(action.bet.id, Bet.transition(bets.get(action.bet.id)!, action.event))
  }
  return [...bets.values()]
}

const unknown = (bet: Bet.Bet) =>
  Bet.transition(bet, { _tag: "OutcomeUnknown", at: bet.createdAt, cause: "no answer in time" })

/** An order that was cancelled for another, whose placing was not answered. */
const replaced = () => {
  const old = placedBet("1", { id: 1 })
  const { customerOrderRef } = orderOf(old, "1")
  const order = { ...old.order, price: 310 } as typeof old.order
  const next = unknown(liveBet({ id: 2, replaces: old.id, order }))
  return { old, next, customerOrderRef, cleared: [clearedOf(old, "1", { cancelled: 200 })] }
}

describe("reconcile", () => {
  it("finds an unknown bet by its reference", () => {
    const bet = unknown(liveBet())
    const [found] = done(comparing({ bets: [bet], current: [orderOf(bet, "1", matchedState(bet, 50))] }))
    expect(found).toMatchObject({ status: "partially_matched", betfairBetId: "1", note: null, sizeRemaining: 150 })
  })

  it("finds one that has ended before anybody asked", () => {
    const bet = unknown(liveBet())
    const [lapsed] = done(comparing({ bets: [bet], cleared: [clearedOf(bet, "1", { lapsed: 200 })] }))
    expect(lapsed).toMatchObject({ status: "lapsed", sizeLapsed: 200 })
    const settled = comparing({ bets: [bet], cleared: [clearedOf(bet, "1", settledAs(bet, 400))] })
    expect(done(settled)).toMatchObject([{ status: "matched", fills: [{ size: 200 }] }])
    expect([...reconcile(settled).settled]).toEqual([bet.marketId])
  })

  it("makes the intent of a dead process unknown, and asks on", () => {
    const bet = liveBet()
    const { absences } = reconcile(comparing({ bets: [bet] }))
    expect(done(comparing({ bets: [bet] }))).toMatchObject([{ status: "unknown" }])
    expect(absences.get(bet.id)).toBe(1)
  })

  it("leaves a bet alone that is being sent", () => {
    const bet = liveBet()
    expect(reconcile(comparing({ bets: [bet], inFlight: new Set([bet.id]) }))).toMatchObject({ actions: [] })
  })

  it.each([
    ["soon", noon + 59_999, 9, "unknown"],
    ["seldom", noon + 60_000, 1, "unknown"],
    ["late and often", noon + 60_000, 2, "rejected"]
  ])("believes that there is no such order when the exchange says so %s", (_, askedAt, before, status) => {
    const bet = unknown(liveBet())
    const [after] = done(comparing({ bets: [bet], askedAt, absences: new Map([[bet.id, before]]) }))
    expect(after!.status).toBe(status)
    if (status === "rejected") expect(after!.note).toBe(neverReached)
  })

  it("never ends a bet that the exchange had and does not find any more", () => {
    const bet = placedBet("1")
    const late = comparing({ bets: [bet], askedAt: noon + 1e9, absences: new Map([[bet.id, 1000]]) })
    expect(reconcile(late).actions).toEqual([])
  })

  it("ends a bet only when the lists account for all of it, or go on not to", () => {
    const bet = placedBet("1")
    const part = { bets: [bet], cleared: [clearedOf(bet, "1", { cancelled: 150 })] }
    expect(done(comparing(part))).toEqual([bet])
    expect(done(comparing({ ...part, absences: new Map([[bet.id, 3]]) }))).toMatchObject([{ status: "cancelled" }])
    expect(done(comparing({ ...part, cleared: [clearedOf(bet, "1", { cancelled: 200 })] }))).toMatchObject([
      { status: "cancelled", sizeCancelled: 200 }
    ])
  })

  it("adopts orders in our name alone", () => {
    const stranger = liveBet({ id: 9 })
    const nameless = orderOf(stranger, "7", {}, { customerOrderRef: null })
    const current = [nameless, orderOf(stranger, "8", {}, { customerStrategyRef: "other" }), orderOf(stranger, "9")]
    expect(reconcile(comparing({ current })).actions).toMatchObject([
      { _tag: "Adopt", order: { betfairBetId: "7" } },
      { _tag: "Adopt", order: { betfairBetId: "9" } }
    ])
  })

  it("takes an order with a bet's reference and another id for the bet's replacement", () => {
    const old = placedBet("1", { id: 1 })
    const next = unknown(liveBet({ id: 2, replaces: old.id, order: { ...old.order, price: 310 } as typeof old.order }))
    const current = [orderOf(next, "2", {}, { customerOrderRef: orderOf(old, "1").customerOrderRef })]
    const cleared = [clearedOf(old, "1", { cancelled: 200 })]
    expect(done(comparing({ bets: [old, next], current, cleared }))).toMatchObject([
      { id: old.id, status: "cancelled", betfairBetId: "1" },
      { id: next.id, status: "placed", betfairBetId: "2" }
    ])
  })

  it("waits with an order at a price that none of its chain's bets has", () => {
    const { cleared, customerOrderRef, next, old } = replaced()
    const strange = orderOf(
      { ...next, order: { ...next.order, price: 320 } as typeof next.order },
      "3",
      {},
      { customerOrderRef }
    )
    const comparison = comparing({ bets: [old, next], current: [strange], cleared })
    expect(done(comparison)).toMatchObject([{ status: "cancelled" }, { status: "unknown", betfairBetId: null }])
    expect(reconcile(comparison).actions.some(({ _tag }) => _tag === "Adopt")).toBe(false)
    // One that has ended is neither told nor given up any more: waiting for it would be waiting for ever.
    const lapsed = Bet.transition(next, {
      _tag: "Updated",
      at: noon,
      state: orderState(next, { sizeRemaining: 0, sizeLapsed: 200, complete: true })
    })
    expect(reconcile({ ...comparison, bets: [old, lapsed] }).actions).toContainEqual(
      expect.objectContaining({ _tag: "Adopt", order: strange })
    )
    // Nobody waits for a bet any more that was given up.
    const given = Bet.transition(next, { _tag: "Refused", at: noon, code: neverReached })
    expect(reconcile({ ...comparison, bets: [old, given] }).actions).toContainEqual(
      expect.objectContaining({ _tag: "Adopt", order: strange })
    )
  })

  it("takes an order for the later of two replacements that differ in nothing", () => {
    const { customerOrderRef, next, old } = replaced()
    const later = { ...next, id: betId(3) }
    const current = [orderOf(next, "2", {}, { customerOrderRef })]
    const asked = comparing({ bets: [old, later, next], current, cleared: [clearedOf(old, "1", { cancelled: 200 })] })
    expect(done(asked)).toMatchObject([{}, { id: later.id, betfairBetId: "2" }, { id: next.id, betfairBetId: null }])
  })

  it("misses no bet that was sent while the questions were asked", () => {
    const bet = liveBet()
    const late = comparing({ bets: [bet], asked: new Set() })
    expect(reconcile(late)).toMatchObject({ actions: [], absences: new Map() })
    const current = [orderOf(bet, "1")]
    expect(reconcile({ ...late, current }).actions).toMatchObject([{ _tag: "Tell", order: { betfairBetId: "1" } }])
  })

  it("adopts the second of two orders with one reference", () => {
    const bet = unknown(liveBet())
    const { actions } = reconcile(comparing({ bets: [bet], current: [orderOf(bet, "2"), orderOf(bet, "1")] }))
    expect(actions).toMatchObject([
      { _tag: "Tell", order: { betfairBetId: "1" } },
      { _tag: "Adopt", order: { betfairBetId: "2" } }
    ])
  })
})

const Size = Schema.Literals([0, 50, 200])
const Case = Schema.Struct({
  known: Schema.Literals(["pending", "unknown", "placed", "part", "whole"]),
  truth: Schema.Literals(["absent", "waiting", "ended"]),
  matched: Size,
  how: Schema.Literals(["sizeCancelled", "sizeLapsed", "sizeVoided"]),
  list: Schema.Literals(["current", "cleared"])
})
type Case = typeof Case.Type

const knownBet = ({ known }: Case, n: number): Bet.Bet => {
  const bet = liveBet({ id: n, runner: n })
  if (known === "pending") return bet
  if (known === "unknown") return unknown(bet)
  const placed = placedBet(`${n}`, { id: n, runner: n })
  if (known === "placed") return placed
  const size = known === "part" ? 20 : 200
  const state = { ...placed, ...matchedState(placed, size) }
  return Bet.transition(placed, { _tag: "Updated", at: noon, state })
}

/** What the exchange has of the bet: never less than what it has said before. */
const truthOf = ({ how, known, list, matched, truth }: Case, n: number) => {
  const intended = liveBet({ id: n, runner: n })
  const least = known === "part" ? 20 : known === "whole" ? 200 : 0
  const size = Math.max(least, matched)
  const isSent = truth !== "absent" || !["pending", "unknown"].includes(known)
  if (!isSent) return null
  if (truth !== "ended" || size === 200) return { current: orderOf(intended, `${n}`, matchedState(intended, size)) }
  const rest = 200 - size
  if (list === "current" || size > 0) {
    const state = { ...matchedState(intended, size), sizeRemaining: 0, [how]: rest, complete: true }
    return { current: orderOf(intended, `${n}`, state) }
  }
  const part = how === "sizeCancelled" ? "cancelled" : how === "sizeLapsed" ? "lapsed" : "voided"
  return { cleared: clearedOf(intended, `${n}`, { [part]: rest }) }
}

const world = (cases: ReadonlyArray<Case>): Comparison => {
  const truths = cases.map((one, n) => truthOf(one, n + 1))
  return comparing({
    bets: cases.map((one, n) => knownBet(one, n + 1)),
    current: truths.flatMap((truth) => truth?.current ?? []),
    cleared: truths.flatMap((truth) => truth?.cleared ?? [])
  })
}

const essence = (bets: ReadonlyArray<Bet.Bet>) =>
  bets
    .map(({ betfairBetId, complete, fills, id, sizeCancelled, sizeLapsed, sizeRemaining, sizeVoided, status }) => ({
      id,
      betfairBetId,
      complete,
      sizes: [Bet.sizeMatched({ fills }), sizeRemaining, sizeCancelled, sizeLapsed, sizeVoided],
      status
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

const rotated = <A>(items: ReadonlyArray<A>, by: number): ReadonlyArray<A> =>
  items.length === 0 ? items : [...items.slice(by % items.length), ...items.slice(0, by % items.length)].toReversed()

describe("reconcile, on any bets and any truth", () => {
  const Cases = Schema.Array(Case).check(Schema.isMaxLength(8))
  const Turn = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 }))

  it.prop("brings every bet to what the exchange has, in one pass", { cases: Cases }, ({ cases }) => {
    const after = new Map<BetId, Bet.Bet>(done(world(cases)).map((bet) => [bet.id, bet]))
    cases.forEach((one, n) => {
      const truth = truthOf(one, n + 1)
      const bet = after.get(betId(n + 1))!
      if (truth === null) return expect(["unknown"]).toContain(bet.status)
      if (truth.cleared !== undefined) return expect(bet).toMatchObject({ complete: true, sizeRemaining: 0 })
      const { state } = truth.current
      expect(essence([bet])[0]!.sizes).toEqual([
        Bet.sizeMatched(state),
        state.sizeRemaining,
        state.sizeCancelled,
        state.sizeLapsed,
        state.sizeVoided
      ])
    })
  })

  it.prop("leaves nothing to do for a second pass", { cases: Cases }, ({ cases }) => {
    const first = world(cases)
    expect(reconcile({ ...first, bets: done(first) }).actions).toEqual([])
  })

  it.prop("says the same whatever the order", { cases: Cases, by: Turn }, ({ by, cases }) => {
    const first = world(cases)
    const other = { ...first, bets: rotated(first.bets, by), current: rotated(first.current, by + 1) }
    expect(essence(done(other))).toEqual(essence(done(first)))
  })

  it.prop("never ends a live order, however often and late it asks", { cases: Cases }, ({ cases }) => {
    const absences = new Map(cases.map((_, n) => [betId(n + 1), 1000]))
    const after = done({ ...world(cases), absences, askedAt: noon + 1e9 })
    cases.forEach((one, n) => {
      const truth = truthOf(one, n + 1)
      if (truth?.current?.state.complete === false) {
        expect(Bet.isExecutable(after.find(({ id }) => id === betId(n + 1))!)).toBe(true)
      }
    })
  })
})
