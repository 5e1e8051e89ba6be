/**
 * The rules of the simulated venue as named switches. `flumine` reproduces the reference simulator, defects included, so
 * that results can be compared to the penny; `honest` is what paper trading uses: where the reference flatters or
 * forgets, it does what the exchange does, or errs against the trader. docs/SIMULATION.md has the same list as a table.
 */
import type { Pence } from "../domain/Money.ts"

export interface MatchingProfile {
  readonly name: "default" | "flumine"
  /** What an order takes from the displayed prices is gone until they show more; otherwise the next order may take it again. */
  readonly removesTakenLiquidity: boolean
  /**
   * Whether a resting order is filled (at its own price) by displayed prices that cross it: never; with each update by all
   * that is `displayed`, again and again; or by what `remains` of it after our own orders have taken their part.
   */
  readonly crossingFills: "never" | "displayed" | "remaining"
  /**
   * Share of the money cancelled at our price that stood ahead of us, cancellations being spread evenly over the queue.
   * With a number the queue also never exceeds what is displayed. Null: the queue advances by trades alone.
   */
  readonly cancellationsAhead: number | null
  /** Traded volume is used up by the orders of one strategy among themselves, or by all orders of the account. */
  readonly volumeSharing: "strategy" | "account"
  /**
   * The queue ahead of an order uses up volume for orders of ours behind it too. Without it only fills do, because the
   * queue ahead of two orders is the same money; then orders at one price queue behind each other exactly.
   */
  readonly queueUsesVolume: boolean
  /** The account takes better prices than it asked for; otherwise such an order lapses. */
  readonly bestPriceExecution: boolean
  /** `exact` integers, halves against us; or `binary`: the reference's rounding of floating-point pounds. */
  readonly rounding: "exact" | "binary"
  /** `reference`: lapsed orders are voided once more, voids of SP orders use the reduced liability, a lay that grows at the SP is booked with a negative cancellation, SP orders never lapse. */
  readonly bookkeeping: "exact" | "reference"
  /** `exchange`: factors of any size reduce in place markets, 2.5 % and more elsewhere; `reference`: 2.5 % everywhere. */
  readonly reductionThreshold: "exchange" | "reference"
  /** A withdrawal cancels unmatched lays on the others (2.5 % in win, 4 % in place markets) and scales those that persist. */
  readonly cancelsLaysOnRemoval: boolean
  /** Stakes below the exchange's minimum are refused. */
  readonly refusesSmallStakes: boolean
  /** Limit orders are refused where the data has no ladder: such data cannot tell whether they would match. */
  readonly refusesWithoutLadder: boolean
  /** At a price the data does not reach (best three levels) the queue is `unknown` until the price shows, or `empty`. */
  readonly hiddenQueue: "unknown" | "empty"
  /** LAPSE orders lapse when the market turns in-play even if no suspension was seen. */
  readonly lapsesAtTurn: boolean
  /** The closing message's withdrawals and starting prices count, and what is left then lapses. */
  readonly endsAtClose: boolean
  /** In-play orders that rest are not delayed where the market's bet-delay models include PASSIVE. */
  readonly honoursDelayModels: boolean
  /** Fills at placement bear the time of the `book` they were matched against, or of the `execution`. */
  readonly stamp: "book" | "execution"
}

/** The reference's behaviour, with its default configuration. */
export const flumine: MatchingProfile = {
  name: "flumine",
  removesTakenLiquidity: false,
  crossingFills: "never",
  cancellationsAhead: null,
  volumeSharing: "strategy",
  queueUsesVolume: true,
  bestPriceExecution: true,
  rounding: "binary",
  bookkeeping: "reference",
  reductionThreshold: "reference",
  cancelsLaysOnRemoval: false,
  refusesSmallStakes: false,
  refusesWithoutLadder: false,
  hiddenQueue: "empty",
  lapsesAtTurn: false,
  endsAtClose: false,
  honoursDelayModels: false,
  stamp: "book"
}

/** What the exchange would have done, as far as its data can tell; in doubt against us. */
export const honest: MatchingProfile = {
  name: "default",
  removesTakenLiquidity: true,
  crossingFills: "remaining",
  cancellationsAhead: 0.5,
  volumeSharing: "account",
  queueUsesVolume: false,
  bestPriceExecution: true,
  rounding: "exact",
  bookkeeping: "exact",
  reductionThreshold: "exchange",
  cancelsLaysOnRemoval: true,
  refusesSmallStakes: true,
  refusesWithoutLadder: true,
  hiddenQueue: "unknown",
  lapsesAtTurn: true,
  endsAtClose: true,
  honoursDelayModels: true,
  stamp: "execution"
}

export const profiles = { default: honest, flumine } as const

/** Least amounts of the exchange for accounts in pounds (EXCHANGE.md "Stakes"). */
export const minimums: { readonly size: Pence; readonly payout: Pence; readonly startingPriceLiability: Pence } = {
  size: 100,
  payout: 1000,
  startingPriceLiability: 1000
}

/** Milliseconds between a request and the venue looking at it; a market's bet delay comes on top for place and replace. */
export interface Latencies {
  readonly placeMs: number
  readonly cancelMs: number
  readonly updateMs: number
  readonly replaceMs: number
  /** Deviation of the logarithm of a latency round its median, the figure above; 0: constant. */
  readonly spread: number
  readonly seed: number
}

/** The reference's latencies. */
export const latencies: Latencies = {
  placeMs: 120,
  cancelMs: 170,
  updateMs: 150,
  replaceMs: 280,
  spread: 0,
  seed: 1
}

/** Longest a drawn latency may become, as a multiple of its median. */
const longest = 20

/** A market's own draws: they depend on the seed and its id only, not on what other markets do. */
export const drawLatency = (seed: number, marketId: string, spread: number): ((medianMs: number) => number) => {
  if (spread === 0) return (medianMs) => medianMs
  let state = seed | 0
  for (let i = 0; i < marketId.length; i++) state = Math.imul(state ^ marketId.charCodeAt(i), 0x01000193)
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return (medianMs) => {
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
    return Math.round(medianMs * Math.min(longest, Math.exp(spread * normal)))
  }
}
