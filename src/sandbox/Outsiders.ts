/**
 * Those in a market who are not of its crowd, or not in its recording: accounts with orders in its books. They are told what happens to
 * the market before its crowd acts on it, and look after their own orders; a market without any plays as if nobody asked.
 */
export interface Outsiders {
  /** When they want to be called next, epoch milliseconds; infinity for never. */
  readonly dueAt: number
  /** It is `dueAt`. */
  readonly due: () => void
  readonly suspended: () => void
  /** `cancelsLays`: the reduction is large enough for unmatched lays on the others to go. */
  readonly withdraws: (runner: number, reductionPercent: number, cancelsLays: boolean) => void
  /** Before the starting prices are worked out: what takes them joins their bets. */
  readonly reconciles: () => void
  /** The starting prices stand; orders that are not kept lapse. */
  readonly reconciled: () => void
  /** It turned in-play without starting prices: orders that are not kept lapse. */
  readonly turned: () => void
  /** The result stands; no order is left. */
  readonly closed: () => void
}
