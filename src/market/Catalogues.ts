/** The catalogues that came with the prices, by market: what definitions leave open is filled in from them. */
import { Context } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as MarketCatalogue from "./MarketCatalogue.ts"

export class Catalogues {
  private readonly markets = new Map<MarketId, MarketCatalogue.MarketCatalogue>()

  get size(): number {
    return this.markets.size
  }

  /** Of two catalogues of one market the first counts. */
  add(market: MarketCatalogue.MarketCatalogue): void {
    if (!this.markets.has(market.marketId)) this.markets.set(market.marketId, market)
  }

  /** Drops those that nobody wants any more. */
  retain(isWanted: (marketId: MarketId) => boolean): void {
    for (const marketId of this.markets.keys()) if (!isWanted(marketId)) this.markets.delete(marketId)
  }

  get(marketId: MarketId): MarketCatalogue.MarketCatalogue | undefined {
    return this.markets.get(marketId)
  }

  /** The definition with the facts of its market's catalogue, or as it is where there is none. */
  readonly complete = (definition: MarketDefinition): MarketDefinition => {
    const market = this.markets.get(definition.marketId)
    return market === undefined ? definition : MarketCatalogue.merge(definition, market)
  }
}

/** Those that the feed has brought with it: none, unless it says so. The books complete every definition from them. */
export const GivenCatalogues = Context.Reference<Catalogues>("clever-better/market/GivenCatalogues", {
  defaultValue: () => new Catalogues()
})
