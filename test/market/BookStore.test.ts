import { existsSync } from "node:fs"
import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { MarketBook } from "../../src/market/MarketBook.ts"
import type { MarketChange, MarketMessage, RunnerChange } from "../../src/market/MarketMessage.ts"
import type { PriceSizes } from "../../src/market/PriceSizes.ts"
import { bookOf, definition, marketId, rises, runner, runnerOf } from "./Messages.ts"
import { readAll } from "./recording/Archives.ts"

const ladder = (sizes: PriceSizes) => sizes.toArray().map(({ price, size }) => [price, size])

describe("BookStore.apply", () => {
  it("keeps ladders best first, in hundredths and pence, whatever binary noise they come with", () => {
    const { book } = bookOf([
      {
        rc: [
          runner(1, {
            atb: [
              [2.5, 10.1],
              [2.56, 0.29],
              [1.1500000000000001, 3.0000000000000004]
            ]
          })
        ]
      },
      {
        rc: [
          runner(1, {
            atl: [
              [2.6, 4],
              [2.58, 5]
            ]
          }),
          runner(1, {
            atb: [
              [2.5, 0],
              [3, 0]
            ]
          })
        ]
      }
    ])
    expect(ladder(runnerOf(book, 1).availableToBack)).toEqual([
      [256, 29],
      [115, 300]
    ])
    expect(ladder(runnerOf(book, 1).availableToLay)).toEqual([
      [258, 500],
      [260, 400]
    ])
  })

  it("shows the full ladder, else the best three, else virtual prices, side by side", () => {
    const { book, store } = bookOf([
      { rc: [runner(1, { bdatb: [[0, 3, 9]], bdatl: [[0, 3.1, 9]] })] },
      {
        rc: [
          runner(1, {
            batb: [
              [0, 2.9, 5],
              [1, 2.88, 6]
            ]
          })
        ]
      }
    ])
    const { availableToBack, availableToLay } = runnerOf(book, 1)
    expect([ladder(availableToBack), ladder(availableToLay)]).toEqual([
      [
        [290, 500],
        [288, 600]
      ],
      [[310, 900]]
    ])
    store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, rc: [runner(1, { atb: [[2.8, 1]] })] }] })
    expect(ladder(runnerOf(book, 1).availableToBack)).toEqual([[280, 100]])
    store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, rc: [runner(1, { atb: [[2.8, 0]] })] }] })
    expect(ladder(runnerOf(book, 1).availableToBack)).toEqual([
      [290, 500],
      [288, 600]
    ])
  })

  it("moves levels as they are numbered and drops those that are gone", () => {
    const { book, problems } = bookOf([
      {
        rc: [
          runner(1, {
            batl: [
              [0, 2, 1],
              [1, 2.1, 2],
              [2, 2.2, 3]
            ]
          })
        ]
      },
      {
        rc: [
          runner(1, {
            batl: [
              [0, 2.1, 2],
              [1, 2.2, 3],
              [2, 0, 0]
            ]
          })
        ]
      }
    ])
    expect([ladder(runnerOf(book, 1).availableToLay), problems]).toEqual([
      [
        [210, 200],
        [220, 300]
      ],
      []
    ])
  })

  it.each([
    ["NONE", runner(1, { tv: 4 })],
    ["LAST_PRICE", runner(1, { ltp: 4 })],
    ["BEST_OFFERS", runner(1, { ltp: 4, batb: [[0, 4, 1]] })],
    ["BEST_OFFERS", runner(1, { bdatl: [[0, 4, 1]] })],
    ["FULL_LADDER", runner(1, { atl: [[4, 1]], batb: [[0, 4, 1]] })]
  ])("tells how deep the data is: %s", (depth, change) => {
    expect(bookOf([{ rc: [change] }]).book.depth).toBe(depth)
  })

  it("notes prices at which traded volume rose, never the first sight of a runner, never a fall", () => {
    const { book, store } = bookOf([{ rc: [runner(1, { trd: [[2, 100]] })] }])
    const then = (trd: RunnerChange["trd"]) => {
      store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, rc: [runner(1, { trd: trd! })] }] })
      return rises(book, 1)
    }
    expect(rises(book, 1)).toEqual([])
    expect(
      then([
        [2, 130],
        [2.02, 5]
      ])
    ).toEqual([
      [200, 3000],
      [202, 500]
    ])
    expect(then([[2, 120]])).toEqual([])
    expect(then([[2, 121]])).toEqual([[200, 100]])
  })

  it("finds rises across an image, and none in what the image repeats or tells later", () => {
    const { book, store } = bookOf([
      {
        rc: [
          runner(1, {
            trd: [
              [2, 100],
              [3, 50]
            ]
          }),
          runner(2, { trd: [[5, 10]] })
        ]
      },
      {
        img: true,
        rc: [
          runner(1, {
            trd: [
              [2, 140],
              [3, 50],
              [4, 7]
            ]
          })
        ]
      }
    ])
    expect(rises(book, 1)).toEqual([
      [200, 4000],
      [400, 700]
    ])
    expect(runnerOf(book, 2).traded.length).toBe(0)
    store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, rc: [runner(2, { trd: [[5, 12]] })] }] })
    expect(rises(book, 2)).toEqual([[500, 200]])
  })

  it("replaces everything by an image", () => {
    const before = runner(1, { atb: [[2, 5]], atl: [[3, 5]], ltp: 2, spn: 2, spf: 2, spb: [[1.01, 4]], tv: 8 })
    const { book } = bookOf([
      { tv: 9, rc: [before] },
      { img: true, rc: [runner(1, { atb: [[1.5, 1]] })] }
    ])
    const { availableToBack, availableToLay, lastPriceTraded, startingPriceBack, startingPriceNear, totalMatched } =
      runnerOf(book, 1)
    expect([ladder(availableToBack), availableToLay.length, startingPriceBack.length]).toEqual([[[150, 100]], 0, 0])
    expect([lastPriceTraded, startingPriceNear, totalMatched, book.totalMatched]).toEqual([0, null, 0, 0])
  })

  it("takes the volume told or the ladder's sum, whichever is more", () => {
    const perUpdate = bookOf([
      { rc: [runner(1, { trd: [[2, 10]], tv: 10 })] },
      { rc: [runner(1, { trd: [[3, 5]], tv: 5 })] }
    ])
    expect([runnerOf(perUpdate.book, 1).totalMatched, perUpdate.book.totalMatched]).toEqual([1500, 1500])
    const told = bookOf([{ tv: 50, rc: [runner(1, { tv: 20 }), runner(2, { tv: 7 })] }])
    expect([runnerOf(told.book, 1).totalMatched, told.book.totalMatched]).toEqual([2000, 5000])
  })

  it("reads starting prices, of which the exchange's words mean none", () => {
    const { book, problems } = bookOf([
      { rc: [runner(1, { spn: 3.75218, spf: "Infinity", spl: [[3, 2]] }), runner(2, { spn: "NaN", spf: 2 })] }
    ])
    expect([runnerOf(book, 1).startingPriceNear, runnerOf(book, 1).startingPriceFar]).toEqual([3.75218, null])
    expect([runnerOf(book, 2).startingPriceNear, runnerOf(book, 2).startingPriceFar, problems]).toEqual([null, 2, []])
    expect(ladder(runnerOf(book, 1).startingPriceLay)).toEqual([[300, 200]])
  })

  it("keeps runners of several handicaps apart", () => {
    const { book } = bookOf([
      {
        rc: [
          { id: 1, hc: -1.5, ltp: 2 },
          { id: 1, hc: 1.5, ltp: 3 },
          { id: 1, ltp: 4 }
        ]
      }
    ])
    expect([-1.5, 1.5, 0].map((line) => runnerOf(book, 1, line).lastPriceTraded)).toEqual([200, 300, 400])
  })

  it("keeps the definition's object until the market is defined otherwise", () => {
    const { book, store } = bookOf([{ marketDefinition: definition() }])
    const first = book.definition
    const define = (change: MarketChange["marketDefinition"]) =>
      store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, marketDefinition: change! }] })
    define(definition())
    expect(book.definition).toBe(first)
    define(definition({
      status: "SUSPENDED",
      runners: [
        { id: 2, status: "ACTIVE" },
        { id: 1, status: "REMOVED" }
      ]
    }))
    expect(book.definition?.status).toBe("SUSPENDED")
    expect(book.runners.map(({ definition, selectionId }) => [selectionId, definition?.status])).toEqual([
      [2, "ACTIVE"],
      [1, "REMOVED"]
    ])
  })

  it("calls listeners in their order, with the book as it stood and as it stands", () => {
    const { book, store } = bookOf([{ rc: [runner(1, { ltp: 2 })] }])
    const heard: Array<unknown> = []
    const price = () => runnerOf(book, 1).lastPriceTraded
    store.listen({
      beforeUpdate: (_, publishTime) => heard.push(["first before", price(), publishTime]),
      afterUpdate: () => heard.push(["first after", price()])
    })
    store.listen({ afterUpdate: () => heard.push(["second after", price()]), forget: (id) => heard.push(["gone", id]) })
    store.apply({ op: "mcm", pt: 77, mc: [{ id: marketId, rc: [runner(1, { ltp: 3 })] }] })
    store.forget(marketId)
    store.forget(marketId)
    expect(heard).toEqual([
      ["first before", 200, 77],
      ["first after", 300],
      ["second after", 300],
      ["gone", marketId]
    ])
    expect(store.get(marketId)).toBe(undefined)
  })

  it("hears nothing of heartbeats and of other messages", () => {
    const store = new BookStore((kind) => expect(kind).toBe("never"))
    expect(store.apply({ op: "mcm", pt: 1, ct: "HEARTBEAT" })).toEqual([])
    expect(store.apply({ op: "connection" } as never)).toEqual([])
  })

  it.each<readonly [string, unknown, ReadonlyArray<string>]>([
    ["a list for nothing", 5, ["mc"]],
    ["changes that are none", [null, 3, "x", [], { id: 5 }, { id: "abc" }], ["mc", "mc", "mc", "mc", "mc", "mc.id"]],
    [
      "runners that are none",
      [{ id: "1.1", rc: [null, {}, { id: "7" }, { id: -1 }, { id: 1, hc: 0.1 }] }],
      Array(5).fill("rc")
    ],
    [
      "ladders that are none",
      [{ id: "1.1", rc: [{ id: 1, atb: {}, batl: 3, trd: "x", spb: true }] }],
      ["atb", "trd", "batl", "spb"]
    ],
    [
      "prices that are none",
      [{ id: "1.1", rc: [{ id: 1, atb: [null, [], [2], ["2", 1], [-2, 1], [2, -1], [1e300, 1], [2, "1"], 7] }] }],
      Array(9).fill("atb")
    ],
    [
      "levels that are none",
      [{ id: "1.1", rc: [{ id: 1, batb: [[-1, 2, 1], [10, 2, 1], [0.5, 2, 1], [0, 0, 1], null] }] }],
      Array(5).fill("batb")
    ],
    [
      "numbers that are none",
      [{ id: "1.1", tv: "x", rc: [{ id: 1, ltp: -3, tv: -1, spn: -2, spf: "x" }] }],
      ["ltp", "rc.tv", "spn", "spf", "tv"]
    ],
    ["a definition that is none", [{ id: "1.1", marketDefinition: [] }], ["marketDefinition"]]
  ])("tells of %s and skips it", (_, mc, fields) => {
    const told: Array<string> = []
    const store = new BookStore((_, field) => told.push(field))
    store.apply({ op: "mcm", pt: 1, mc } as MarketMessage)
    expect(told).toEqual(fields)
    for (const book of store.all()) {
      for (const { availableToBack, lastPriceTraded, totalMatched } of book.runners) {
        expect([availableToBack.length, lastPriceTraded, totalMatched]).toEqual([0, 0, 0])
      }
    }
  })

  it("takes the careful meaning of a status it does not know", () => {
    const { book, problems } = bookOf([
      { marketDefinition: definition({ status: "DANCING", runners: [{ id: 1, status: "ASLEEP" }] }) }
    ])
    expect([book.definition?.status, book.definition?.runners[0]?.status]).toEqual(["SUSPENDED", "HIDDEN"])
    expect(problems.map(({ kind }) => kind)).toEqual(["UNKNOWN_VALUE", "UNKNOWN_VALUE"])
  })
})

