/** Races as training and judging see them, wherever they come from. */
import { createHash } from "node:crypto"

export interface RaceSample {
  readonly id: string
  /** For instance `2024-01-31`. */
  readonly day: string
  /** A runner's features, in the order of the sample's names. */
  readonly rows: ReadonlyArray<ReadonlyArray<number>>
  /** Of the win: 1 for the winner, 1/n each in a dead heat; they sum to 1. */
  readonly shares: ReadonlyArray<number>
  /** The market's de-margined probabilities at the moment of decision; they sum to 1. */
  readonly market: ReadonlyArray<number>
  /** Decimal odds at which a backer could bet at that moment, null where there were none. */
  readonly odds: ReadonlyArray<number | null>
}

export interface Samples {
  /** The kind of races and the moment of decision, for instance `thoroughbreds at the off`. */
  readonly segment: string
  /**
   * The first is the logarithm of the market's probability, to which a model falls back where the others have nothing to
   * say.
   */
  readonly features: ReadonlyArray<string>
  /** Ever more features to choose from, each the first so many. */
  readonly choices: ReadonlyArray<number>
  /** By day. */
  readonly races: ReadonlyArray<RaceSample>
  /** Races that are not among them, by the reason. */
  readonly leftOut: Readonly<Record<string, number>>
}

/** The same races with the same features have the same fingerprint. */
export const fingerprintOf = (races: ReadonlyArray<RaceSample>): string => {
  const hash = createHash("sha256")
  for (const { day, id, market, odds, rows, shares } of races) {
    hash.update(JSON.stringify([id, day, rows, shares, market, odds]))
  }
  return hash.digest("hex")
}

export interface Period {
  readonly from: string
  readonly to: string
}

/** First and last day; empty texts when there are no races. */
export const periodOf = (races: ReadonlyArray<RaceSample>): Period => ({
  from: races[0]?.day ?? "",
  to: races.at(-1)?.day ?? ""
})

/** Splits before a day, so that no day is on both sides. */
export const splitAt = (
  races: ReadonlyArray<RaceSample>,
  day: string
): readonly [before: ReadonlyArray<RaceSample>, from: ReadonlyArray<RaceSample>] => {
  const index = races.findIndex((race) => race.day >= day)
  return index < 0 ? [races, []] : [races.slice(0, index), races.slice(index)]
}

/** The first day of which at most that share of the races lies before: where to split. */
export const dayAfterShare = (races: ReadonlyArray<RaceSample>, share: number): string =>
  races[Math.min(races.length - 1, Math.round(races.length * share))]?.day ?? ""
