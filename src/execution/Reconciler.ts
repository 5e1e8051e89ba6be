/**
 * Asks the exchange about our bets and says what is different: at the start, after every reconnect, in intervals however
 * healthy the stream looks, and soon again while a placement is not answered. What it finds goes the way of every other
 * order update; what it can't ask, it concludes nothing from. Doing it twice changes nothing.
 */
import { Clock, Context, Duration, Effect, Layer, Schedule, Semaphore } from "effect"
import { Settings } from "../config/Settings.ts"
import * as Bet from "../domain/Bet.ts"
import { type BetId, customerOrderRef, type MarketId } from "../domain/Identifiers.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Adoption } from "./Adoption.ts"
import type { ClearedOrder, ExchangeOrder } from "./ExchangeOrder.ts"
import { ExchangeOrders, type ExchangeUnavailable, type Wanted } from "./ExchangeOrders.ts"
import { LiveOrders } from "./LiveOrders.ts"
import { isMissed } from "./MissedNews.ts"
import * as OrderIdentity from "./OrderIdentity.ts"
import * as Reconciliation from "./Reconciliation.ts"

export type ReconcileFailure = ExchangeUnavailable | StorageFailure

export class Reconciler extends Context.Service<
  Reconciler,
  {
    /** Compares once; how many differences there were. */
    readonly reconcile: Effect.Effect<number, ReconcileFailure>
    /** Compares until it has succeeded, however long that takes: nothing may trade before. */
    readonly untilDone: Effect.Effect<void>
    /** Compares if it is time to, or if there is a reason. */
    readonly runIfDue: Effect.Effect<void, ReconcileFailure>
    /** Time since the last success; since the start before the first. */
    readonly ageMs: (now: number) => number
    /** Markets that the exchange has settled otherwise than we have, each told once. */
    readonly takeSettled: () => ReadonlyArray<MarketId>
  }
>()("clever-better/execution/Reconciler") {
  static readonly layer = Layer.effect(
    Reconciler,
    Effect.suspend(() => make)
  )
}

/** While a bet is not answered, or there is a doubt, the exchange is asked this often. */
export const quickly = Duration.seconds(5)
/** However healthy the stream looks. */
export const atLeast = Duration.minutes(1)
/** So many times in a row the exchange must not know a bet. */
const passes = 3
const settlementsEvery = Duration.minutes(5)
/** The exchange corrects a result mostly within hours; a market that closes again is noticed on the stream as well. */
const settlementsLookBack = Duration.hours(48)