/** A generator of numbers below `bound` that a seed determines (xorshift). */
const random = (seed: number) => {
  let state = seed | 1
  return (bound: number) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % bound
  }
}

type Sizes = Map<number, number>
const sides = ["atb", "atl", "trd"] as const

/** Random deltas for three runners, and the ladders they add up to kept the naive way. */
const generate = (seed: number) => {
  const next = random(seed)
  const model = new Map<string, Sizes>()
  const changes = Array.from({ length: 60 }, (): Partial<MarketChange> => ({
    rc: Array.from({ length: 1 + next(3) }, (): RunnerChange => {
      const id = 1 + next(3)
      const side = sides[next(3)]!
      const entries = Array.from(
        { length: 1 + next(6) },
        () => [(101 + next(60)) / 100, next(4) === 0 ? 0 : next(1e6) / 100] as const
      )
      const sizes = model.get(`${id} ${side}`) ?? new Map<number, number>()
      model.set(`${id} ${side}`, sizes)
      for (const [price, size] of entries) {
        if (size === 0) sizes.delete(Math.round(price * 100))
        else sizes.set(Math.round(price * 100), Math.round(size * 100))
      }
      return { id, [side]: entries }
    })
  }))
  return { changes, model }
}

const laddersOf = (book: MarketBook) =>
  book.runners
    .toSorted((a, b) => a.selectionId - b.selectionId)
    .map(({ availableToBack, availableToLay, selectionId, traded }) => ({
      selectionId,
      atb: ladder(availableToBack),
      atl: ladder(availableToLay),
      trd: ladder(traded)
    }))

