/**
 * The names by which markets, runners, strategies and bets are known. Each is a brand, so that one cannot be handed
 * over where another is meant.
 */
import { Schema } from "effect"

/** Betfair's market id, for instance `1.181223995`. */
export const MarketId = Schema.String.check(Schema.isPattern(/^\d+\.\d+$/)).pipe(Schema.brand("MarketId"))
export type MarketId = typeof MarketId.Type

/** Betfair's id of a runner; the same horse keeps it from race to race. */
export const SelectionId = Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("SelectionId"))
export type SelectionId = typeof SelectionId.Type

/** The name under which one configured strategy trades, for instance `simple_value`. */
export const StrategyId = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9_-]{0,39}$/)).pipe(
  Schema.brand("StrategyId")
)
export type StrategyId = typeof StrategyId.Type

/** Our own id of a bet: a UUID of version 7, so that bets sort by the time they were intended. */
export const BetId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
).pipe(Schema.brand("BetId"))
export type BetId = typeof BetId.Type

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0")

/**
 * A UUIDv7 (RFC 9562, 5.7) from a time, a counter and 62 random bits.
 *
 * @param now epoch milliseconds
 * @param random a source of numbers in [0, 1), called three times, and once more without a counter
 * @param counter tells ids of one millisecond apart in order, at most 4095; random when absent
 */
export const makeBetId = (
  now: number,
  random: () => number,
  counter = Math.floor(random() * (largestCounter + 1))
): BetId => {
  const time = hex(Math.floor(now), 12)
  const a = hex(counter, 3)
  const b = hex(0x8000 + Math.floor(random() * 0x4000), 4)
  const c = hex(Math.floor(random() * 0x1000000), 6)
  const d = hex(Math.floor(random() * 0x1000000), 6)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${b}-${c}${d}` as BetId
}

const largestCounter = 0xfff

/**
 * Makes ids that sort in the order in which they were made, though a clock stands still or goes back: then the counter goes
 * on, and when that is full the time does (RFC 9562, 6.2).
 */
export const betIds = (): ((now: number, random: () => number) => BetId) => {
  let last = -1
  let counter = 0
  return (now, random) => {
    if (now > last || counter === largestCounter) {
      last = Math.max(now, last + 1)
      counter = 0
    } else counter++
    return makeBetId(last, random, counter)
  }
}

/** The reference sent with an order: the bet's id without dashes, 32 characters, Betfair's maximum. */
export const customerOrderRef = (id: BetId): string => id.replaceAll("-", "")

/** The bet whose reference this is; null for a reference that is none of ours. */
export const fromCustomerOrderRef = (ref: string): BetId | null => {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})(7[0-9a-f]{3})([89ab][0-9a-f]{3})([0-9a-f]{12})$/.exec(ref)
  return parts === null ? null : (parts.slice(1).join("-") as BetId)
}

/**
 * One number for a runner of a market: its selection and, in handicap and line markets, its line. Lines are multiples of a
 * quarter between -8192 and 8191.75 (runs and points lines pass a thousand), so the key stays an exact integer.
 */
export type RunnerKey = number & { readonly RunnerKey: unique symbol }

/** Betfair's ids have nine digits so far; larger ones than this would have no exact key. */
export const largestSelectionId = 0x0f_ffff_ffff
/** Lines below this, or from its opposite on, have no key. */
export const lowestHandicap = -8192

const linesOfRunner = 65_536

export const runnerKey = (selectionId: number, handicap = 0): RunnerKey =>
  (selectionId * linesOfRunner + (handicap - lowestHandicap) * 4) as RunnerKey

/** What a key was made of. */
export const runnerOf = (key: RunnerKey): { readonly selectionId: SelectionId; readonly handicap: number } => {
  const selectionId = Math.floor(key / linesOfRunner)
  return {
    selectionId: selectionId as SelectionId,
    handicap: (key - selectionId * linesOfRunner) / 4 + lowestHandicap
  }
}