/** Doubles from a second to half a minute. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const repository = yield* BetRepository
  const exchange = yield* ExchangeOrders
  const orders = yield* LiveOrders
  const adoption = yield* Adoption
  const notifier = yield* Notifier
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  const everyMs = Math.min(Duration.toMillis(settings.bot.orderMonitoringInterval), Duration.toMillis(atLeast))
  const patience: Reconciliation.Patience = {
    afterMs: Duration.toMillis(settings.orders.unknownBetTimeoutSeconds),
    passes
  }
  const settled = new Set<MarketId>()
  let absences: ReadonlyMap<BetId, number> = new Map()
  let lastSuccess = yield* Clock.currentTimeMillis
  /** Before, nobody followed the orders. */
  let hasSucceeded = false
  let lastAttempt = -Infinity
  let lastSettlements = -Infinity

  /** Rows lag behind: which order a bet is may be known before its row says so. */
  const withVenueId = (bet: Bet.Bet): Bet.Bet =>
    bet.betfairBetId === null ? { ...bet, betfairBetId: orders.venueIdOf(bet) } : bet

  /** Rows of the markets of orders that open bets do not explain: the bet may be over, or one that a finished bet became. */
  const explain = Effect.fnUntraced(function* (
    open: ReadonlyArray<Bet.Bet>,
    found: ReadonlyArray<ExchangeOrder | ClearedOrder>
  ) {
    const known = OrderIdentity.index(open)
    const strange = found.filter((order) => OrderIdentity.idOf(known, order) === null)
    const replacing = open.filter((bet) => bet.betfairBetId === null && bet.replaces !== null)
    const markets = new Set([...strange, ...replacing].map(({ marketId }) => marketId))
    const rows = yield* Effect.forEach(markets, (marketId) => repository.onMarket("live", marketId))
    const all = new Map([...open, ...rows.flat()].map((bet) => [bet.id, bet]))
    return [...all.values()].map(withVenueId)
  })

  /** Open bets of which no order was found. */
  const missing = (bets: ReadonlyArray<Bet.Bet>, found: ReadonlyArray<ExchangeOrder>): ReadonlyArray<Bet.Bet> => {
    const known = OrderIdentity.index(bets)
    const ids = new Set(found.map((order) => OrderIdentity.idOf(known, order)))
    return bets.filter((bet) => Bet.isOpen(bet) && !ids.has(bet.id) && !orders.inFlight().has(bet.id))
  }

  const compare = Effect.fnUntraced(function* () {
    const askedAt = yield* Clock.currentTimeMillis
    const inFlight = new Set(orders.inFlight())
    const open = yield* repository.open("live")
    const own = yield* exchange.ofThisBot
    const bets = yield* explain(open, own)
    const unseen = missing(bets, own)
    // Placed under another strategy reference, or not there any more.
    const others = unseen.length === 0 ? [] : yield* exchange.current(wantedOf(unseen, bets))
    const current = [...own, ...others.filter(({ betfairBetId }) => !own.some((o) => o.betfairBetId === betfairBetId))]
    const gone = missing(bets, current)
    const cleared = gone.length === 0 ? [] : yield* exchange.cleared(wantedOf(gone, bets))
    const { strategyRef } = exchange
    // A placement that has begun since is not in the answers, one that has ended since may be.
    for (const id of orders.inFlight()) inFlight.add(id)
    return Reconciliation.reconcile({
      askedAt,
      // Rows come before orders: now there is one for whatever was answered.
      bets: yield* explain(yield* repository.open("live"), [...current, ...cleared]),
      asked: new Set(open.map(({ id }) => id)),
      current,
      cleared,
      inFlight,
      absences,
      strategyRef,
      patience
    })
  })

  /** Rows lag behind: what was told to be unknown is not news. */
  const isTold = (action: Reconciliation.Action): boolean =>
    action._tag === "Tell" && action.event._tag === "OutcomeUnknown" && orders.isUnknown(action.bet.id)

  const tell = Effect.fnUntraced(function* (
    { bet, event, order }: Extract<Reconciliation.Action, { _tag: "Tell" }>,
    wasFollowed: boolean
  ) {
    if (order !== null) orders.identify(bet.id, order.betfairBetId)
    orders.tell(bet.id, event)
    const kind = order !== null ? "state" : event._tag === "OutcomeUnknown" ? "unanswered" : "never_placed"
    yield* Metrics.count("reconciliation_differences_total", { kind })
    yield* Effect.logInfo("A bet stands differently at the exchange", {
      bet_id: bet.id,
      betfair_bet_id: order?.betfairBetId ?? "none",
      status: bet.status,
      becomes: Bet.transition(bet, event).status
    })
    if (event._tag === "OutcomeUnknown") {
      yield* notifier.notify({ _tag: "BetUnknown", bet: Bet.transition(bet, event) })
    }
    if (event._tag === "Updated" && order !== null && isMissed(bet, event.state, wasFollowed, lastAttempt)) {
      yield* notifier.notify({ _tag: "ReconciliationDifference", kind, bet })
    }
    if (order === null && event._tag !== "OutcomeUnknown") yield* notifier.notify({ _tag: "BetNeverPlaced", bet })
  })

  /** Bets that the exchange has settled otherwise than we have: their markets are settled anew. */
  const compareSettlements = Effect.fnUntraced(function* (now: number) {
    if (now - lastSettlements < Duration.toMillis(settlementsEvery)) return
    const lines = yield* exchange.settledSince(now - Duration.toMillis(settlementsLookBack))
    const byMarket = Map.groupBy(lines, ({ marketId }) => marketId)
    for (const [marketId, ofMarket] of byMarket) {
      const known = OrderIdentity.index(yield* repository.onMarket("live", marketId))
      for (const line of ofMarket) {
        const bet = OrderIdentity.find(known, line)
        if (bet === "undecided") continue
        if (bet === undefined) yield* adoption.adopt(line)
        if (bet === undefined || bet.settlement?.profit !== line.settled?.profit) settled.add(marketId)
      }
    }
    lastSettlements = now
  })

  const pass = Effect.gen(function* () {
    lastAttempt = yield* Clock.currentTimeMillis
    const doubts = orders.takeDoubts()
    const restoreDoubts = Effect.sync(() => {
      for (const doubt of doubts) orders.doubt(doubt)
    })
    return yield* Effect.gen(function* () {
      const result = yield* compare()
      const actions = result.actions.filter((action) => !isTold(action))
      for (const action of actions) {
        if (action._tag === "Tell") yield* tell(action, hasSucceeded && doubts.length === 0)
        else yield* adoption.adopt(action.order)
      }
      for (const marketId of result.settled) settled.add(marketId)
      yield* compareSettlements(lastAttempt)
      absences = result.absences
      lastSuccess = lastAttempt
      hasSucceeded = true
      return actions.length
    }).pipe(Effect.onError(() => restoreDoubts))
  })

  const reconcile = oneAtATime(
    pass.pipe(
      Effect.tap(() => Metrics.count("reconciliations_total", { outcome: "done" })),
      Effect.tapError(() => Metrics.count("reconciliations_total", { outcome: "failed" })),
      Effect.withSpan("Reconciler.reconcile")
    )
  )

  const ageMs = (now: number): number => Math.max(0, now - lastSuccess)

  return Reconciler.of({
    reconcile,
    untilDone: reconcile.pipe(
      Effect.tapError(({ message }) => Effect.logError(`Our bets cannot be compared with the exchange's: ${message}`)),
      Effect.retry(backoff),
      // The schedule never ends.
      Effect.orDie,
      Effect.asVoid
    ),
    runIfDue: Effect.gen(function* () {
      const sinceMs = (yield* Clock.currentTimeMillis) - lastAttempt
      const isUrgent = orders.hasDoubts() || orders.unanswered() > 0
      if (sinceMs >= (isUrgent ? Math.min(Duration.toMillis(quickly), everyMs) : everyMs)) yield* reconcile
    }),
    ageMs,
    takeSettled: () => {
      const taken = [...settled]
      settled.clear()
      return taken
    }
  })
})

/** The bets' own ids where they are known, else the references under which their orders may be found. */
const wantedOf = (wanted: ReadonlyArray<Bet.Bet>, all: ReadonlyArray<Bet.Bet>): Wanted => {
  const byId = new Map(all.map((bet) => [bet.id, bet]))
  const betfairBetIds: Array<string> = []
  const refs = new Set<string>()
  for (const bet of wanted) {
    if (bet.betfairBetId !== null) betfairBetIds.push(bet.betfairBetId)
    else {
      const seen = new Set<BetId>()
      // A replacement carries the reference of the order that it replaced.
      for (let link: Bet.Bet | undefined = bet; link !== undefined && !seen.has(link.id);) {
        seen.add(link.id)
        refs.add(customerOrderRef(link.id))
        link = link.replaces === null ? undefined : byId.get(link.replaces)
      }
    }
  }
  return { betfairBetIds, customerOrderRefs: [...refs] }
}
