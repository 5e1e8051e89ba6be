import { describe, expect, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import * as TradingDay from "../../src/domain/TradingDay.ts"

const hour = 3_600_000
const zone = (name: string) => Option.getOrThrow(TradingDay.zone(name))
const utc = (text: string) => Date.parse(`${text}Z`)

describe("TradingDay.at", () => {
  it.each([
    ["Europe/London", "2026-03-29", "2026-03-29T00:00", "2026-03-29T23:00", 23],
    ["Europe/London", "2026-10-25", "2026-10-24T23:00", "2026-10-26T00:00", 25],
    ["Europe/London", "2026-07-01", "2026-06-30T23:00", "2026-07-01T23:00", 24],
    ["America/New_York", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00", 23],
    ["America/New_York", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00", 25],
    ["Australia/Sydney", "2026-04-05", "2026-04-04T13:00", "2026-04-05T14:00", 25],
    ["Africa/Cairo", "2024-04-26", "2024-04-25T22:00", "2024-04-26T21:00", 23],
    ["America/Havana", "2025-11-02", "2025-11-02T04:00", "2025-11-03T05:00", 25],
    ["UTC", "2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00", 24]
  ])("in %s holds all of %s", (name, key, start, end, hours) => {
    const day = { key, start: utc(start), end: utc(end) }
    expect(day.end - day.start).toBe(hours * hour)
    expect(TradingDay.at(day.start, zone(name))).toEqual(day)
    expect(TradingDay.at(day.start + 12 * hour, zone(name))).toEqual(day)
    expect(TradingDay.at(day.end - 1, zone(name))).toEqual(day)
    expect(TradingDay.at(day.end, zone(name)).start).toBe(day.end)
    expect(TradingDay.at(day.start - 1, zone(name)).end).toBe(day.start)
  })

  it("does not fall back to the old day where clocks go back across midnight", () => {
    // St John's went from 00:01 on the 7th back to 23:01 on the 6th of November 2010.
    const again = utc("2010-11-07T02:45")
    expect(TradingDay.at(again, zone("America/St_Johns")).key).toBe("2010-11-07")
  })

  const Instant = Schema.Int.check(
    Schema.isBetween({ minimum: utc("2000-01-01T00:00"), maximum: utc("2040-01-01T00:00") })
  )
  const Zone = Schema.Literals(["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"])

  it.prop("holds its instant, and days follow each other without a gap", { now: Instant, name: Zone }, (given) => {
    const day = TradingDay.at(given.now, zone(given.name))
    expect(TradingDay.contains(day, given.now)).toBe(true)
    expect(TradingDay.at(day.end, zone(given.name)).start).toBe(day.end)
    expect(TradingDay.at(day.end, zone(given.name)).key > day.key).toBe(true)
  })
})

describe("TradingDay.zone", () => {
  it("knows no zone that does not exist", () => {
    expect(Option.isNone(TradingDay.zone("Europe/Atlantis"))).toBe(true)
  })
})
