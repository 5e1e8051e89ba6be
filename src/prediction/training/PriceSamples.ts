/**
 * Races of price files as samples, decided at one of two moments. For each feature it is said when its columns are known:
 * what is known later than the decision would be a leak, however well it predicts.
 */
import { dayNumber, History, keysOf, type RunnerPast } from "./History.ts"
import * as PlaceMarket from "./PlaceMarket.ts"
import { type PastKind, type PastRace, type PastRunner, sharesOf } from "./PastRace.ts"
import type { RaceSample, Samples } from "./Samples.ts"

/**
 * The scheduled off has the best prices of that minute. At the off the starting price is known, and whatever was traded
 * before; then a bet at the starting price is already placed, so the profit of bettors is what foresight would have earned.
 */
export type Moment = "scheduled-off" | "off"

interface View {
  readonly race: PastRace
  readonly runner: PastRunner
  /** The market's probability at the moment of decision. */
  readonly chance: number
  /** Logarithms of other de-margined probabilities, where the runner has none those of `chance`. */
  readonly scheduled: number
  readonly back: number
  readonly last: number
  readonly average: number
  readonly place: number
  readonly rated: number
  readonly history: History
  readonly past: RunnerPast | undefined
}

interface Feature {
  readonly name: string
  /** When what it is made of is known. */
  readonly known: string
  readonly value: (view: View) => number
}

const log = ({ chance }: View): number => Math.log(chance)

const market = (known: string): Feature => ({ name: "market", known, value: log })

const scheduledOff = "at the scheduled off"
const atTheOff = "at the off"
const morning = "in the morning"
const before = "the day before"

const shape: ReadonlyArray<Feature> = [
  { name: "market_squared", known: "with the market", value: (view) => (log(view) / 3) ** 2 },
  {
    name: "market_by_field",
    known: "with the market",
    value: (view) => log(view) * Math.log(view.race.runners.length / 10)
  }
]

const scheduledPrices: ReadonlyArray<Feature> = [
  { name: "back_gap", known: scheduledOff, value: (view) => view.back - log(view) },
  {
    name: "spread",
    known: scheduledOff,
    value: ({ runner: { back, lay } }) => (back === null || lay === null ? 0 : Math.log(lay / back))
  }
]

const pricesAtTheOff: ReadonlyArray<Feature> = [
  { name: "place_gap", known: atTheOff, value: (view) => view.place - log(view) },
  { name: "scheduled_gap", known: scheduledOff, value: (view) => view.scheduled - log(view) },
  { name: "average_gap", known: atTheOff, value: (view) => view.average - log(view) }
]

const lastPrice: ReadonlyArray<Feature> = [
  { name: "last_gap", known: atTheOff, value: (view) => view.last - log(view) }
]

const rating: ReadonlyArray<Feature> = [{ name: "rated_gap", known: morning, value: (view) => view.rated - log(view) }]

const excess = (of: keyof ReturnType<typeof keysOf>): Feature => ({
  name: `${of}_excess`,
  known: before,
  value: ({ chance, history, race, runner }) => history.excess(keysOf(race, runner, chance)[of])
})

const isRested = (from: number, to: number) => (view: View) => {
  const days = view.past === undefined ? 0 : dayNumber(view.race.day) - view.past.lastDay
  return days > from && days <= to ? 1 : 0
}

const past: ReadonlyArray<Feature> = [
  excess("runner"),
  excess("band"),
  excess("type"),
  { name: "is_known", known: before, value: (view) => (view.past === undefined ? 0 : 1) },
  {
    name: "since_last_race",
    known: before,
    value: (view) => (view.past === undefined ? 0 : log(view) - view.past.lastLog)
  },
  { name: "back_within_8_days", known: before, value: isRested(0, 8) },
  { name: "away_60_days", known: before, value: isRested(60, 10_000) }
]

const numbered: ReadonlyArray<Feature> = [
  excess("box"),
  { name: "number", known: "with the race card", value: ({ runner }) => runner.number / 10 }
]

const racePast: ReadonlyArray<Feature> = [
  {
    name: "drift_habit",
    known: before,
    value: (view) => (view.past === undefined ? 0 : view.past.drift / (view.past.races + 3))
  },
  {
    name: "in_play_habit",
    known: before,
    value: (view) => (view.past === undefined ? 0 : view.past.inPlay / (view.past.races + 3))
  }
]

const speed: ReadonlyArray<Feature> = [
  { name: "early_speed", known: morning, value: ({ runner }) => runner.earlySpeed ?? 0 },
  { name: "inside_box", known: "with the race card", value: ({ runner }) => (runner.number === 1 ? 1 : 0) }
]

