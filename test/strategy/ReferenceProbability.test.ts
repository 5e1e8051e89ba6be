import { describe, expect, it } from "vitest"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { ReferenceProbability } from "../../src/strategy/ReferenceProbability.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const halfLifeMs = 60_000

/** Two runners at 2.0, watched for as long. */
const watched = (seconds: number) => {
  const race = new Scenario([
    { back: 2, lay: 2 },
    { back: 2, lay: 2 }
  ])
  const reference = new ReferenceProbability(halfLifeMs)
  observe(reference, race)
  observe(reference, race.after(seconds))
  return { race, reference }
}

const observe = (reference: ReferenceProbability, race: Scenario) => reference.observe(race.market, race.book, race.now)

const first = runnerKey(1)

/** What a runner's wide quote implies beside one at evens. */
const implied = (quote: object) => {
  const race = new Scenario([
    { back: 2, lay: 2 },
    { back: 1.5, lay: 3, ...quote }
  ])
  const reference = new ReferenceProbability(halfLifeMs)
  observe(reference, race)
  observe(reference, race.after(60))
  return reference.of(first)
}

describe("ReferenceProbability", () => {
  it("knows nothing of a price that has not stood for any time", () => {
    const { reference } = watched(0)
    expect(reference.of(first)).toBeNaN()
    expect(reference.history(first)).toBe(0)
  })

  it("weighs what stood one half-life half as much as all before it", () => {
    const { race, reference } = watched(10_000)
    race.quote(1, { back: 1.25, lay: 1.25 }).quote(2, { back: 5, lay: 5 })
    observe(reference, race)
    expect(reference.of(first)).toBeCloseTo(0.5, 12)
    observe(reference, race.after(60))
    expect(reference.of(first)).toBeCloseTo((0.5 + 0.8) / 2, 12)
  })

  it("measures its history in half-lives", () => {
    expect(watched(60).reference.history(first)).toBeCloseTo(0.5, 12)
    expect(watched(120).reference.history(first)).toBeCloseTo(0.75, 12)
  })

  it("takes the margin out of the prices", () => {
    const { race, reference } = watched(60)
    race.quote(1, { back: 1.8, lay: 1.8 }).quote(2, { back: 1.8, lay: 1.8 })
    observe(reference, race)
    observe(reference, race.after(60))
    expect(reference.of(first)).toBeCloseTo(0.5, 12)
  })

  it.each([
    ["while the market is suspended", { status: "SUSPENDED" as const }],
    ["in play", { inPlay: true }]
  ])("learns nothing %s", (_, change) => {
    const { race, reference } = watched(60)
    race.define(change).quote(1, { back: 1.25, lay: 1.25 }).quote(2, { back: 5, lay: 5 })
    observe(reference, race)
    observe(reference, race.after(600))
    expect(reference.of(first)).toBeCloseTo(0.5, 12)
    expect(reference.history(first)).toBeCloseTo(0.5, 12)
  })

  it.each([
    ["too many prices missing", { back: null, lay: null, last: null }],
    ["absurd prices", { back: 1.01, lay: 1.01 }]
  ])("learns nothing from a field with %s", (_, quote) => {
    const { race, reference } = watched(60)
    observe(reference, race.quote(2, quote))
    observe(reference, race.after(600))
    expect(reference.of(first)).toBeCloseTo(0.5, 12)
  })

  it("prefers the last traded price to the middle of a wide spread, held within the spread", () => {
    expect(implied({ last: 2 })).toBeCloseTo(0.5, 12)
    expect(implied({ last: 10 })).toBeNaN()
    expect(implied({ last: 1.2 })).toBeCloseTo(0.5 / (0.5 + 1 / 1.5), 12)
  })

  it("survives a clock that stands still or goes back", () => {
    const { race, reference } = watched(60)
    observe(reference, race.after(-30))
    observe(reference, race.after(30))
    expect(reference.history(first)).toBeCloseTo(0.5, 12)
  })
})
