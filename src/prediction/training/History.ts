/**
 * What earlier races said about where the market was wrong: sums by runner, by track and number, by track and price, by
 * kind of race and price. A day's races are learnt when the day is over, so no race sees another of its own day, whatever
 * the time zones of their tracks.
 */
import { type PastRace, type PastRunner, sharesOf } from "./PastRace.ts"

/** One runner of a race that is over, beside what the market had thought of it. */
interface Lesson {
  readonly key: string
  readonly residual: number
  readonly variance: number
}

interface Tally {
  /** Of (share of the win - the market's probability). */
  residual: number
  /** Of probability × (1 - probability): what the residuals' squares should sum to. */
  variance: number
}

/** A runner's last race, and its habits. */
export interface RunnerPast {
  readonly races: number
  /** Days since 1970. */
  readonly lastDay: number
  /** Logarithm of its probability in its last race. */
  readonly lastLog: number
  /** Sum of the logarithms of starting price / lowest price in running. */
  readonly inPlay: number
  /** Sum of the logarithms of the starting price's probability / the one at the scheduled off. */
  readonly drift: number
}

interface RunnerLesson {
  readonly id: string
  readonly day: number
  readonly log: number
  readonly inPlay: number
  readonly drift: number
}

const dayMs = 86_400_000

export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs

/** Prices in steps of about one and a half to a doubling. */
export const bandOf = (chance: number): number => Math.min(9, Math.floor(-Math.log2(chance) * 1.5))

export class History {
  private readonly tallies = new Map<string, Tally>()
  private readonly runners = new Map<string, RunnerPast>()
  private lessons: Array<Lesson> = []
  private runnerLessons: Array<RunnerLesson> = []
  private day = ""

  /** To be called with each race before it is asked about, in the order of days. */
  begin(day: string): void {
    if (day === this.day) return
    this.day = day
    for (const { key, residual, variance } of this.lessons) {
      const tally = this.tallies.get(key)
      if (tally === undefined) this.tallies.set(key, { residual, variance })
      else {
        tally.residual += residual
        tally.variance += variance
      }
    }
    for (const { day, drift, id, inPlay, log } of this.runnerLessons) {
      const past = this.runners.get(id)
      this.runners.set(id, {
        races: (past?.races ?? 0) + 1,
        lastDay: day,
        lastLog: log,
        inPlay: (past?.inPlay ?? 0) + inPlay,
        drift: (past?.drift ?? 0) + drift
      })
    }
    this.lessons = []
    this.runnerLessons = []
  }

  /**
   * What the race has shown; it counts from the next day on. In the order of its runners: the market's probabilities at the
   * moment of decision, and the logarithms of the starting price's probability / the one at the scheduled off.
   */
  learn(race: PastRace, chances: ReadonlyArray<number>, drifts: ReadonlyArray<number>): void {
    const shares = sharesOf(race)
    race.runners.forEach((runner, i) => {
      const chance = chances[i]!
      const residual = shares[i]! - chance
      const variance = chance * (1 - chance)
      for (const key of Object.values(keysOf(race, runner, chance))) this.lessons.push({ key, residual, variance })
      this.runnerLessons.push({
        id: runner.id,
        day: dayNumber(race.day),
        log: Math.log(chance),
        inPlay: runner.bsp === null || runner.lowestInPlay === null ? 0 : Math.log(runner.bsp / runner.lowestInPlay),
        drift: drifts[i]!
      })
    })
  }

  /**
   * Wins beyond what the market expected, in standard deviations of luck alone, drawn towards 0 while there is little to go
   * by.
   */
  excess(key: string): number {
    const tally = this.tallies.get(key)
    return tally === undefined ? 0 : tally.residual / Math.sqrt(tally.variance + priorVariance)
  }

  runner(id: string): RunnerPast | undefined {
    return this.runners.get(id)
  }
}

/** As much luck as about ten middling runners bring. */
const priorVariance = 1

export const keysOf = (race: PastRace, runner: PastRunner, chance: number) => ({
  runner: `r ${runner.id}`,
  box: `b ${race.track} ${runner.number}`,
  band: `p ${race.track} ${bandOf(chance)}`,
  type: `t ${race.raceType} ${bandOf(chance)}`
})
