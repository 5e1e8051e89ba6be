/**
 * All that is settled about a race before its market opens: when and where it is run, who runs, how strong they are, who
 * will be withdrawn, how long it takes. A function of the day and the race's number alone.
 */
import { DateTime } from "effect"
import { SeededRandom } from "./SeededRandom.ts"
import { drawField, venues, type Sport, type Venue } from "./Stable.ts"

/** One endless day of racing. Race number k is off at epoch k × interval. */
export interface Day {
  readonly seed: number
  /** Whole milliseconds. */
  readonly intervalMs: number
}

export type MarketType = "WIN" | "PLACE"

const sequences = { card: 1, progress: 2, win: 3, place: 4 } as const

/** One of a race's independent sequences of random numbers. */
export const randomOf = (day: Day, index: number, sequence: keyof typeof sequences): SeededRandom =>
  new SeededRandom(day.seed, day.intervalMs, index, sequences[sequence])

export interface Entry {
  readonly selectionId: number
  readonly name: string
  /** Natural logarithm of the strength known when the market opens. */
  readonly strength: number
}

export interface RaceCard {
  readonly day: Day
  readonly index: number
  readonly sport: Sport
  readonly venue: Venue
  readonly eventId: string
  readonly eventName: string
  /** For instance `R3 6f Hcap` or `A5 480m`. */
  readonly name: string
  readonly raceType: string | null
  readonly entries: ReadonlyArray<Entry>
  /** How many runners the place market pays. */
  readonly places: number
  /** All times are epoch milliseconds, in their order. */
  readonly openAt: number
  readonly withdrawal: { readonly entry: number; readonly at: number } | null
  readonly scheduledOffAt: number
  readonly offAt: number
  readonly finishAt: number
  readonly closeAt: number
  /** How much is bet, 1 being an ordinary win market on horses. */
  readonly liquidity: number
}

export const openBeforeOffMs = 600_000
/** No race is on its way for longer than this after the scheduled off. */
export const longestAfterOffMs = 180_000

const withdrawalChance = 0.12
/** The withdrawal suspends the market for some seconds, all of them well before the off. */
const withdrawalBeforeOffMs = [70_000, 540_000] as const
const formSpread: Readonly<Record<Sport, number>> = { horses: 0.7, greyhounds: 0.4 }

const flat = ["5f", "6f", "7f", "1m", "1m2f", "1m4f"]
const jumps = ["2m", "2m3f", "2m5f", "3m"]

/** Betfair's place terms by the number of runners when the market is formed: greyhounds 2; horses 2, from 8 runners 3, from 16 4. */
const placesFor = (sport: Sport, runners: number): number =>
  sport === "greyhounds" || runners < 8 ? 2 : runners < 16 ? 3 : 4

const ordinal = (day: number): string => {
  const suffix = day >= 11 && day <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")
  return `${day}${suffix}`
}
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")

const meetingOf = (venue: Venue, sport: Sport, offAt: number) => {
  const date = DateTime.toPartsUtc(DateTime.makeUnsafe(offAt))
  const venueNumber = venues[sport].indexOf(venue) + (sport === "horses" ? 0 : 50)
  return {
    eventId: String(40_000_000 + Math.floor(offAt / 86_400_000) * 100 + venueNumber),
    eventName: `${venue.name} ${ordinal(date.day)} ${months[date.month - 1]!}`
  }
}

const raceName = (random: SeededRandom, sport: Sport) => {
  if (sport === "greyhounds")
    return { name: `A${1 + random.below(9)} ${random.pick([270, 450, 480, 500])}m`, raceType: null }
  const raceType = random.pick(["Flat", "Flat", "Flat", "Hurdle", "Chase"])
  const kind =
    raceType === "Flat"
      ? random.pick(["Hcap", "Hcap", "Nov Stks", "Mdn Stks"])
      : raceType === "Hurdle"
        ? "Hcap Hrd"
        : "Hcap Chs"
  return { name: `${random.pick(raceType === "Flat" ? flat : jumps)} ${kind}`, raceType }
}

/** Horse fields: mostly 7 to 11 runners, 5 at least, 16 at most. */
const fieldSize = (random: SeededRandom, sport: Sport): number =>
  sport === "greyhounds" ? 6 : Math.max(5, Math.min(16, Math.round(9 + 2.6 * random.normal())))

export const make = (day: Day, index: number): RaceCard => {
  const random = randomOf(day, index, "card")
  const sport: Sport = random.chance(0.55) ? "horses" : "greyhounds"
  const venue = random.pick(venues[sport])
  const scheduledOffAt = index * day.intervalMs
  const entries = drawField(random, day.seed, index, sport, fieldSize(random, sport)).map((runner, i): Entry => ({
    selectionId: runner.selectionId,
    name: sport === "greyhounds" ? `${i + 1}. ${runner.name}` : runner.name,
    strength: runner.ability + formSpread[sport] * random.normal()
  }))
  const withdrawn = entries.length >= 6 && random.chance(withdrawalChance)
  const withdrawal = {
    entry: random.below(entries.length),
    at: Math.round(scheduledOffAt - random.between(withdrawalBeforeOffMs[0], withdrawalBeforeOffMs[1]))
  }
  const offAt = scheduledOffAt + Math.round(random.between(500, 4_000))
  const finishAt =
    offAt + Math.round(sport === "horses" ? random.between(60_000, 100_000) : random.between(28_000, 32_000))
  const closeAt = finishAt + Math.round(random.between(15_000, 40_000))
  const liquidity = (sport === "horses" ? 1 : 0.2) * Math.exp(0.35 * random.normal())
  return {
    day,
    index,
    sport,
    venue,
    ...meetingOf(venue, sport, scheduledOffAt),
    ...raceName(random, sport),
    // Horses are listed as the exchange does, favourite first; greyhounds by trap.
    entries: sport === "horses" ? entries.toSorted((a, b) => b.strength - a.strength) : entries,
    places: placesFor(sport, entries.length),
    openAt: scheduledOffAt - openBeforeOffMs,
    withdrawal: withdrawn ? withdrawal : null,
    scheduledOffAt,
    offAt,
    finishAt,
    closeAt,
    liquidity
  }
}