/** Features in groups, those most likely to hold first: training chooses how many groups to use. */
const groupsOf = (kind: PastKind, moment: Moment): ReadonlyArray<ReadonlyArray<Feature>> => {
  if (kind === "uk-ie") return [[market(atTheOff)], rating, shape, past]
  if (kind === "greyhounds") return [[market(atTheOff)], rating, speed, numbered, [...shape, ...past]]
  return moment === "off"
    ? [[market(atTheOff)], pricesAtTheOff, [...lastPrice, ...shape], [...numbered, ...past, ...racePast]]
    : [[market(scheduledOff)], scheduledPrices, shape, [...numbered, ...past, ...racePast]]
}

/** The features of a kind of races at a moment, and when each is known. */
export const featuresOf = (kind: PastKind, moment: Moment): ReadonlyArray<Pick<Feature, "known" | "name">> =>
  groupsOf(kind, moment).flat()

/** Files with rated prices have no prices of the scheduled off. */
export const momentsOf = (kind: PastKind): ReadonlyArray<Moment> =>
  kind === "thoroughbreds" ? ["scheduled-off", "off"] : ["off"]

/** Sums of probabilities outside are those of fields with runners missing, or of prices nobody could have had. */
const leastSum = 0.85
const mostSum = 1.3

/** @param races of one kind, by day */
export const make = (races: ReadonlyArray<PastRace>, kind: PastKind, moment: Moment): Samples => {
  const groups = groupsOf(kind, moment)
  const features = groups.flat()
  const history = new History()
  const leftOut: Record<string, number> = {}
  const samples: Array<RaceSample> = []
  for (const race of races) {
    history.begin(race.day)
    const made = sampleOf(race, moment, features, history)
    if (typeof made === "string") leftOut[made] = (leftOut[made] ?? 0) + 1
    else samples.push(made)
  }
  let width = 0
  const choices = groups.map((group) => (width += group.length))
  const segment = `${kind} at the ${moment === "off" ? "off" : "scheduled off"}`
  return { segment, features: features.map(({ name }) => name), choices, races: samples, leftOut }
}

/** Why the race is left out, when it is. */
const sampleOf = (
  race: PastRace,
  moment: Moment,
  features: ReadonlyArray<Feature>,
  history: History
): RaceSample | string => {
  const { runners } = race
  if (runners.length < 2) return "fewer than two runners"
  if (!runners.some(({ hasWon }) => hasWon)) return "no winner"
  const marketPrice = moment === "off" ? startingChance : middleChance
  const raw = runners.map(marketPrice)
  if (raw.some((chance) => chance === null)) return "a runner without a price"
  if (race.kind !== "thoroughbreds" && runners.some(({ rated }) => rated === null)) return "a runner without a rating"
  const total = raw.reduce<number>((sum, chance) => sum + (chance ?? 0), 0)
  if (!(total >= leastSum && total <= mostSum)) return "prices that are not those of a whole field"
  const chances = raw.map((chance) => (chance ?? 0) / total)
  const shares = (pick: (runner: PastRunner) => number | null) => logShares(runners, pick, chances)
  const scheduled = shares(middleChance)
  const back = shares(({ back }) => inverse(back))
  const last = shares(({ last }) => inverse(last))
  const average = shares(({ average }) => inverse(average))
  const placeOdds = runners.map(({ placeBsp }) => placeBsp)
  const place = (PlaceMarket.impliedChances(chances, placeOdds) ?? chances).map(Math.log)
  const rated = shares(({ rated }) => inverse(rated))
  const rows = runners.map((runner, i) => {
    const view: View = {
      race,
      runner,
      chance: chances[i]!,
      scheduled: scheduled[i]!,
      back: back[i]!,
      last: last[i]!,
      average: average[i]!,
      place: place[i]!,
      rated: rated[i]!,
      history,
      past: history.runner(runner.id)
    }
    return features.map(({ value }) => value(view))
  })
  const starting = shares(startingChance)
  history.learn(
    race,
    chances,
    starting.map((log, i) => log - scheduled[i]!)
  )
  return {
    id: race.id,
    day: race.day,
    rows,
    shares: sharesOf(race),
    market: chances,
    odds: runners.map(({ back, bsp }) => (moment === "off" ? bsp : back))
  }
}

const inverse = (odds: number | null): number | null => (odds === null ? null : 1 / odds)

const startingChance = ({ bsp }: PastRunner): number | null => inverse(bsp)

/** A runner nobody lays is longer than its best price to back. */
const layGuess = 1.3

const middleChance = ({ back, lay }: PastRunner): number | null =>
  back === null ? null : 0.5 / back + 0.5 / (lay ?? back * layGuess)

/** Logarithms of the runners' shares, the market's own in place of what is missing. */
const logShares = (
  runners: ReadonlyArray<PastRunner>,
  pick: (runner: PastRunner) => number | null,
  chances: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const raw = runners.map((runner, i) => pick(runner) ?? chances[i]!)
  const total = raw.reduce((sum, value) => sum + value, 0)
  return raw.map((value) => Math.log(value / total))
}
