/**
 * Settles the bets of markets that the feed has told are closed, and carries the result to all who keep score: the open
 * bets, the risk manager's day, the circuit breaker. A market is settled only after everything its venue said is applied
 * and written; while the database is away it waits.
 */
import { Clock, Context, Effect, Layer } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import { Executor } from "../execution/Executor.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import type { BetSettlement } from "../risk/RiskState.ts"
import { type SettledBet, type SettledMarket, Settler } from "../settlement/Settler.ts"
import { SettlementSource } from "./ExchangeSettlement.ts"
import { OrderManager } from "./OrderManager.ts"

export class MarketSettlement extends Context.Service<
  MarketSettlement,
  {
    /** The market is closed, perhaps not for the first time. */
    readonly closed: (definition: MarketDefinition) => void
    readonly pending: () => boolean
    readonly run: Effect.Effect<void, StorageFailure>
    /** How often a market was settled, corrections included. */
    readonly settlements: () => number
    /** Tells of each market that is settled: whatever is kept of it can go. */
    readonly onOver: (forget: (marketId: MarketId) => void) => void
  }
>()("clever-better/bot/MarketSettlement") {
  static readonly layer = Layer.effect(
    MarketSettlement,
    Effect.suspend(() => make)
  )
}

/** A market that has ended: the definition it closed with (null: the exchange alone has told), and when it is looked at. */
interface Waiting {
  readonly definition: MarketDefinition | null
  readonly tries: number
  /** Epoch milliseconds; 0 is at once. */
  readonly dueAt: number
}

/** The exchange clears bets some seconds to minutes after a market has closed. */
const firstWaitMs = 1000
const longestWaitMs = 60_000

const make = Effect.gen(function* () {
  const { mode } = yield* Executor
  const orders = yield* OrderManager
  const settler = yield* Settler
  const risk = yield* RiskManager
  const breaker = yield* CircuitBreaker
  const notifier = yield* Notifier
  const source = yield* SettlementSource
  const clock = yield* Clock.Clock
  /** Bounded by the number of markets. */
  const waiting = new Map<MarketId, Waiting>()
  const listeners: Array<(marketId: MarketId) => void> = []
  let settlements = 0

  const askFor = (marketId: MarketId, definition: MarketDefinition | null): void =>
    void waiting.set(marketId, { definition, tries: 0, dueAt: 0 })

  const isDue = ({ dueAt }: Waiting) => dueAt === 0 || dueAt <= clock.currentTimeMillisUnsafe()

  /** How the market ended, by its definition or by the exchange. */
  const endOf = (marketId: MarketId, { definition }: Waiting, at: number) =>
    source !== null
      ? source.settle(marketId)
      : definition === null
        ? Effect.succeed({ settled: null, isDone: true })
        : Effect.map(settler.settle(mode, definition, at), (settled) => ({ settled, isDone: true }))

  /** Not to be interrupted half-way: a result that is written is told to all, because it is told only once. */
  const settle = Effect.fnUntraced(function* (marketId: MarketId, ended: Waiting) {
    const at = yield* Clock.currentTimeMillis
    const { isDone, settled } = yield* endOf(marketId, ended, at)
    if (settled !== null) yield* tell(settled, at)
    return isDone
  }, Effect.uninterruptible)

  const tell = Effect.fnUntraced(function* (settled: SettledMarket, at: number) {
    yield* orders.settled(settled)
    const bankroll = yield* risk.recordSettlements(settled.bets.map((line) => resultOf(line, at)))
    // The breaker judges a market as a whole: half of its bets could look like a fall that the other half makes good.
    yield* breaker.recordBetResults(settled.bets.map(({ bet, net }) => ({ betId: bet.id, net, bankroll, at })))
    yield* tellResults(settled.bets.filter(({ previous }) => previous === null))
    yield* notifier.notify({ _tag: "MarketSettled", market: settled })
    yield* tellOpen(settled)
  })

  const tellResults = Effect.fnUntraced(function* (settled: ReadonlyArray<SettledBet>) {
    yield* Metrics.record(({ count }) => {
      for (const { bet, net } of settled) {
        const outcome = net > 0 ? "won" : net < 0 ? "lost" : "void"
        count("bets_settled_total", { strategy_id: bet.strategyId, outcome })
      }
    })
    for (const { bet } of settled) yield* OnDemand.log("Info", "Bet settled", () => LogFields.settledBet(bet))
  })

  /** After a market is settled nothing of it may be at stake but bets whose placing was never answered. */
  const tellOpen = ({ marketId }: SettledMarket) =>
    Effect.suspend(() =>
      orders.openOn(marketId) === 0
        ? Effect.void
        : Effect.logWarning("Bets stay open on a settled market: their placing was not answered", {
            market_id: marketId
          })
    )

  return MarketSettlement.of({
    closed: (definition) => askFor(definition.marketId, definition),
    pending: () => {
      for (const marketId of source?.takeNoticed() ?? []) if (!waiting.has(marketId)) askFor(marketId, null)
      if (source === null) return waiting.size > 0
      for (const market of waiting.values()) if (isDue(market)) return true
      return false
    },
    run: Effect.gen(function* () {
      for (const [marketId, market] of waiting) {
        if (!isDue(market)) continue
        yield* orders.applyUpdates
        const isDone = yield* settle(marketId, market)
        settlements++
        if (waiting.get(marketId) !== market) continue
        if (!isDone || (source !== null && orders.isCommittingOn(marketId))) {
          const tries = market.tries + 1
          const dueAt = (yield* Clock.currentTimeMillis) + Math.min(longestWaitMs, firstWaitMs * 2 ** tries)
          waiting.set(marketId, { ...market, tries, dueAt })
          continue
        }
        // An order that reached its venue after the market is forgotten would wait there for good.
        if (orders.isCommittingOn(marketId)) continue
        waiting.delete(marketId)
        for (const forget of listeners) forget(marketId)
      }
    }),
    settlements: () => settlements,
    onOver: (forget) => void listeners.push(forget)
  })
})

const resultOf = ({ bet, net, previous }: SettledBet, at: number): BetSettlement => ({
  betId: bet.id,
  marketId: bet.marketId,
  strategyId: bet.strategyId,
  net,
  at,
  ...(previous === null ? {} : { previousNet: previous.profit - previous.commission })
})
