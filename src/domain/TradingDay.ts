/**
 * The day that a day's loss is counted for: the calendar day of a time zone, from its first instant to the first instant
 * of the next. On the days when clocks change it is 23 or 25 hours long, which is why nothing here adds 24 hours.
 */
import { DateTime, Option } from "effect"

export interface TradingDay {
  /** The calendar date in the zone, `2026-03-29`. */
  readonly key: string
  /** First instant, epoch milliseconds. */
  readonly start: number
  /** First instant of the next day, epoch milliseconds. */
  readonly end: number
}

/** A time zone by its IANA name, for instance `Europe/London`; none when there is no such zone. */
export const zone = (name: string): Option.Option<DateTime.TimeZone> => DateTime.zoneMakeNamed(name)

const twoDigits = (part: number) => part.toString().padStart(2, "0")

/**
 * The first instant of a date, whose day of the month may run over the month's end. Where clocks go forward at midnight
 * that is one o'clock, where midnight comes twice it is the first one.
 */
const startOf = (year: number, month: number, day: number, timeZone: DateTime.TimeZone): number =>
  DateTime.toEpochMillis(
    DateTime.makeZonedUnsafe({ year, month, day }, { timeZone, adjustForTimeZone: true, disambiguation: "compatible" })
  )

/** The day that was asked for last in each zone: it takes a tenth of a millisecond to make, and everybody asks for today. */
const last = new Map<string, TradingDay>()

/** The day that `now` (epoch milliseconds) belongs to in the zone. */
export const at = (now: number, timeZone: DateTime.TimeZone): TradingDay => {
  const name = DateTime.zoneToString(timeZone)
  const known = last.get(name)
  if (known !== undefined && contains(known, now)) return known
  const day = dayOf(now, timeZone)
  last.set(name, day)
  return day
}

const dayOf = (now: number, timeZone: DateTime.TimeZone): TradingDay => {
  const { day, month, year } = DateTime.toParts(DateTime.setZone(DateTime.makeUnsafe(now), timeZone))
  const end = startOf(year, month, day + 1, timeZone)
  // Gotcha: where clocks go back across midnight the old date comes round again; the new day has begun all the same.
  if (now >= end) return dayOf(end, timeZone)
  return { key: `${year}-${twoDigits(month)}-${twoDigits(day)}`, start: startOf(year, month, day, timeZone), end }
}

/** True when the instant lies in the day. */
export const contains = (day: TradingDay, instant: number): boolean => instant >= day.start && instant < day.end
