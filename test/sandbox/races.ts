/** What the tests of generated racing share: a day, and races of a wanted kind found by looking. */
import { Race } from "../../src/sandbox/Race.ts"
import * as RaceCard from "../../src/sandbox/RaceCard.ts"
import type { Day } from "../../src/sandbox/RaceCard.ts"

export const minuteMs = 60_000
/** Race numbers of a minute's interval are minutes of epoch time; this one is in November 2026. */
export const firstIndex = 29_900_000
export const day: Day = { seed: 7, intervalMs: minuteMs }

export const findRace = (wanted: (card: RaceCard.RaceCard) => boolean): Race => {
  for (let index = firstIndex; index < firstIndex + 2000; index++) {
    if (wanted(RaceCard.make(day, index))) return new Race(day, index)
  }
  throw new Error("no such race")
}

/** A race on horses and one on greyhounds, each with a withdrawn runner. */
export const withdrawnHorse = () => findRace((card) => card.sport === "horses" && card.withdrawal !== null)
export const withdrawnGreyhound = () => findRace((card) => card.sport === "greyhounds" && card.withdrawal !== null)
