/**
 * The bets that can still win or lose money, by market and strategy: what strategies see of themselves, and what order
 * updates are applied to. One object for the whole process, written by the order manager alone.
 */
import { Context, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"

const none: ReadonlyArray<Bet.Bet> = []

/** A strategy's bets on a market, and as it is shown them: a list made anew once something has changed. */
interface Own {
  readonly bets: Map<BetId, Bet.Bet>
  shown: ReadonlyArray<Bet.Bet> | null
}

const show = (own: Own | undefined): ReadonlyArray<Bet.Bet> =>
  own === undefined ? none : (own.shown ??= [...own.bets.values()])

const make = () => {
  const byId = new Map<BetId, Bet.Bet>()
  const byMarket = new Map<MarketId, Map<StrategyId, Own>>()

  const ownOf = ({ marketId, strategyId }: Bet.Bet): Own => {
    let strategies = byMarket.get(marketId)
    if (strategies === undefined) byMarket.set(marketId, (strategies = new Map()))
    let own = strategies.get(strategyId)
    if (own === undefined) strategies.set(strategyId, (own = { bets: new Map(), shown: null }))
    return own
  }

  const remove = ({ id, marketId, strategyId }: Bet.Bet): void => {
    byId.delete(id)
    const strategies = byMarket.get(marketId)
    const own = strategies?.get(strategyId)
    if (strategies === undefined || own?.bets.delete(id) !== true) return
    own.shown = null
    if (own.bets.size === 0) strategies.delete(strategyId)
    if (strategies.size === 0) byMarket.delete(marketId)
  }

  return {
    get: (id: BetId) => byId.get(id),
    all: (): Iterable<Bet.Bet> => byId.values(),
    count: () => byId.size,
    /** The markets on which something is open. */
    markets: (): ReadonlyArray<MarketId> => [...byMarket.keys()],
    /** Oldest first, and the same list until one of them changes. */
    ofStrategy: (marketId: MarketId, strategyId: StrategyId): ReadonlyArray<Bet.Bet> =>
      show(byMarket.get(marketId)?.get(strategyId)),
    onMarket: (marketId: MarketId): ReadonlyArray<Bet.Bet> =>
      [...(byMarket.get(marketId)?.values() ?? [])].flatMap(show),
    /** Adds the bet or replaces what was known of it; a bet that is finished goes. */
    put: (bet: Bet.Bet): void => {
      if (!Bet.isOpen(bet)) return remove(bet)
      const own = ownOf(bet)
      own.bets.set(bet.id, bet)
      own.shown = null
      byId.set(bet.id, bet)
    },
    remove
  }
}

export class OpenBets extends Context.Service<OpenBets, ReturnType<typeof make>>()("clever-better/bot/OpenBets") {
  static readonly layer = Layer.sync(OpenBets, make)
}
