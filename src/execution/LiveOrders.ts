/**
 * What this process knows of its orders at the exchange: which order is which bet, which placements are not answered, what
 * has been heard and not been applied yet. Plain synchronous code, shared by all who hear of orders: the executor by its
 * answers, the stream, and the reconciler by asking.
 */
import { Context, Effect, Layer } from "effect"
import type { Bet, BetEvent, OrderState } from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"
import * as Order from "../domain/Order.ts"
import { betIdOf, type ExchangeOrder } from "./ExchangeOrder.ts"
import { isAtPrice } from "./OrderIdentity.ts"
import type { OrderUpdate } from "./OrderUpdates.ts"

/** Orders whose bet is remembered; an older one is looked up in the database by the reconciler. */
export const capacity = 20_000

export class LiveOrders extends Context.Service<LiveOrders, ReturnType<typeof make>>()(
  "clever-better/execution/LiveOrders"
) {
  static readonly layer = Layer.sync(LiveOrders, () => make())
}

/** Forgets the oldest entry when there are too many. */
const remember = <K, V>(map: Map<K, V>, key: K, value: V): void => {
  map.delete(key)
  map.set(key, value)
  if (map.size <= capacity) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

const progressOf = (state: OrderState): number =>
  Order.totalOf(state.fills).size + state.sizeCancelled + state.sizeLapsed + state.sizeVoided

/** The later of two reports of one order: totals only grow, and an order that is complete stays so. */
const later = (a: Told, b: Told): Told => {
  if (a.state.complete !== b.state.complete) return a.state.complete ? a : b
  const difference = progressOf(a.state) - progressOf(b.state)
  return difference > 0 || (difference === 0 && a.at > b.at) ? a : b
}

type Told = Extract<BetEvent, { _tag: "Updated" }>

/** News of one bet that wait to be applied: at most one of each kind. */
type News = ReadonlyMap<BetEvent["_tag"], BetEvent>

const add = (news: News, event: BetEvent): News => {
  const before = news.get(event._tag)
  const after = before?._tag === "Updated" && event._tag === "Updated" ? later(before, event) : event
  return new Map(news).set(event._tag, after)
}

const nothing: News = new Map()

/** What the exchange has of a bet comes first: a refusal beside it is the one that must be wrong. */
const inOrder = (news: News): ReadonlyArray<BetEvent> =>
  [...news.values()].toSorted((a, b) => Number(b._tag === "Updated") - Number(a._tag === "Updated"))

const make = () => {
  const news = new Map<BetId, News>()
  const listeners = new Set<(effect: Effect.Effect<void>) => void>()
  const betOf = new Map<string, BetId>()
  const venueIdOf = new Map<BetId, string>()
  /** Of bets that replace others: the first of their chain, whose reference their orders carry. */
  const firstOf = new Map<BetId, BetId>()
  /** Sent, and no order known to be theirs: bounded by the open bets. */
  const unidentified = new Map<BetId, Bet>()
  /** Being sent by this process: their answer is still to come. */
  const inFlight = new Set<BetId>()
  /** Told to be unknown, and not found since. */
  const unknown = new Set<BetId>()
  const doubts = new Set<string>()

  const tell = (betId: BetId, event: BetEvent): void => {
    if (event._tag === "OutcomeUnknown") unknown.add(betId)
    else unknown.delete(betId)
    news.set(betId, add(news.get(betId) ?? nothing, event))
    // Resumed fibers run at once: they must not act while whoever tells is still at work.
    for (const resume of listeners) resume(Effect.yieldNow)
    listeners.clear()
  }

  const identify = (betId: BetId, betfairBetId: string): void => {
    remember(betOf, betfairBetId, betId)
    remember(venueIdOf, betId, betfairBetId)
    unidentified.delete(betId)
  }

  const expect = (bet: Bet): void => {
    unidentified.set(bet.id, bet)
    if (bet.replaces !== null) remember(firstOf, bet.id, firstOf.get(bet.replaces) ?? bet.replaces)
  }

  /** The bet that the order is: its own id tells, or it is the only one that was sent so and has no order yet. */
  const ownerOf = (order: ExchangeOrder): BetId | null => {
    const known = betOf.get(order.betfairBetId)
    if (known !== undefined) return known
    const named = betIdOf(order)
    if (named === null) return null
    let owner: BetId | null = null
    for (const bet of unidentified.values()) {
      if (bet.id !== named && firstOf.get(bet.id) !== named) continue
      if (bet.selectionId !== order.selectionId || bet.side !== order.side || !isAtPrice(bet, order)) continue
      if (owner !== null) return null
      owner = bet.id
    }
    return owner
  }

  return {
    /** The placing of these bets begins; until `answered` silence about them means nothing. */
    sending: (bets: ReadonlyArray<Bet>): void => {
      for (const bet of bets) {
        inFlight.add(bet.id)
        expect(bet)
      }
    },
    /** The call has come back, or nobody waits for it any more. */
    answered: (betId: BetId, event: BetEvent): void => {
      inFlight.delete(betId)
      if (event._tag === "Refused") unidentified.delete(betId)
      if (event._tag === "Updated" && event.state.betfairBetId !== null) identify(betId, event.state.betfairBetId)
      if (event._tag === "OutcomeUnknown") doubts.add("a placement was not answered")
      tell(betId, event)
    },
    /** Takes over the open bets of an earlier process. */
    resume: (bets: ReadonlyArray<Bet>): void => {
      for (const bet of bets) {
        if (bet.betfairBetId === null) expect(bet)
        else identify(bet.id, bet.betfairBetId)
      }
    },
    inFlight: (): ReadonlySet<BetId> => inFlight,
    /** Its row may not say so yet. */
    isUnknown: (betId: BetId): boolean => unknown.has(betId),
    venueIdOf: (bet: Pick<Bet, "id" | "betfairBetId">): string | null =>
      bet.betfairBetId ?? venueIdOf.get(bet.id) ?? null,
    identify,
    /** True when it is an order of ours, whatever reference it has. */
    isKnown: (order: ExchangeOrder): boolean => ownerOf(order) !== null,
    /** Takes what the exchange says of an order, if it can be told whose it is; otherwise that is a doubt. */
    hear: (order: ExchangeOrder): void => {
      const betId = ownerOf(order)
      if (betId === null) return void doubts.add("an order could not be told")
      identify(betId, order.betfairBetId)
      tell(betId, { _tag: "Updated", at: order.at, state: order.state })
    },
    tell: (betId: BetId, event: BetEvent): void => {
      if (event._tag === "Refused" || (event._tag === "Updated" && event.state.complete)) unidentified.delete(betId)
      tell(betId, event)
    },
    /** Something may have been missed: the exchange is to be asked soon. */
    doubt: (reason: string): void => void doubts.add(reason),
    hasDoubts: (): boolean => doubts.size > 0,
    /** A comparison that begins now answers them. */
    takeDoubts: (): ReadonlyArray<string> => {
      const taken = [...doubts]
      doubts.clear()
      return taken
    },
    /** Bets of which it is not known whether the exchange has them, other than those being sent. */
    unanswered: (): number => {
      let count = 0
      for (const id of unidentified.keys()) if (!inFlight.has(id)) count++
      return count
    },
    waiting: (): boolean => news.size > 0,
    take: (): ReadonlyArray<OrderUpdate> => {
      const taken = [...news].flatMap(([betId, events]) => inOrder(events).map((event) => ({ betId, event })))
      news.clear()
      return taken
    },
    wait: Effect.callback<void>((resume) => {
      if (news.size > 0) return resume(Effect.void)
      listeners.add(resume)
      return Effect.sync(() => void listeners.delete(resume))
    })
  }
}
