/** A race that is over, as a price file tells of it: what its runners cost at several moments, and who won. */

/** Which of the price files it comes from decides which prices there are. */
export type PastKind = "thoroughbreds" | "uk-ie" | "greyhounds"

/** Prices are decimal odds, null where the file has none. */
export interface PastRunner {
  /** The same in all its races. */
  readonly id: string
  /** Saddle cloth or trap, 0 when the file has none. */
  readonly number: number
  readonly hasWon: boolean
  /** Best to back and to lay at the scheduled off. */
  readonly back: number | null
  readonly lay: number | null
  /** Starting price: known at the off. */
  readonly bsp: number | null
  /** Last traded before the off, and the average of all traded until then: known at the off. */
  readonly last: number | null
  readonly average: number | null
  /** Starting price of the place market, null also where there were two such markets: known at the off. */
  readonly placeBsp: number | null
  /** Lowest traded in running: known when the race is over. */
  readonly lowestInPlay: number | null
  /** Of a rating service, published on the morning of the race. */
  readonly rated: number | null
  /** Predicted early speed, published with the rated price. */
  readonly earlySpeed: number | null
}

export interface PastRace {
  readonly id: string
  readonly kind: PastKind
  /** Local, for instance `2024-01-31`. */
  readonly day: string
  readonly track: string
  /** For instance `Hcap` or `Gr5`; empty when the file has none. */
  readonly raceType: string
  /** Without those withdrawn. */
  readonly runners: ReadonlyArray<PastRunner>
}

/** Each runner's share of the win: 1 for the winner, 1/n for each of n in a dead heat. */
export const sharesOf = (race: PastRace): ReadonlyArray<number> => {
  const winners = race.runners.filter(({ hasWon }) => hasWon).length
  return race.runners.map(({ hasWon }) => (hasWon ? 1 / winners : 0))
}
