/**
 * The price files there are, told apart by their headers: which column means what, and how its cells are written. Cells
 * are read strictly; what they cannot be is a sentence for the user.
 */
import type { PastKind } from "./PastRace.ts"

/** Names of columns. */
export interface PriceLayout {
  readonly kind: PastKind
  readonly day: string
  readonly track: string
  readonly raceType: string
  readonly marketId: string
  readonly selectionId: string
  readonly result: string
  readonly bsp: string
  readonly number?: string
  readonly placeBsp?: string
  readonly back?: string
  readonly lay?: string
  readonly last?: string
  readonly average?: string
  readonly lowestInPlay?: string
  readonly rated?: string
  readonly earlySpeed?: string
}

const layouts: ReadonlyArray<PriceLayout> = [
  {
    kind: "thoroughbreds",
    day: "LOCAL_MEETING_DATE",
    track: "TRACK",
    raceType: "RACE_TYPE",
    marketId: "WIN_MARKET_ID",
    selectionId: "SELECTION_ID",
    result: "WIN_RESULT",
    bsp: "WIN_BSP",
    number: "TAB_NUMBER",
    placeBsp: "PLACE_BSP",
    back: "BEST_AVAIL_BACK_AT_SCHEDULED_OFF",
    lay: "BEST_AVAIL_LAY_AT_SCHEDULED_OFF",
    last: "WIN_PREPLAY_LAST_PRICE_TAKEN",
    average: "WIN_PREPLAY_WEIGHTED_AVERAGE_PRICE_TAKEN",
    lowestInPlay: "WIN_INPLAY_MIN_PRICE_TAKEN"
  },
  {
    kind: "uk-ie",
    day: "LOCAL_RACE_DATE",
    track: "TRACK",
    raceType: "WIN_MARKET_NAME",
    marketId: "WIN_MARKET_ID",
    selectionId: "SELECTION_ID",
    result: "WIN_RESULT",
    bsp: "WIN_BSP",
    rated: "RATED_PRICE"
  },
  {
    kind: "greyhounds",
    day: "Date",
    track: "Track",
    raceType: "Race Name",
    marketId: "MarketId",
    selectionId: "SelectionId",
    result: "WIN_RESULT",
    bsp: "WIN_BSP",
    number: "Rug",
    rated: "Rated Price",
    earlySpeed: "Early Speed"
  }
]

const columnsOf = (layout: PriceLayout): ReadonlyArray<string> =>
  Object.entries(layout).flatMap(([meaning, column]) => (meaning === "kind" ? [] : [column]))

/** The layout of a file with such a header, undefined when it is none of the known ones. */
export const layoutOf = (header: ReadonlyArray<string>): PriceLayout | undefined =>
  layouts.find((layout) => columnsOf(layout).every((column) => header.includes(column)))

/** What a file without a known header lacks, of the layout it resembles most. */
export const missingColumns = (header: ReadonlyArray<string>): ReadonlyArray<string> => {
  const presentIn = (layout: PriceLayout) => columnsOf(layout).filter((column) => header.includes(column)).length
  const nearest = layouts.reduce((nearest, layout) => (presentIn(layout) > presentIn(nearest) ? layout : nearest))
  return columnsOf(nearest).filter((column) => !header.includes(column))
}

/** What a cell could not be read as. */
export class Unreadable {
  readonly expected: string
  constructor(expected: string) {
    this.expected = expected
  }
}

/** `2020-01-31`, `2026-01-31 21:49:00` or `31/01/2025` (day first), as `2020-01-31`. */
export const readDay = (cell: string): string | Unreadable => {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?: \d{2}:\d{2}:\d{2})?$/.exec(cell)
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(cell)
  const [year, month, day] = iso?.slice(1, 4) ?? slashed?.slice(1, 4).toReversed() ?? []
  const text = `${year}-${month?.padStart(2, "0")}-${day?.padStart(2, "0")}`
  const time = Date.parse(`${text}T00:00:00Z`)
  // The parser lets 31 February be a day in March.
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text
    ? new Unreadable("a day like 2025-01-31 or 31/01/2025")
    : text
}

/** Decimal odds; null when the cell is empty. Prices of 1 or less, which do occur in ratings, are none. */
export const readOdds = (cell: string): number | null | Unreadable => {
  if (cell === "") return null
  const value = Number(cell)
  if (!Number.isFinite(value)) return new Unreadable("decimal odds or nothing")
  return value > 1 ? value : null
}

export const readNumber = (cell: string): number | null | Unreadable => {
  if (cell === "" || cell === "Unknown") return null
  const value = Number(cell)
  return Number.isFinite(value) ? value : new Unreadable("a number, Unknown or nothing")
}

/** An id, which some files write with decimals: `198450638.0`. */
export const readId = (cell: string): string | Unreadable => {
  const [, id] = /^(\d+)(?:\.0)?$/.exec(cell) ?? []
  return id ?? new Unreadable("an id, in digits")
}

/** Null for a runner that was withdrawn: no result, or -1. */
export const readResult = (cell: string): boolean | null | Unreadable => {
  if (cell === "WINNER" || cell === "1.0" || cell === "1") return true
  if (cell === "LOSER" || cell === "0.0" || cell === "0") return false
  if (cell === "" || cell === "REMOVED" || cell === "-1.0" || cell === "-1") return null
  return new Unreadable("WINNER, LOSER, REMOVED, 1, 0, -1 or nothing")
}
