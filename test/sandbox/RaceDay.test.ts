import { Option } from "effect"
import { describe, expect, it } from "vitest"
import { messagesOf, racesAt, resultOf } from "../../src/sandbox/RaceDay.ts"
import { marketIdOf, raceOf } from "../../src/sandbox/MarketNumber.ts"
import * as RaceCard from "../../src/sandbox/RaceCard.ts"
import { day, firstIndex, minuteMs } from "./races.ts"

describe("RaceDay.racesAt", () => {
  it("has every race whose markets are open, and with a minute's interval one off within a minute", () => {
    const now = firstIndex * minuteMs + 12_345
    const races = racesAt(day, now)
    const cards = Array.from({ length: 40 }, (_, i) => RaceCard.make(day, firstIndex - 20 + i))
    for (const card of cards) {
      if (card.openAt <= now && card.closeAt >= now) expect(races).toContain(card.index)
      if (card.openAt > now) expect(races).not.toContain(card.index)
    }
    expect(races).toContain(firstIndex + 1)
  })

  it("has no race before the epoch", () => {
    expect(racesAt(day, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe("RaceDay.messagesOf", () => {
  it("ends with the closing definitions of both markets", () => {
    const last = [...messagesOf(day, firstIndex)].slice(-2)
    expect(last.map((message) => message.mc![0]!.marketDefinition?.status)).toEqual(["CLOSED", "CLOSED"])
  })
})

describe("RaceDay.resultOf", () => {
  it("is the closing definition as it was published", () => {
    for (const index of [firstIndex, firstIndex + 1, firstIndex + 2]) {
      for (const message of [...messagesOf(day, index)].slice(-2)) {
        const change = message.mc![0]!
        expect(Option.getOrThrow(resultOf(day, change.id))).toEqual({
          definition: change.marketDefinition,
          settledAt: message.pt
        })
      }
    }
  })

  it("is none for the exchange's markets and those of another day", () => {
    expect(resultOf(day, "1.181223995")).toEqual(Option.none())
    expect(resultOf(day, marketIdOf({ ...day, seed: 8 }, firstIndex, "WIN"))).toEqual(Option.none())
  })
})

describe("marketIdOf", () => {
  it("tells the race", () => {
    for (const marketType of ["WIN", "PLACE"] as const) {
      expect(raceOf(day, marketIdOf(day, firstIndex, marketType))).toEqual(Option.some(firstIndex))
    }
    expect(marketIdOf(day, firstIndex, "WIN")).not.toBe(marketIdOf(day, firstIndex, "PLACE"))
  })
})

describe("RaceCard.make", () => {
  const cards = Array.from({ length: 1000 }, (_, i) => RaceCard.make(day, firstIndex + i))

  it("mixes horses and greyhounds, British and Irish venues, withdrawals and field sizes", () => {
    const share = (wanted: (card: RaceCard.RaceCard) => boolean) => cards.filter(wanted).length / cards.length
    expect(Math.abs(share((card) => card.sport === "horses") - 0.55)).toBeLessThan(0.07)
    expect(share((card) => card.venue.countryCode === "IE")).toBeGreaterThan(0.2)
    expect(Math.abs(share((card) => card.withdrawal !== null) - 0.12)).toBeLessThan(0.04)
    expect(new Set(cards.map((card) => card.entries.length)).size).toBeGreaterThan(8)
  })

  it("orders its times, and ends before the day forgets the race", () => {
    for (const { closeAt, finishAt, offAt, openAt, scheduledOffAt, withdrawal } of cards) {
      const times = [openAt, ...(withdrawal === null ? [] : [withdrawal.at]), scheduledOffAt, offAt, finishAt, closeAt]
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(closeAt).toBeLessThan(scheduledOffAt + RaceCard.longestAfterOffMs)
    }
  })

  it("runs nobody twice at once, and lets a horse keep its name", () => {
    const names = new Map<number, string>()
    cards.forEach((card, i) => {
      const ids = card.entries.map((entry) => entry.selectionId)
      expect(new Set(ids).size).toBe(ids.length)
      expect(new Set(card.entries.map((entry) => entry.name)).size).toBe(ids.length)
      const near = cards
        .slice(Math.max(0, i - 15), i)
        .flatMap((other) => other.entries.map((entry) => entry.selectionId))
      expect(ids.filter((id) => near.includes(id))).toEqual([])
      for (const { name, selectionId } of card.entries) {
        const known = names.get(selectionId) ?? name
        expect(name.replace(/^\d\. /, "")).toBe(known.replace(/^\d\. /, ""))
        names.set(selectionId, name)
      }
    })
  })
})
