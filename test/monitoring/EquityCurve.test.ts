import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as EquityCurve from "../../src/monitoring/EquityCurve.ts"

const result = (settledAt: number, net: number) => ({ settledAt, net })

/** Results in the order of settlement, several of an instant. */
const Steps = Schema.Array(
  Schema.Struct({
    wait: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 })),
    net: Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 }))
  })
).check(Schema.isMaxLength(400))

const resultsOf = (steps: typeof Steps.Type) => {
  let at = 0
  return steps.map(({ net, wait }) => result((at += wait), net))
}

const Most = Schema.Int.check(Schema.isBetween({ minimum: EquityCurve.fewest, maximum: 60 }))

describe("EquityCurve.of", () => {
  it("cumulates, and takes an instant's bets together", () => {
    const results = [result(1, 500), result(2, -900), result(2, 600), result(3, -400), result(4, 1000)]
    expect(EquityCurve.of(results)).toEqual([
      { at: 1, net: 500, drawdown: 0 },
      { at: 2, net: 200, drawdown: 300 },
      { at: 3, net: -200, drawdown: 700 },
      { at: 4, net: 800, drawdown: 0 }
    ])
  })

  it("falls from nothing too: the highest point is 0 at the start", () => {
    expect(EquityCurve.of([result(1, -300)])).toEqual([{ at: 1, net: -300, drawdown: 300 }])
    expect(EquityCurve.of([])).toEqual([])
  })

  it.prop("loses no penny and stands nowhere above its peak", { steps: Steps }, ({ steps }) => {
    const results = resultsOf(steps)
    const points = EquityCurve.of(results)
    expect(points.at(-1)?.net ?? 0).toBe(results.reduce((sum, { net }) => sum + net, 0))
    expect(points.map(({ at }) => at)).toEqual([...new Set(results.map(({ settledAt }) => settledAt))])
    let peak = 0
    for (const { drawdown, net } of points) {
      peak = Math.max(peak, net)
      expect(drawdown).toBe(peak - net)
    }
  })
})

describe("EquityCurve.thin", () => {
  it("keeps the deepest fall though the curve has stood lower before", () => {
    const nets = [-900, 2000, -1500, ...Array.from({ length: 37 }, () => 1)]
    const points = EquityCurve.of(nets.map((net, at) => result(at, net)))
    expect(EquityCurve.thin(points, 10).map(({ drawdown }) => drawdown)).toContain(1500)
  })

  it.prop("keeps every turn of the whole, in order, within the bound", { steps: Steps, most: Most }, (given) => {
    const points = EquityCurve.of(resultsOf(given.steps))
    const thin = EquityCurve.thin(points, given.most)
    expect(thin.length).toBeLessThanOrEqual(given.most)
    expect(thin).toEqual(points.filter((point) => thin.includes(point)))
    if (points.length <= given.most) expect(thin).toEqual(points)
    expect(thin.at(0)).toBe(points.at(0))
    expect(thin.at(-1)).toBe(points.at(-1))
    for (const of of ["net", "drawdown"] as const) {
      const range = (list: typeof points) => [
        Math.min(...list.map((point) => point[of])),
        Math.max(...list.map((point) => point[of]))
      ]
      // The smallest drawdown need not be there: nobody looks for it.
      expect(of === "net" ? range(thin) : range(thin)[1]).toEqual(of === "net" ? range(points) : range(points)[1])
    }
  })
})
