import { describe, expect, it } from "@effect/vitest"
import type { PastRace, PastRunner } from "../../../src/prediction/training/PastRace.ts"
import * as PriceSamples from "../../../src/prediction/training/PriceSamples.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"

const runner = (id: number, random: SeededRandom): PastRunner => {
  const back = 5 + 3 * random.next()
  return {
    id: String(id),
    number: 1 + (id % 6),
    hasWon: false,
    back,
    lay: back + 0.2,
    bsp: back + random.next(),
    last: back + random.next(),
    average: back + random.next(),
    placeBsp: 1.8 + (id % 7) / 20,
    lowestInPlay: 1.01 + random.next(),
    rated: back,
    earlySpeed: random.next()
  }
}

/** Six of thirty runners meet, three times a day. */
const racing = (days: number, seed = 1): Array<PastRace> => {
  const random = new SeededRandom(seed)
  return Array.from({ length: 3 * days }, (_, r): PastRace => {
    const winner = random.below(6)
    return {
      id: String(r),
      kind: "thoroughbreds",
      day: `2024-01-${String(1 + Math.floor(r / 3)).padStart(2, "0")}`,
      track: r % 2 === 0 ? "Ascot" : "Bath",
      raceType: "Hcap",
      runners: Array.from({ length: 6 }, (_, i) => runner(((r * 7) % 5) * 6 + i, random)).map((each, i) => ({
        ...each,
        hasWon: i === winner
      }))
    }
  })
}

const change = (race: PastRace, by: Partial<PastRunner>): PastRace => ({
  ...race,
  runners: race.runners.map((runner) => ({ ...runner, ...by }))
})

const rows = (races: ReadonlyArray<PastRace>, moment: PriceSamples.Moment = "scheduled-off") =>
  PriceSamples.make(races, "thoroughbreds", moment).races.map((race) => race.rows)

/** Of runners that the win market holds for equal. */
const placeGaps = (odds: ReadonlyArray<number | null>): ReadonlyArray<number> => {
  const [race] = racing(1)
  const runners = race!.runners.map((each, i) => ({ ...each, bsp: 6, placeBsp: odds[i]! }))
  const { features, races } = PriceSamples.make([{ ...race!, runners }], "thoroughbreds", "off")
  return races[0]!.rows.map((row) => row[features.indexOf("place_gap")]!)
}

describe("PriceSamples.make", () => {
  it("learns nothing of a race before its day is over", () => {
    const races = racing(6)
    const before = rows(races).slice(0, 15)
    // The last day is another: other winners, other prices in running.
    const turned = races.map((race, r) =>
      r < 12 ? race : { ...race, runners: race.runners.map((each) => ({ ...each, hasWon: !each.hasWon })) }
    )
    expect(rows(turned).slice(0, 15)).toEqual(before)
    expect(rows(turned).slice(15)).not.toEqual(rows(races).slice(15))
  })

  it("knows at the scheduled off no price of its race from later", () => {
    const races = racing(6)
    const last = races.length - 1
    const later = { bsp: 9, last: 8, average: 7, placeBsp: 3, lowestInPlay: 1.5 }
    const changed = races.map((race, r) => (r === last ? change(race, later) : race))
    expect(rows(changed)).toEqual(rows(races))
    expect(rows(changed, "off")).not.toEqual(rows(races, "off"))
  })

  it("knows at the off nothing of what happened in running, though earlier races have told", () => {
    const races = racing(6)
    const last = races.length - 1
    const inRunning = (at: number) => races.map((race, r) => (r === at ? change(race, { lowestInPlay: 1.2 }) : race))
    expect(rows(inRunning(last), "off")).toEqual(rows(races, "off"))
    expect(rows(inRunning(0), "off")).not.toEqual(rows(races, "off"))
  })

  it("hears the place market's opinion at the off, and none where a runner has no place price", () => {
    const [shorter, ...others] = placeGaps([1.5, 2.2, 2.2, 2.2, 2.2, 2.2])
    expect(shorter).toBeGreaterThan(0.3)
    for (const other of others) expect(other).toBeLessThan(0)
    expect(placeGaps([1.5, null, 2.2, 2.2, 2.2, 2.2])).toEqual([0, 0, 0, 0, 0, 0])
  })

  it("says when each feature is known", () => {
    for (const moment of ["scheduled-off", "off"] as const) {
      const features = PriceSamples.featuresOf("thoroughbreds", moment)
      expect(features[0]!.name).toBe("market")
      const late = features.filter(({ known }) => known === "at the off")
      expect(late.length > 0).toBe(moment === "off")
    }
  })

  it("counts the races it leaves out, by reason", () => {
    const races = racing(1)
    const { leftOut } = PriceSamples.make(
      [
        change(races[0]!, { hasWon: false }),
        change(races[1]!, { back: null }),
        change(races[2]!, { back: 20, lay: 21 })
      ],
      "thoroughbreds",
      "scheduled-off"
    )
    expect(leftOut).toEqual({
      "no winner": 1,
      "a runner without a price": 1,
      "prices that are not those of a whole field": 1
    })
  })
})
