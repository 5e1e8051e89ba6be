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
import { type SettledBet, type SettledMarket, Settler } from "../settlement/Settler.ts"
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

const make = Effect.gen(function* () {
  const { mode } = yield* Executor
  const orders = yield* OrderManager
  const settler = yield* Settler
  const risk = yield* RiskManager
  const breaker = yield* CircuitBreaker
  const notifier = yield* Notifier
  /** The closing definition of each market that waits: bounded by the number of markets. */
  const waiting = new Map<MarketId, MarketDefinition>()
  const listeners: Array<(marketId: MarketId) => void> = []
  let settlements = 0

  /** Not to be interrupted half-way: a result that is written is told to all, because it is told only once. */
  const settle = Effect.fnUntraced(function* (definition: MarketDefinition) {
    const at = yield* Clock.currentTimeMillis
    const settled = yield* settler.settle(mode, definition, at)
    if (settled === null) return
    for (const bet of settled.lapsed) yield* orders.settled(bet, null)
    // The breaker judges a market as a whole: half of its bets could look like a fall that the other half makes good.
    let bankroll = 0
    for (const line of settled.bets) bankroll = yield* book(line, at)
    for (const { bet, net } of settled.bets) yield* breaker.recordBetResult({ betId: bet.id, net, bankroll, at })
    yield* notifier.notify({ _tag: "MarketSettled", market: settled })
    yield* tellOpen(settled)
  }, Effect.uninterruptible)

  /** Books one bet's result and returns the bankroll after it. */
  const book = Effect.fnUntraced(function* ({ bet, net, previous }: SettledBet, at: number) {
    yield* orders.settled(bet, previous)
    const bankroll = yield* risk.recordSettlement({
      betId: bet.id,
      marketId: bet.marketId,
      strategyId: bet.strategyId,
      net,
      at,
      ...(previous === null ? {} : { previousNet: previous.profit - previous.commission })
    })
    if (previous === null) {
      const outcome = net > 0 ? "won" : net < 0 ? "lost" : "void"
      yield* Metrics.count("bets_settled_total", { strategy_id: bet.strategyId, outcome })
      yield* OnDemand.log("Info", "Bet settled", () => LogFields.settledBet(bet))
    }
    return bankroll
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
    closed: (definition) => void waiting.set(definition.marketId, definition),
    pending: () => waiting.size > 0,
    run: Effect.gen(function* () {
      for (const [marketId, definition] of waiting) {
        yield* orders.applyUpdates
        yield* settle(definition)
        settlements++
        // An order that reached its venue after the market is forgotten would wait there for good.
        if (orders.isCommittingOn(marketId) || waiting.get(marketId) !== definition) continue
        waiting.delete(marketId)
        for (const forget of listeners) forget(marketId)
      }
    }),
    settlements: () => settlements,
    onOver: (forget) => void listeners.push(forget)
  })
})
