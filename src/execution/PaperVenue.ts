/**
 * The simulated exchange that paper orders go to: one matching engine for each market with orders, driven by the books,
 * and what it has to say of the orders, one newest event a bet. Plain synchronous code, on the path of every update.
 *
 * The bot calls `restore` with its open paper bets once, before prices come in, and `tick` each second in real time.
 */
import { Context, Duration, Effect, Layer } from "effect"
import type { Bet, BetEvent } from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import type { Persistence } from "../domain/Order.ts"
import { Books } from "../market/Books.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import { MatchingEngine } from "./MatchingEngine.ts"
import { fromBet, fromOpenBet, type MatchingOrder, toState } from "./MatchingOrder.ts"
import { type Latencies, profiles } from "./MatchingProfile.ts"
import type { OrderUpdate } from "./OrderUpdates.ts"

/** How the venue matches; the `paper` section of the settings fits. */
export interface PaperOptions {
  readonly profile: keyof typeof profiles
  readonly placeLatencyMs: Duration.Duration
  readonly cancelLatencyMs: Duration.Duration
  readonly updateLatencyMs: Duration.Duration
  readonly replaceLatencyMs: Duration.Duration
  /** Deviation of the logarithm of latencies, 0 when absent: constant. */
  readonly latencySpread?: number
  readonly latencySeed?: number
}

export interface VenueCounts {
  readonly refused: number
  /** Orders that ended with a part cancelled at our request. */
  readonly cancelled: number
}

/** Orders that may wait for the first book of one market. */
export const maximumWaiting = 1000
/** An intent of an earlier process that its venue never heard of. */
export const notSent = "NOT_SENT"

export class PaperVenue extends Context.Service<
  PaperVenue,
  {
    /** Sends bets of one market in one transaction, for one version of the market or (null) for any. */
    readonly place: (bets: ReadonlyArray<Bet>, now: number, marketVersion?: number | null) => void
    /** False when there is nothing (more) to cancel. */
    readonly cancel: (bet: Bet, now: number) => boolean
    /** How many unmatched parts are asked to be cancelled. */
    readonly cancelAll: (now: number, marketId?: MarketId) => number
    /** False when there is nothing to change, or another request is under way. */
    readonly update: (bet: Bet, persistence: Persistence, now: number) => boolean
    /** Cancels the bet's unmatched part and places `replacement` for at most as much, with the persistence it then has. */
    readonly replace: (bet: Bet, replacement: Bet, now: number, marketVersion?: number | null) => void
    /** Takes over the open bets of an earlier process; those never acknowledged are refused as `NOT_SENT`. */
    readonly restore: (bets: ReadonlyArray<Bet>, now: number) => void
    /** Lets time pass in markets without updates. */
    readonly tick: (now: number) => void
    readonly waiting: () => boolean
    /** The newest event of each bet that has one, oldest first; they are told once. */
    readonly takeUpdates: () => ReadonlyArray<OrderUpdate>
    /** Succeeds once there is an update. */
    readonly awaitUpdates: Effect.Effect<void>
    readonly counts: () => VenueCounts
    /** Shows each order as it comes in. It is the venue's own object: whoever keeps it can read what became of the order. */
    readonly follow: (follower: (order: MatchingOrder) => void) => void
  }
>()("clever-better/execution/PaperVenue") {
  static readonly layer = (options: PaperOptions): Layer.Layer<PaperVenue, never, Books> =>
    Layer.effect(
      PaperVenue,
      Effect.suspend(() => make(options))
    )
}

const latenciesOf = (options: PaperOptions): Latencies => ({
  placeMs: Duration.toMillis(options.placeLatencyMs),
  cancelMs: Duration.toMillis(options.cancelLatencyMs),
  updateMs: Duration.toMillis(options.updateLatencyMs),
  replaceMs: Duration.toMillis(options.replaceLatencyMs),
  spread: options.latencySpread ?? 0,
  seed: options.latencySeed ?? 1
})

/** What is to be told, and who waits for it. */
const makeOutbox = () => {
  const events = new Map<BetId, OrderUpdate>()
  const listeners = new Set<(effect: Effect.Effect<void>) => void>()
  return {
    put: (betId: BetId, event: BetEvent): void => {
      events.delete(betId)
      events.set(betId, { betId, event })
      // Resumed fibers run at once: they must not act on the venue while it is still at work.
      for (const resume of listeners) resume(Effect.yieldNow)
      listeners.clear()
    },
    waiting: (): boolean => events.size > 0,
    take: (): ReadonlyArray<OrderUpdate> => {
      const taken = [...events.values()]
      events.clear()
      return taken
    },
    wait: Effect.callback<void>((resume) => {
      if (events.size > 0) return resume(Effect.void)
      listeners.add(resume)
      return Effect.sync(() => void listeners.delete(resume))
    })
  }
}