const laddersOfModel = (model: ReadonlyMap<string, Sizes>, ids: ReadonlyArray<number>) =>
  ids
    .toSorted((a, b) => a - b)
    .map((id) => {
      const side = (name: string, direction: number) =>
        [...(model.get(`${id} ${name}`) ?? [])].toSorted(([a], [b]) => (b - a) * direction).map((entry) => [...entry])
      return { selectionId: id, atb: side("atb", 1), atl: side("atl", -1), trd: side("trd", 1) }
    })

const decimal = (entries: ReadonlyArray<ReadonlyArray<number>>) =>
  entries.map(([p, s]) => [p! / 100, s! / 100] as const)

const sum = (pairs: Iterable<readonly [number, number]>) => {
  const sums = new Map<number, number>()
  for (const [price, size] of pairs) sums.set(price, (sums.get(price) ?? 0) + size)
  return sums
}

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

describe("a book", () => {
  it.prop("from deltas equals a naive model, and the image that says the same", { seed: Seed }, ({ seed }) => {
    const { changes, model } = generate(seed)
    const { book, problems } = bookOf(changes)
    const ids = book.runners.map(({ selectionId }): number => selectionId)
    const naive = laddersOfModel(model, ids)
    const image = naive.map(({ atb, atl, selectionId, trd }) => ({
      id: selectionId,
      atb: decimal(atb),
      atl: decimal(atl),
      trd: decimal(trd)
    }))
    expect(problems).toEqual([])
    expect(laddersOf(book)).toEqual(naive)
    expect(laddersOf(bookOf([{ img: true, rc: image }]).book)).toEqual(naive)
    // After other deltas, the image wins.
    expect(
      laddersOf(bookOf([...generate(seed + 1).changes, { img: true, rc: image }]).book).filter(({ selectionId }) =>
        ids.includes(selectionId)
      )
    ).toEqual(naive)
  })

  it.prop("is the same however its messages are split or joined", { seed: Seed }, ({ seed }) => {
    const { changes } = generate(seed)
    const split = changes.flatMap(({ rc }) => rc!.map((each) => ({ rc: [each] })))
    const joined = [{ rc: changes.flatMap(({ rc }) => rc!) }]
    const whole = laddersOf(bookOf(changes).book)
    expect(laddersOf(bookOf(split).book)).toEqual(whole)
    expect(laddersOf(bookOf(joined).book)).toEqual(whole)
  })

  it.prop("has the rises that the traded ladders' differences are", { seed: Seed }, ({ seed }) => {
    const { changes } = generate(seed)
    const store = new BookStore()
    const before = new Map<number, Sizes>()
    for (const change of changes) {
      store.apply({ op: "mcm", pt: 1, mc: [{ id: marketId, ...change }] })
      const book = store.get(marketId)!
      for (const { selectionId, traded } of book.runners) {
        const told = sum(rises(book, selectionId))
        const was = before.get(selectionId)
        if (was === undefined) expect([...told]).toEqual([])
        else {
          for (const { price, size } of traded.toArray()) {
            // Within one message a price may fall and rise again: never less than the difference is told.
            expect(told.get(price) ?? 0).toBeGreaterThanOrEqual(Math.max(0, size - (was.get(price) ?? 0)))
          }
        }
        before.set(selectionId, new Map(traded.toArray().map(({ price, size }) => [price, size])))
      }
    }
  })

  it.prop("stands whatever nonsense comes", { seed: Seed }, ({ seed }) => {
    const next = random(seed)
    const nonsense = (depth: number): unknown => {
      const plain = [null, -1, 0, 1, 2.5, 1e308, "", "1.5", "NaN", true, [], {}, "1.100", 7]
      if (depth === 0 || next(3) === 0) return plain[next(plain.length)]
      if (next(2) === 0) return Array.from({ length: next(4) }, () => nonsense(depth - 1))
      const keys = [
        "id",
        "rc",
        "atb",
        "trd",
        "batb",
        "ltp",
        "tv",
        "hc",
        "marketDefinition",
        "runners",
        "status",
        "img",
        "bsp",
        "spn"
      ]
      return Object.fromEntries(Array.from({ length: next(6) }, () => [keys[next(keys.length)]!, nonsense(depth - 1)]))
    }
    const store = new BookStore()
    for (let i = 0; i < 50; i++) {
      const rc = Array.from({ length: 3 }, () => ({ ...(nonsense(3) as object), id: 1 + next(3) }))
      store.apply({
        op: "mcm",
        pt: nonsense(0),
        mc: [
          { ...(nonsense(4) as object), id: "1.100" },
          { id: "1.101", rc }
        ]
      } as never)
      store.apply({ op: "mcm", pt: 1, mc: nonsense(5) } as never)
    }
    for (const { runners } of store.all()) {
      for (const { availableToBack, lastPriceTraded, totalMatched } of runners) {
        expect(Number.isFinite(lastPriceTraded) && Number.isFinite(totalMatched)).toBe(true)
        for (const { price, size } of availableToBack.toArray()) expect(price > 0 && size > 0).toBe(true)
      }
    }
  })

  const recording = new URL("../../../shared/recordings/horses/pro/MarketStream.txt", import.meta.url).pathname
  it.skipIf(!existsSync(recording))("of a live stream's text has the best offers told in its full ladder", async () => {
    const { messages } = await readAll(recording)
    const store = new BookStore((kind) => expect(kind).toBe("never"))
    const seen = new Set<number>()
    for (const message of messages) {
      store.apply(message)
      for (const { id, rc = [] } of message.mc ?? []) {
        for (const { atb, batb, id: selectionId } of rc) {
          const best = batb?.find(([level]) => level === 0)
          if (atb === undefined || best === undefined) continue
          seen.add(selectionId)
          const { availableToBack } = runnerOf(store.get(id as MarketId)!, selectionId)
          // Offers too small to be bets stand above it in the full ladder.
          expect(availableToBack.price(0)).toBeGreaterThanOrEqual(Math.round(best[1] * 100))
        }
      }
    }
    expect(seen.size).toBe(9)
  })
})
