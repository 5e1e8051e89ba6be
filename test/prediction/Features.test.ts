import { describe, expect, it } from "@effect/vitest"
import * as Features from "../../src/prediction/Features.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const column = (name: (typeof Features.names)[number]) => Features.names.indexOf(name)

const race = (change: Parameters<Scenario["define"]>[0] = {}) =>
  new Scenario(
    [
      { back: 2, lay: 2.02, last: 1.98, traded: 600 },
      { back: 4, lay: 4.1, last: 4.1, traded: 300 },
      { back: 4.8, lay: 5, last: 5, traded: 100 }
    ],
    change
  )

const compute = ({ book, market, now }: Scenario) => Features.compute({ book, market, at: now })

describe("Features.compute", () => {
  it("takes the margin out of the middle of the spread", () => {
    const rows = compute(race())!.rows
    const raw = [0.5 / 2 + 0.5 / 2.02, 0.5 / 4 + 0.5 / 4.1, 0.5 / 4.8 + 0.5 / 5]
    const total = raw[0]! + raw[1]! + raw[2]!
    rows.forEach((row, i) => {
      expect(row).toHaveLength(Features.names.length)
      expect(Math.exp(row[column("market")]!)).toBeCloseTo(raw[i]! / total, 12)
    })
    expect(rows.map((row) => row[column("rank")])).toEqual([0, 0.5, 1])
    expect(rows.map((row) => row[column("favourite")])).toEqual([1, 0, 0])
    expect(rows[2]![column("spread")]).toBeCloseTo(Math.log(5 / 4.8), 12)
    expect(rows[0]![column("volume_share")]).toBeCloseTo(Math.log(0.6 / (raw[0]! / total)), 12)
  })

  it("tells a runner that has shortened by the average of what was traded", () => {
    const scenario = race()
    const runner = scenario.book.runners[0]!
    runner.traded.set(300, 10_000)
    runner.traded.set(200, 10_000)
    const price = 1 / (0.5 / 2 + 0.5 / 2.02)
    const average = 20_000 / (10_000 / 3 + 10_000 / 2)
    expect(compute(scenario)!.rows[0]![column("trend")]).toBeCloseTo(Math.log(average / price), 12)
    expect(compute(scenario)!.rows[1]![column("trend")]).toBe(0)
  })

  it("is finite whatever is missing, as long as every runner has a price", () => {
    const scenario = new Scenario([{ back: 2 }, { lay: 1000, last: 900 }, { back: 30, lay: 34 }])
    expect(compute(scenario)!.rows.flat().every(Number.isFinite)).toBe(true)
  })

  it("says nothing of markets that are not to be priced", () => {
    expect(compute(race({ inPlay: true }))).toBeNull()
    expect(compute(race({ status: "SUSPENDED" }))).toBeNull()
    expect(compute(race({ numberOfWinners: 3 }))).toBeNull()
    expect(compute(race().quote(2, { back: null, lay: null }))).toBeNull()
  })
})

describe("Features.columnsFor", () => {
  it("finds the columns and names what there is not", () => {
    expect(Features.columnsFor(["trend", "market"])).toEqual({ columns: [column("trend"), 0], unknown: [] })
    expect(Features.columnsFor(["market", "runner_excess"]).unknown).toEqual(["runner_excess"])
  })
})