const make = Effect.fnUntraced(function* (options: PaperOptions) {
  const books = yield* Books
  const profile = profiles[options.profile]
  const latencies = latenciesOf(options)
  const engines = new Map<MarketId, MatchingEngine>()
  const outbox = makeOutbox()
  const followers: Array<(order: MatchingOrder) => void> = []
  let refused = 0
  let cancelled = 0
  /** The latest instant heard of, for what happens without a time of its own. */
  let latest = 0

  const engineOf = (marketId: MarketId): MatchingEngine => {
    let engine = engines.get(marketId)
    if (engine === undefined) {
      engine = new MatchingEngine(marketId, profile, latencies)
      engines.set(marketId, engine)
    }
    return engine
  }

  const incoming = (bet: Bet): MatchingOrder => {
    const order = fromBet(bet)
    for (const follower of followers) follower(order)
    return order
  }

  const tell = (order: MatchingOrder, at: number): void => {
    if (order.refusal !== null) {
      refused++
      return outbox.put(order.id, { _tag: "Refused", at, code: order.refusal })
    }
    if (order.phase === "COMPLETE" && !order.isTold) {
      order.isTold = true
      if (order.sizeCancelled > 0) cancelled++
    }
    outbox.put(order.id, { _tag: "Updated", at, state: toState(order) })
  }

  const drain = (engine: MatchingEngine, at: number): void => {
    const { changed } = engine.market
    if (changed.length === 0) return
    for (const order of changed) {
      order.noted = false
      tell(order, at)
    }
    changed.length = 0
  }

  const orderOf = (bet: Bet): MatchingOrder | undefined => engines.get(bet.marketId)?.market.orders.get(bet.id)

  const cancel = (engine: MatchingEngine, order: MatchingOrder, now: number): boolean => {
    const isAsked = engine.cancel(order, books.get(engine.market.marketId), now)
    drain(engine, now)
    return isAsked
  }

  books.listen({
    beforeUpdate: (book: MarketBook, publishTime: number): void => {
      if (engines.size === 0) return
      latest = publishTime
      engines.get(book.marketId)?.beforeUpdate(book, publishTime)
    },
    afterUpdate: (book: MarketBook): void => {
      if (engines.size === 0) return
      const engine = engines.get(book.marketId)
      if (engine === undefined) return
      engine.afterUpdate(book)
      drain(engine, book.publishTime)
    },
    forget: (marketId: MarketId): void => {
      const engine = engines.get(marketId)
      if (engine === undefined) return
      engine.close(latest)
      drain(engine, latest)
      engines.delete(marketId)
    }
  })

  return PaperVenue.of({
    place: (bets, now, marketVersion = null) => {
      const first = bets[0]
      if (first === undefined) return
      const engine = engineOf(first.marketId)
      const book = books.get(first.marketId)
      const isKnown = book !== undefined && book.definition !== null
      const orders = bets.map(incoming)
      if (isKnown || engine.waiting < maximumWaiting) return engine.place(orders, book, now, marketVersion)
      for (const order of orders) engine.market.refuse(order, "TOO_MANY_REQUESTS", now)
      drain(engine, now)
    },
    cancel: (bet, now) => {
      const order = orderOf(bet)
      return order !== undefined && cancel(engineOf(bet.marketId), order, now)
    },
    cancelAll: (now, marketId) => {
      let asked = 0
      for (const engine of engines.values()) {
        if (marketId !== undefined && engine.market.marketId !== marketId) continue
        for (const order of engine.market.orders.values()) if (cancel(engine, order, now)) asked++
      }
      return asked
    },
    update: (bet, persistence, now) => {
      const order = orderOf(bet)
      return order !== undefined && engineOf(bet.marketId).update(order, persistence, books.get(bet.marketId), now)
    },
    replace: (bet, replacement, now, marketVersion = null) => {
      const engine = engineOf(bet.marketId)
      const order = orderOf(bet)
      const next = incoming(replacement)
      if (order !== undefined && engine.replace(order, next, books.get(bet.marketId), now, marketVersion)) return
      engine.market.refuse(next, "BET_TAKEN_OR_LAPSED", now)
      drain(engine, now)
    },
    restore: (bets, now) => {
      latest = Math.max(latest, now)
      for (const bet of bets) {
        if (bet.status === "pending" || bet.status === "unknown") {
          outbox.put(bet.id, { _tag: "Refused", at: now, code: notSent })
        } else if (orderOf(bet) === undefined) engineOf(bet.marketId).restore(fromOpenBet(bet))
      }
    },
    tick: (now) => {
      for (const engine of engines.values()) {
        const book = books.get(engine.market.marketId)
        if (book === undefined) continue
        engine.tick(book, now)
        drain(engine, now)
      }
    },
    waiting: outbox.waiting,
    takeUpdates: outbox.take,
    awaitUpdates: outbox.wait,
    counts: () => ({ refused, cancelled }),
    follow: (follower) => void followers.push(follower)
  })
})
