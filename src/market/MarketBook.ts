/**
 * The prices of a market as they stand: plain mutable objects that one writer (`BookStore`) changes in place, message by
 * message. Whoever reads them does so synchronously, before the next message, and copies what it wants to keep.
 */
import type { MarketId, RunnerKey, SelectionId } from "../domain/Identifiers.ts"
import type { MarketDefinition, RunnerDefinition } from "../domain/Market.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import { PriceSizes } from "./PriceSizes.ts"

/** How deep the prices are that the data carries: it decides whether a limit order can be simulated at all. */
export type Depth = "NONE" | "LAST_PRICE" | "BEST_OFFERS" | "FULL_LADDER"

export class RunnerBook {
  readonly key: RunnerKey
  readonly selectionId: SelectionId
  readonly handicap: number
  /** Null until a definition names the runner. */
  definition: RunnerDefinition | null = null
  /**
   * What a backer can take, best (highest) price first: full ladder, else best three, else virtual prices.
   * Gotcha: another object after a change of source, so read it anew from the runner each time.
   */
  availableToBack: PriceSizes = new PriceSizes(1)
  /** What a layer can take, best (lowest) price first; see `availableToBack`. */
  availableToLay: PriceSizes = new PriceSizes(-1)
  /** Volume traded at each price since the market opened; the exchange counts both sides of a match. */
  readonly traded = new PriceSizes(1)
  /** Money waiting for the starting price. */
  readonly startingPriceBack = new PriceSizes(1)
  readonly startingPriceLay = new PriceSizes(-1)
  /** 0 until something has been traded. */
  lastPriceTraded: Price = 0
  /**
   * The volume the exchange tells (`tv`) or the sum of `traded`, whichever is more: purchased recordings tell the volume of
   * the last update only.
   */
  totalMatched: Pence = 0
  /** Projected starting prices in decimal odds; null when unknown or infinite. */
  startingPriceNear: number | null = null
  startingPriceFar: number | null = null
  /** The market's update in which this runner last changed. */
  updated = 0
  /** Prices whose traded volume rose in update `updated`, and by how much; valid up to `riseCount`. */
  readonly risePrices: Array<Price> = []
  readonly riseSizes: Array<Pence> = []
  riseCount = 0

  constructor(key: RunnerKey, selectionId: SelectionId, handicap: number) {
    this.key = key
    this.selectionId = selectionId
    this.handicap = handicap
  }

  get isActive(): boolean {
    return this.definition?.status === "ACTIVE"
  }
}

export class MarketBook {
  readonly marketId: MarketId
  /** The same object until the exchange defines the market differently. */
  definition: MarketDefinition | null = null
  /** In the order of the definition, then of appearance. */
  readonly runners: Array<RunnerBook> = []
  readonly runnersByKey = new Map<RunnerKey, RunnerBook>()
  /** Of the whole market: as told by the exchange or summed over the runners, whichever is more. */
  totalMatched: Pence = 0
  depth: Depth = "NONE"
  /** Publish time of the last message about this market, epoch milliseconds. */
  publishTime = 0
  /** Counts the messages about this market. */
  updates = 0

  constructor(marketId: MarketId) {
    this.marketId = marketId
  }

  get isOpen(): boolean {
    return this.definition?.status === "OPEN"
  }
}
