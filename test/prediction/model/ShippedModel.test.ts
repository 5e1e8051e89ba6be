import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as GeneratedRaces from "../../../src/app/GeneratedRaces.ts"
import * as Features from "../../../src/prediction/Features.ts"
import * as Model from "../../../src/prediction/model/Model.ts"
import { predict } from "../../../src/prediction/training/Training.ts"

const file = "config/models/generated.json"
const shipped = Model.decode(readFileSync(file, "utf8"), file)

describe("the model that is shipped", () => {
  it.effect("wants only what a live market tells", () =>
    Effect.gen(function* () {
      const { features } = yield* shipped
      expect(Features.columnsFor(features).unknown).toEqual([])
      expect(features).toEqual(Features.names.slice(0, features.length))
    })
  )

  it.effect("says of itself what its own figures say", () =>
    Effect.gen(function* () {
      const { data, results } = yield* shipped
      expect(results.beatsMarket).toBe(results.difference.high < 0)
      expect(results.logLoss - results.marketLogLoss).toBeCloseTo(results.difference.mean, 12)
      expect(data.to < results.from).toBe(true)
    })
  )

  it.effect("gives chances to generated races that are near the true ones", () =>
    Effect.gen(function* () {
      const races = GeneratedRaces.races(99)
        .take(4)
        .toArray()
        .filter((race) => race !== null)
      predict(yield* shipped, races).forEach((chances, r) => {
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
        chances.forEach((chance, i) => expect(Math.abs(chance - races[r]!.shares[i]!)).toBeLessThan(0.1))
      })
    })
  )
})
