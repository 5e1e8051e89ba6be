/**
 * Takes up where the last process left off: what is open, what the day has brought, how high the bankroll stands. Nothing
 * trades before this has succeeded.
 */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Bet } from "../domain/Bet.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { Executor } from "../execution/Executor.ts"
import type { ResumedMarket } from "../market/MarketData.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { RaceRepository } from "../persistence/RaceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import type { BetSettlement } from "../risk/RiskState.ts"
import { OpenBets } from "./OpenBets.ts"
import { OrderManager } from "./OrderManager.ts"

export interface Restored {
  readonly openBets: number
  /** The markets on which something is open: the feed is asked how they ended. */
  readonly markets: ReadonlyArray<ResumedMarket>
}

export class Restart extends Context.Service<Restart, { readonly restore: Effect.Effect<Restored, StorageFailure> }>()(
  "clever-better/bot/Restart"
) {
  static readonly layer = Layer.effect(
    Restart,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const executor = yield* Executor
  const bets = yield* BetRepository
  const races = yield* RaceRepository
  const risk = yield* RiskManager
  const breaker = yield* CircuitBreaker
  const openBets = yield* OpenBets
  const orders = yield* OrderManager

  const zone = Option.getOrThrow(TradingDay.zone(trading.timeZone))

  const restore = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const open = yield* bets.open(executor.mode)
    const today = TradingDay.at(now, zone)
    const settledToday = yield* bets.settledBetween(executor.mode, today.start, today.end)
    const bankroll = trading.bankroll + (yield* bets.totalNet(executor.mode))
    const results = settledToday.flatMap(settlementOf)
    yield* risk.restore({ bankroll, openBets: open, settledToday: results })
    // A process that died between writing a result and telling the breaker would have left a loss uncounted; what the
    // breaker has counted it does not count again.
    for (const { at, betId, net } of results) yield* breaker.recordBetResult({ betId, net, bankroll, at })
    for (const bet of open) openBets.put(bet)
    yield* executor.resume(open)
    yield* orders.applyUpdates
    const markets = yield* Effect.forEach(openBets.markets(), (marketId) =>
      Effect.map(races.byMarketId(marketId), (definition): ResumedMarket => ({ marketId, definition }))
    )
    // The last process went by these. Without them every runner of a market counts as a possible winner until there is a
    // book, and lays on several of them as if all of them could be lost.
    for (const { definition } of markets) if (definition !== null) risk.learnWinners(definition)
    return { openBets: openBets.count(), markets } satisfies Restored
  }).pipe(Effect.withSpan("Restart.restore"))

  return Restart.of({ restore })
})

const settlementOf = ({ id, marketId, settlement, strategyId }: Bet): ReadonlyArray<BetSettlement> =>
  settlement === null
    ? []
    : [{ betId: id, marketId, strategyId, net: settlement.profit - settlement.commission, at: settlement.at }]
