/**
 * listVenues, listCountries, listMarketTypes, listCompetitions and listTimeRanges: how many open markets there are of each.
 * Clients call them when they start.
 */
import type { Account } from "./Account.ts"
import type * as Answers from "./Answers.ts"
import { isoSecond } from "./BetWire.ts"
import type { Floor } from "./Floor.ts"
import { filtered, type Listed } from "./MarketListing.ts"
import { answer, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"

/** The markets of each group; a market without one is in none. */
const counted = <A>(
  floor: Floor,
  account: Account,
  params: unknown,
  groupOf: (listed: Listed) => string | number | undefined,
  toResult: (group: string, marketCount: number) => A
): Reply<ReadonlyArray<A>> => {
  const counts = new Map<string, number>()
  for (const listed of filtered(floor, account, new Request(params).part("filter"))) {
    const group = groupOf(listed)
    if (group !== undefined) counts.set(String(group), (counts.get(String(group)) ?? 0) + 1)
  }
  return answer(Array.from(counts, ([group, marketCount]) => toResult(group, marketCount)))
}

export const listVenues = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<Answers.VenueResult>> =>
  counted(
    floor,
    account,
    params,
    ({ definition }) => definition.venue,
    (venue, marketCount) => ({ venue, marketCount })
  )

export const listCountries = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<Answers.CountryCodeResult>> =>
  counted(
    floor,
    account,
    params,
    ({ definition }) => definition.countryCode,
    (countryCode, marketCount) => ({ countryCode, marketCount })
  )

export const listMarketTypes = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<Answers.MarketTypeResult>> =>
  counted(
    floor,
    account,
    params,
    ({ market }) => market.marketType,
    (marketType, marketCount) => ({ marketType, marketCount })
  )

/** None: races belong to no competition, and recorded definitions do not tell theirs. */
export const listCompetitions = (floor: Floor, account: Account, params: unknown): Reply<ReadonlyArray<never>> => {
  filtered(floor, account, new Request(params).part("filter"))
  return answer([])
}

const granularityMs = { DAYS: 86_400_000, HOURS: 3_600_000, MINUTES: 60_000 } as const

export const listTimeRanges = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<Answers.TimeRangeResult>> => {
  const ms = granularityMs[new Request(params).choice("granularity", ["DAYS", "HOURS", "MINUTES"], null)]
  return counted(
    floor,
    account,
    params,
    ({ market }) => Math.floor(market.startsAt / ms),
    (group, marketCount) => ({
      timeRange: { from: isoSecond(Number(group) * ms), to: isoSecond((Number(group) + 1) * ms) },
      marketCount
    })
  )
}
