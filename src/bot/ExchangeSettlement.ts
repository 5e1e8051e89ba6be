/**
 * Settles markets with real money: the exchange has the results, and its account is the truth. A market is done once every
 * bet of ours that the exchange had is on its lists; until then it is asked again.
 */
import { Clock, Context, Effect, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import { endOf } from "../execution/ExchangeOrder.ts"
import { ExchangeOrders } from "../execution/ExchangeOrders.ts"
import * as OrderIdentity from "../execution/OrderIdentity.ts"
import { Reconciler } from "../execution/Reconciler.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { type SettledMarket, Settler } from "../settlement/Settler.ts"

export interface AskedMarket {
  /** Null when nothing has changed. */
  readonly settled: SettledMarket | null
  /** False while the exchange has not said everything. */
  readonly isDone: boolean
}

export interface SettlementSource {
  /** Markets that turned out to be settled otherwise than we have it, each told once. */
  readonly takeNoticed: () => ReadonlyArray<MarketId>
  readonly settle: (marketId: MarketId) => Effect.Effect<AskedMarket, StorageFailure>
}

/** Who says how markets end: null where their definitions do, as on paper. */
export const SettlementSource = Context.Reference<SettlementSource | null>("clever-better/bot/SettlementSource", {
  defaultValue: () => null
})

const make = Effect.gen(function* () {
  const exchange = yield* ExchangeOrders
  const reconciler = yield* Reconciler
  const repository = yield* BetRepository
  const settler = yield* Settler

  const settle = Effect.fnUntraced(function* (marketId: MarketId): Effect.fn.Return<AskedMarket, StorageFailure> {
    const rows = yield* repository.onMarket("live", marketId)
    if (rows.length === 0) return { settled: null, isDone: true }
    // Nothing is written yet: a bot that is told to stop need not wait for this answer.
    const cleared = yield* Effect.result(Effect.interruptible(exchange.clearedMarket(marketId)))
    if (cleared._tag === "Failure") {
      yield* Effect.logWarning(`A market waits for its settlement: ${cleared.failure.message}`, { market_id: marketId })
      return { settled: null, isDone: false }
    }
    const { commission, orders } = cleared.success
    if (commission === null && orders.some((order) => order.settled !== null)) return { settled: null, isDone: false }
    const known = OrderIdentity.index(rows)
    const lines = orders.map((order) => ({
      betId: OrderIdentity.idOf(known, order),
      betfairBetId: order.betfairBetId,
      profit: order.settled?.profit ?? null,
      end: endOf(order)
    }))
    const settled = yield* settler.settleAs(
      marketId,
      { lines, commission: commission ?? 0 },
      yield* Clock.currentTimeMillis
    )
    const told = new Set(lines.map(({ betId }) => betId))
    // Whether a bet that was not answered is there at all is the reconciler's to find out; then it asks for the market again.
    const waits = rows.some((bet) => Bet.isOpen(bet) && bet.betfairBetId !== null && !told.has(bet.id))
    return { settled, isDone: !waits }
  })

  return { takeNoticed: reconciler.takeSettled, settle }
})

export const layer = Layer.effect(SettlementSource, make)
