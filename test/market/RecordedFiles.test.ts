import { gzipSync } from "node:zlib"
import { it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { describe, expect } from "vitest"
import { BookStore } from "../../src/market/BookStore.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import type { RecordedBatch } from "../../src/market/recording/RecordedBatch.ts"
import { applyAll } from "./Messages.ts"
import { recorded, temporaryFolder } from "./recording/Archives.ts"

const folder = temporaryFolder()
const write = (name: string, content: string | Uint8Array) => Effect.promise(() => folder.write(name, content))

describe("RecordedFiles.open", () => {
  it.effect("gives batches in order, then null, and counts bytes", () =>
    Effect.gen(function* () {
      const path = yield* write("one.gz", gzipSync(recorded(1000)))
      const recordings = yield* RecordedFiles.open([path])
      const times: Array<number> = []
      for (let batch = yield* Effect.promise(recordings.next); batch !== null;) {
        times.push(...batch.messages.map(({ pt }) => pt))
        batch = yield* Effect.promise(recordings.next)
      }
      expect(times).toEqual(Array.from({ length: 1000 }, (_, i) => 1_600_000_000_000 + i * 1000))
      expect(recordings.names).toEqual([path])
      const { bytesRead, bytesTotal } = recordings.progress()
      expect([bytesRead, bytesTotal > 0]).toEqual([bytesTotal, true])
      expect(yield* Effect.promise(recordings.next)).toBe(null)
    })
  )

  it.effect("files what a book cannot use under the file and line it came from", () =>
    Effect.gen(function* () {
      const good = yield* write("two/good", recorded(3))
      const bad = yield* write("two/bad", recorded(3, "1.101").replaceAll(/"ltp":[\d.]+/g, '"ltp":-1'))
      const recordings = yield* RecordedFiles.open([good, bad])
      let current: { readonly batch: RecordedBatch; readonly index: number } | null = null
      const books = new BookStore(RecordedFiles.reportBooks(recordings.problems, () => current))
      const batch = yield* Effect.promise(recordings.next)
      batch!.messages.forEach((message, index) => {
        current = { batch: batch!, index }
        books.apply(message)
      })
      expect(recordings.problems.list()).toMatchObject([{ file: bad, kind: "ABSURD_NUMBER", line: 1, count: 3 }])
      expect(recordings.problems.lostData).toBe(true)
    })
  )

  it.effect("holds little of a large file", () =>
    Effect.gen(function* () {
      // 30 MB of text in a few hundred kB.
      const path = yield* write("large.gz", gzipSync(recorded(400_000)))
      const recordings = yield* RecordedFiles.open([path])
      let count = 0
      let most = 0
      const before = process.memoryUsage().rss
      for (let batch = yield* Effect.promise(recordings.next); batch !== null;) {
        count += batch.messages.length
        most = Math.max(most, batch.messages.length)
        batch = yield* Effect.promise(recordings.next)
      }
      expect([count, most]).toEqual([400_000, 1024])
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150)
    })
  )
})

describe("RecordedFiles.layer", () => {
  it.effect("is the recordings as market data", () =>
    Effect.gen(function* () {
      const paths = [yield* write("layer/a", recorded(300)), yield* write("layer/b", recorded(300, "1.101"))]
      const heard: Array<string> = []
      const books = new BookStore()
      books.listen({ afterUpdate: ({ marketId }) => void heard.push(marketId) })
      yield* Effect.gen(function* () {
        const data = yield* MarketData
        yield* Stream.runForEach(data.messages([]), (batch) => Effect.sync(() => applyAll(batch, books)))
      }).pipe(Effect.provide(RecordedFiles.layer(paths)))
      expect(heard.length).toBe(600)
      expect(heard.slice(0, 4)).toEqual(["1.100", "1.101", "1.100", "1.101"])
    })
  )

  it.effect("fails when there is nothing to read", () =>
    Effect.gen(function* () {
      const data = yield* MarketData
      const failure = yield* Effect.flip(Stream.runDrain(data.messages([])))
      expect(failure._tag).toBe("MarketDataFailure")
    }).pipe(Effect.provide(RecordedFiles.layer(["/nowhere/at/all"])))
  )
})
