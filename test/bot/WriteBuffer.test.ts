import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as WriteBuffer from "../../src/bot/WriteBuffer.ts"

const waits = (capacity: number, rows: number) => {
  const buffer = WriteBuffer.make<number>(capacity, 100)
  for (let row = 0; row < rows; row++) buffer.offer(row)
  return buffer.canWait()
}

describe("WriteBuffer", () => {
  it.effect("writes in order and in batches", () =>
    Effect.gen(function* () {
      const buffer = WriteBuffer.make<number>(100, 2)
      const written: Array<ReadonlyArray<number>> = []
      for (const row of [1, 2, 3, 4, 5]) buffer.offer(row)
      yield* buffer.flush((rows) => Effect.sync(() => void written.push(rows)))
      expect(written).toEqual([[1, 2], [3, 4], [5]])
      expect(buffer.size()).toBe(0)
    })
  )

  it.effect("keeps statements small, because orders wait for them", () =>
    Effect.gen(function* () {
      const buffer = WriteBuffer.make<number>(10_000)
      for (let row = 0; row < 2050; row++) buffer.offer(row)
      const sizes: Array<number> = []
      yield* buffer.flush(({ length }) => Effect.sync(() => void sizes.push(length)))
      expect(sizes).toEqual([...Array(20).fill(100), 50])
    })
  )

  it.effect("keeps the rows of a failed write before newer ones", () =>
    Effect.gen(function* () {
      const buffer = WriteBuffer.make<number>(100, 2)
      for (const row of [1, 2, 3]) buffer.offer(row)
      yield* Effect.exit(
        buffer.flush(() =>
          Effect.suspend(() => {
            buffer.offer(4)
            return Effect.fail("gone")
          })
        )
      )
      const written: Array<number> = []
      yield* buffer.flush((rows) => Effect.sync(() => void written.push(...rows)))
      expect(written).toEqual([1, 2, 3, 4])
    })
  )

  it("drops the oldest beyond its bound and counts them", () => {
    const buffer = WriteBuffer.make<number>(10)
    for (let row = 0; row < 1000; row++) buffer.offer(row)
    expect(buffer.size()).toBeLessThanOrEqual(11)
    expect(buffer.size() + buffer.dropped()).toBe(1000)
  })

  it("can wait until a write is worth it, or a tenth of its room is used", () => {
    expect([waits(50_000, 999), waits(50_000, 1000)]).toEqual([true, false])
    expect([waits(50, 4), waits(50, 5)]).toEqual([true, false])
  })
})
