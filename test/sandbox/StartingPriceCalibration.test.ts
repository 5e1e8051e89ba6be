import { beforeAll, describe, expect, it } from "vitest"
import { Race } from "../../src/sandbox/Race.ts"
import { softmax } from "../../src/sandbox/RaceProgress.ts"
import { day, firstIndex } from "./races.ts"

interface Runner {
  readonly startingPrice: number
  /** The right chance of winning at the off, which nobody in the market knows. */
  readonly chance: number
  readonly won: boolean
}

/** Played to the starting price with the crowd, and to the end of the race without it. */
const run = (index: number): ReadonlyArray<Runner> => {
  const race = new Race(day, index)
  race.fastForward(race.card.offAt + 700)
  const chances = new Float64Array(race.strengths.length)
  softmax(race.strengths, chances)
  race.fastForward(race.card.closeAt)
  return race.markets[0]!.runners.flatMap((runner, i) =>
    runner.startingPrice === null
      ? []
      : [{ startingPrice: runner.startingPrice, chance: chances[i]!, won: runner.status === "WINNER" }]
  )
}

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

describe("generated starting prices", () => {
  let races: ReadonlyArray<ReadonlyArray<Runner>> = []
  let runners: ReadonlyArray<Runner> = []

  beforeAll(() => {
    races = Array.from({ length: 300 }, (_, i) => run(firstIndex + i))
    runners = races.flat()
  })

  it("come true as often as they say, from favourites to outsiders", () => {
    for (const [from, to] of [
      [1, 2.5],
      [2.5, 4],
      [4, 7],
      [7, 12],
      [12, 25],
      [25, 1001]
    ] as const) {
      const some = runners.filter(({ startingPrice }) => startingPrice >= from && startingPrice < to)
      const expected = some.reduce((sum, { startingPrice }) => sum + 1 / startingPrice, 0)
      const variance = some.reduce((sum, { startingPrice }) => sum + (1 - 1 / startingPrice) / startingPrice, 0)
      const won = some.filter((runner) => runner.won).length
      expect(some.length).toBeGreaterThan(50)
      expect(Math.abs(won - expected)).toBeLessThan(3.5 * Math.sqrt(variance))
    }
  })

  it("make a round book", () => {
    const rounds = races.map((race) => race.reduce((sum, { startingPrice }) => sum + 1 / startingPrice, 0))
    expect(Math.abs(mean(rounds) - 1)).toBeLessThan(0.01)
    expect(Math.min(...rounds)).toBeGreaterThan(0.93)
    expect(Math.max(...rounds)).toBeLessThan(1.08)
  })

  it("return about nothing to who backs everything, before commission", () => {
    // Against the right chances, which leaves out the luck of the races; and against the results, where it is large.
    expect(Math.abs(mean(runners.map(({ chance, startingPrice }) => chance * startingPrice - 1)))).toBeLessThan(0.015)
    const returns = runners.map(({ startingPrice, won }) => (won ? startingPrice - 1 : -1))
    const deviation = Math.sqrt(mean(returns.map((value) => value * value)) / returns.length)
    expect(Math.abs(mean(returns))).toBeLessThan(3 * deviation)
  })

  it("are off the right price at times, by enough to be worth finding", () => {
    const edges = runners
      .filter(({ startingPrice }) => startingPrice < 20)
      .map(({ chance, startingPrice }) => Math.abs(chance * startingPrice - 1))
    expect(edges.filter((edge) => edge > 0.05).length / edges.length).toBeGreaterThan(0.05)
    expect(edges.filter((edge) => edge > 0.05).length / edges.length).toBeLessThan(0.5)
  })
})
