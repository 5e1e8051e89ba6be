import { describe, expect, it } from "@effect/vitest"
import * as PlaceMarket from "../../../src/prediction/training/PlaceMarket.ts"

const sum = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0)
const field = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04]

describe("PlaceMarket.placeChances", () => {
  it("fills each place once", () => {
    expect(sum(PlaceMarket.placeChances(field, 2))).toBeCloseTo(2, 12)
    expect(sum(PlaceMarket.placeChances(field, 3))).toBeCloseTo(3, 12)
  })

  it("gives equal runners equal chances", () => {
    const even = [0.25, 0.25, 0.25, 0.25]
    for (const chance of PlaceMarket.placeChances(even, 2)) expect(chance).toBeCloseTo(0.5, 12)
    for (const chance of PlaceMarket.placeChances(even, 3)) expect(chance).toBeCloseTo(0.75, 12)
  })

  it("counts every order in which three can come in", () => {
    const power = (exponent: number) => {
      const raised = field.map((chance) => chance ** exponent)
      return raised.map((value) => value / sum(raised))
    }
    const second = power(0.77)
    const third = power(0.69)
    const placed = field.map(() => 0)
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        for (let k = 0; k < 6; k++) {
          if (i === j || j === k || i === k) continue
          const inThisOrder = (field[i]! * (second[j]! / (1 - second[i]!)) * third[k]!) / (1 - third[i]! - third[j]!)
          for (const runner of [i, j, k]) placed[runner]! += inThisOrder
        }
      }
    }
    PlaceMarket.placeChances(field, 3).forEach((chance, i) => expect(chance).toBeCloseTo(placed[i]!, 12))
  })
})

const oddsOf = (chances: ReadonlyArray<number>, places: 2 | 3) =>
  PlaceMarket.placeChances(chances, places).map((chance) => 1 / chance)

describe("PlaceMarket.impliedChances", () => {
  it("finds the chances of winning that the place prices were made of, wherever it begins", () => {
    for (const places of [2, 3] as const) {
      for (const begin of [field, field.toReversed(), field.map(() => 1 / 6)]) {
        const found = PlaceMarket.impliedChances(begin, oddsOf(field, places))!
        expect(sum(found)).toBeCloseTo(1, 12)
        found.forEach((chance, i) => expect(chance).toBeCloseTo(field[i]!, 4))
      }
    }
  })

  it("takes a margin out that lengthened or shortened all odds alike", () => {
    for (const factor of [0.9, 1.1]) {
      const found = PlaceMarket.impliedChances(
        field,
        oddsOf(field, 3).map((odds) => 1 + (odds - 1) * factor)
      )!
      found.forEach((chance, i) => expect(chance).toBeCloseTo(field[i]!, 4))
    }
  })

  it("bears prices at the ends of the ladder", () => {
    const found = PlaceMarket.impliedChances(field, [1.01, 1.01, 1000, 1000, 1000, 1000])!
    for (const chance of found) expect(chance > 0 && chance < 1).toBe(true)
  })

  it("says nothing of prices that are not those of two or three places", () => {
    expect(PlaceMarket.impliedChances(field, [2, 2, 2, 2, 2, null])).toBeNull()
    // Of one place, of four, of half a place too many, and of as many places as runners.
    expect(PlaceMarket.impliedChances(field, [6, 6, 6, 6, 6, 6])).toBeNull()
    expect(PlaceMarket.impliedChances(field, [1.5, 1.5, 1.5, 1.5, 1.5, 1.5])).toBeNull()
    expect(PlaceMarket.impliedChances(field, [2.4, 2.4, 2.4, 2.4, 2.4, 2.4])).toBeNull()
    expect(PlaceMarket.impliedChances([0.5, 0.3, 0.2], [1.01, 1.01, 1.01])).toBeNull()
  })
})
