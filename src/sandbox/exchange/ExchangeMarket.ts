/**
 * A market as the exchange deals with it, whether it is generated or played from a recording: what the rules, the listings
 * and the accounts' bets need of it, and no more.
 */
import type { Pence } from "../../domain/Money.ts"
import type { MarketChange, MarketDefinitionMessage, RunnerChange } from "../../market/MarketMessage.ts"
import type { Order } from "../OrderBook.ts"
import type { Outsiders } from "../Outsiders.ts"
import type { StartingPriceBets } from "../StartingPrice.ts"

/** Sizes by tick of the CLASSIC ladder. */
export interface ShownOrders {
  readonly sizes: Float64Array
}

/** The prices of a runner, and what accounts' orders do in them. Matches are told to the orders' owners. */
export interface RunnerBook {
  /** Orders to back: what is available to lay. */
  readonly backs: ShownOrders
  readonly lays: ShownOrders
  /** Both sides of each match counted. */
  readonly traded: Float64Array
  readonly totalTraded: Pence
  /** -1 before the first match. */
  readonly lastTick: number
  /** Matches what can be matched at the order's price or better; the rest of it rests. */
  readonly place: (order: Order) => void
  /** Matches at least `minFillSize` at the order's price on average, or nothing; the rest of it does not rest. */
  readonly fillOrKill: (order: Order, minFillSize: Pence) => void
  /** Withdraws what is left of a resting order. */
  readonly remove: (order: Order) => void
  /** Takes `size`, less than what is left, off a resting order, which keeps its place. */
  readonly reduce: (order: Order, size: Pence) => void
}

export interface ExchangeRunner {
  readonly entry: { readonly selectionId: number; readonly name: string }
  /** In the exchange's words. */
  readonly status: string
  readonly isActive: boolean
  /** Percent. */
  readonly adjustmentFactor: number
  /** Decimal odds; null until they are found. */
  readonly startingPrice: number | null
  readonly book: RunnerBook
  readonly bets: StartingPriceBets
  readonly image: () => RunnerChange
}

export interface ExchangeMarket {
  readonly marketId: string
  readonly marketType: string
  readonly numberOfWinners: number
  readonly runners: ReadonlyArray<ExchangeRunner>
  readonly status: "OPEN" | "SUSPENDED" | "CLOSED"
  /** Suspended by hand. */
  readonly isHeld: boolean
  readonly inPlay: boolean
  readonly bspReconciled: boolean
  /** Whether bets at the starting price are taken at all. */
  readonly hasStartingPrices: boolean
  /** Whether it is bet on in running. */
  readonly turnsInPlay: boolean
  readonly betDelaySeconds: number
  /** Grows with each change of the definition. */
  readonly version: number
  /** Scheduled, epoch milliseconds. */
  readonly startsAt: number
  readonly totalMatched: Pence
  outsiders: Outsiders | null
  /** Complete: whatever a recording leaves out is filled in. */
  readonly definition: () => MarketDefinitionMessage
  readonly image: () => MarketChange
}

/** What markets live by: it is played on with time, and suspended and released by hand. */
export interface Course {
  /** Epoch milliseconds: of what is happening, or up to which everything has. */
  readonly time: number
  /** Plays on without telling. */
  readonly fastForward: (until: number) => void
  /** An account has changed a market: that is to be published. */
  readonly touch: (market: Pick<ExchangeMarket, "marketId">) => void
  readonly hold: (market: Pick<ExchangeMarket, "marketId">, isHeld: boolean) => void
}

/**
 * On which runners of a closed market bets are void: on all if nobody won (in markets of independent questions, which pay
 * any number of winners, if nobody won or lost), else on those that have no result.
 */
export const voidedBy = ({ numberOfWinners, runners }: ExchangeMarket): ((runner: number) => boolean) => {
  const has = (wanted: string) => runners.some(({ status }) => status === wanted)
  const isDecided = has("WINNER") || (numberOfWinners === 0 && has("LOSER"))
  return (runner) => !isDecided || !["WINNER", "LOSER"].includes(runners[runner]!.status)
}
