import { describe, expect, it } from "vitest"
import { SharedReading } from "../../src/backtest/SharedReading.ts"

describe("SharedReading", () => {
  it("reads on only when every reader has asked", async () => {
    let reads = 0
    const { next } = new SharedReading(2, async () => ++reads)
    const first = next()
    await Promise.resolve()
    expect(reads).toBe(0)
    expect(await Promise.all([first, next()])).toEqual([1, 1])
    expect(await Promise.all([next(), next()])).toEqual([2, 2])
  })

  it("tells every reader of the end", async () => {
    const { next } = new SharedReading(2, async () => null)
    expect(await Promise.all([next(), next()])).toEqual([null, null])
  })

  it("tells every reader of a failure", async () => {
    const { next } = new SharedReading(2, () => Promise.reject(new Error("the disk is gone")))
    const ends = await Promise.allSettled([next(), next()])
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"])
  })
})
