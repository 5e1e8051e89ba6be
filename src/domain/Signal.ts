/** What a strategy asks for. A signal is a wish: predictions, position size and risk decide what becomes of it. */
import type { BetId, MarketId, SelectionId, StrategyId } from "./Identifiers.ts"
import type { Pence } from "./Money.ts"
import type { Persistence } from "./Order.ts"
import type { Price } from "./PriceLadder.ts"
import type { Side } from "./Side.ts"

interface ToRunner {
  readonly selectionId: SelectionId
  /** 0 except in handicap markets. */
  readonly handicap?: number
  readonly side: Side
}

/** How the order is to be made once its size is known. */
export type OrderStyle =
  | {
      readonly _tag: "LIMIT"
      readonly price: Price
      readonly persistence?: Persistence
      readonly fillOrKill?: boolean
      readonly minFillSize?: Pence
    }
  | { readonly _tag: "LIMIT_ON_CLOSE"; readonly price: Price }
  | { readonly _tag: "MARKET_ON_CLOSE" }

/** How much: by Kelly from the signal's probability, or what the strategy says (a stake; for a LAY on the close, a liability). */
export type Sizing = { readonly _tag: "KELLY" } | { readonly _tag: "FIXED"; readonly amount: Pence }

export interface PlaceSignal extends ToRunner {
  readonly _tag: "Place"
  readonly order: OrderStyle
  readonly sizing: Sizing
  /** The strategy's own probability that the runner wins (or is placed), in (0, 1). Kelly sizing needs it. */
  readonly probability?: number
  /** How sure the strategy is of its signal, in [0, 1]. */
  readonly confidence: number
  /** In words, for `explain`. */
  readonly reason: string
  /**
   * Tells apart signals that may be open side by side on one runner and side. Without it a strategy has one open bet
   * per market, selection and side.
   */
  readonly slot?: string
  /** The market's version (`market.version`) that the signal is meant for: under another one the order lapses. */
  readonly marketVersion?: number
}

export interface CancelSignal {
  readonly _tag: "Cancel"
  readonly betId: BetId
  readonly reason: string
}

/** Cancels the unmatched part and places it anew at `price`; the new order is checked like any other. */
export interface ReplaceSignal {
  readonly _tag: "Replace"
  readonly betId: BetId
  readonly price: Price
  readonly reason: string
  /** As of a `Place`. */
  readonly marketVersion?: number
}

/** Changes what becomes of the unmatched part when the market turns in-play. */
export interface UpdateSignal {
  readonly _tag: "Update"
  readonly betId: BetId
  readonly persistence: Persistence
  readonly reason: string
}

export type Signal = PlaceSignal | CancelSignal | ReplaceSignal | UpdateSignal

/** A signal with where it came from. */
export interface StrategySignal<S extends Signal = Signal> {
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly signal: S
  /** Epoch milliseconds of the evaluation. */
  readonly at: number
}
