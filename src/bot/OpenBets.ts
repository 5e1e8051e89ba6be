/**
 * The bets that can still win or lose money, by market and strategy: what strategies see of themselves, and what order
 * updates are applied to. One object for the whole process, written by the order manager alone.
 */
import { Context, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"

const none: ReadonlyArray<Bet.Bet> = []

const make = () => {
  const byId = new Map<BetId, Bet.Bet>()
  const byMarket = new Map<MarketId, Map<StrategyId, ReadonlyArray<Bet.Bet>>>()

  const others = (bet: Bet.Bet) => {
    const strategies = byMarket.get(bet.marketId) ?? new Map<StrategyId, ReadonlyArray<Bet.Bet>>()
    byMarket.set(bet.marketId, strategies)
    return strategies
  }

  const remove = (bet: Bet.Bet): void => {
    byId.delete(bet.id)
    const strategies = others(bet)
    const rest = (strategies.get(bet.strategyId) ?? none).filter(({ id }) => id !== bet.id)
    if (rest.length > 0) strategies.set(bet.strategyId, rest)
    else strategies.delete(bet.strategyId)
    if (strategies.size === 0) byMarket.delete(bet.marketId)
  }

  return {
    get: (id: BetId) => byId.get(id),
    all: (): Iterable<Bet.Bet> => byId.values(),
    count: () => byId.size,
    /** The markets on which something is open. */
    markets: (): ReadonlyArray<MarketId> => [...byMarket.keys()],
    ofStrategy: (marketId: MarketId, strategyId: StrategyId): ReadonlyArray<Bet.Bet> =>
      byMarket.get(marketId)?.get(strategyId) ?? none,
    onMarket: (marketId: MarketId): ReadonlyArray<Bet.Bet> => [...(byMarket.get(marketId)?.values() ?? [])].flat(),
    /** Adds the bet or replaces what was known of it; a bet that is finished goes. */
    put: (bet: Bet.Bet): void => {
      if (!Bet.isOpen(bet)) return remove(bet)
      const strategies = others(bet)
      const mine = strategies.get(bet.strategyId) ?? none
      strategies.set(
        bet.strategyId,
        byId.has(bet.id) ? mine.map((other) => (other.id === bet.id ? bet : other)) : [...mine, bet]
      )
      byId.set(bet.id, bet)
    },
    remove
  }
}

export class OpenBets extends Context.Service<OpenBets, ReturnType<typeof make>>()("clever-better/bot/OpenBets") {
  static readonly layer = Layer.sync(OpenBets, make)
}
