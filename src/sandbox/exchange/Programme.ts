/** Which markets there are: of a generated day's races, or from recordings. */
import type { MarketMessage } from "../../market/MarketMessage.ts"
import type { Course, ExchangeMarket } from "./ExchangeMarket.ts"

export interface OpenMarket {
  readonly race: Course
  readonly market: ExchangeMarket
}

export interface Programme {
  /** Those that are not closed. */
  readonly markets: ReadonlyArray<OpenMarket>
  readonly find: (marketId: string) => OpenMarket | undefined
  /** An open market, or a closed one as it ended. */
  readonly known: (marketId: string) => ExchangeMarket | undefined
  /** Plays all on to `until`; what they publish in the order of its time, or nothing unless it is `told`. */
  readonly play: (until: number, told: boolean) => ReadonlyArray<MarketMessage>
}
