import { describe, expect, it } from "vitest"
import type { Side } from "../../src/domain/Side.ts"
import { OrderBook, type Order } from "../../src/sandbox/OrderBook.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

const order = (side: Side, tick: number, remaining: number): Order => ({ side, tick, remaining, persists: false })
/** 350, one beyond the ladder, when there is none. */
const lowest = (sizes: Float64Array) => [...sizes, 1].findIndex((size) => size > 0)
const sum = (sizes: Float64Array) => sizes.reduce((total, size) => total + size, 0)

describe("OrderBook.place", () => {
  it("matches at the resting order's price, the best first", () => {
    const book = new OrderBook()
    book.place(order("LAY", 100, 500))
    book.place(order("LAY", 102, 300))
    const taker = order("BACK", 100, 400)
    book.place(taker)
    expect(taker.remaining).toBe(0)
    expect([book.traded[102], book.traded[100]]).toEqual([600, 200])
    expect(book.lastTick).toBe(100)
    expect(book.lays.sizes[100]).toBe(400)
    expect(book.lays.best).toBe(100)
  })

  it("matches first who came first at a price", () => {
    const book = new OrderBook()
    const [first, second] = [order("BACK", 50, 200), order("BACK", 50, 200)]
    book.place(first)
    book.place(second)
    book.place(order("LAY", 60, 250))
    expect([first.remaining, second.remaining]).toEqual([0, 150])
  })

  it("rests what is not matched, where nobody else can be matched before it", () => {
    const book = new OrderBook()
    book.place(order("LAY", 100, 500))
    book.place(order("BACK", 100, 700))
    expect(book.lays.isEmpty).toBe(true)
    expect(book.backs.best).toBe(100)
    expect(book.backs.sizes[100]).toBe(200)
  })

  it("does not match a price that is worse than asked for", () => {
    const book = new OrderBook()
    book.place(order("LAY", 100, 500))
    book.place(order("BACK", 101, 700))
    expect(book.totalTraded).toBe(0)
    expect([book.lays.best, book.backs.best]).toEqual([100, 101])
  })
})

describe("OrderBook.take", () => {
  it("leaves nothing behind", () => {
    const book = new OrderBook()
    book.place(order("BACK", 40, 100))
    const taker = order("LAY", 45, 300)
    book.take(taker)
    expect(taker.remaining).toBe(200)
    expect(book.lays.isEmpty && book.backs.isEmpty).toBe(true)
  })
})

describe("OrderBook", () => {
  it("is never crossed, loses no money, and knows its best prices and what changed, whatever happens to it", () => {
    const random = new SeededRandom(21)
    const book = new OrderBook()
    const mirror = { backs: new Float64Array(350), lays: new Float64Array(350) }
    const resting: Array<Order> = []
    let placed = 0
    let removed = 0
    for (let i = 0; i < 20_000; i++) {
      if (random.chance(0.4) && resting.length > 0) {
        const [gone] = resting.splice(random.below(resting.length), 1)
        const side = gone!.side === "BACK" ? book.backs : book.lays
        const wasThere = side.queueAt(gone!.tick).includes(gone!)
        side.remove(gone!)
        if (wasThere) removed += gone!.remaining
      } else {
        const next = order(random.chance(0.5) ? "BACK" : "LAY", random.below(350), 1 + random.below(10_000))
        placed += next.remaining
        book.place(next)
        if (next.remaining > 0) resting.push(next)
      }
      expect(book.lays.best).toBeLessThan(book.backs.best)
      expect(book.lays.best).toBe(book.lays.sizes.findLastIndex((size) => size > 0))
      expect(book.backs.best).toBe(lowest(book.backs.sizes))
      for (const tick of book.backs.changed.list) mirror.backs[tick] = book.backs.sizes[tick]!
      for (const tick of book.lays.changed.list) mirror.lays[tick] = book.lays.sizes[tick]!
      book.backs.changed.clear()
      book.lays.changed.clear()
    }
    expect(mirror).toEqual({ backs: book.backs.sizes, lays: book.lays.sizes })
    // A match takes its size from both of its orders, and counts it twice.
    expect(sum(book.backs.sizes) + sum(book.lays.sizes) + removed + book.totalTraded).toBe(placed)
    expect(sum(book.traded)).toBe(book.totalTraded)
  })
})
