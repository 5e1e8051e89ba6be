import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { BookStore } from "../../src/market/BookStore.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import * as PacedRecording from "../../src/market/PacedRecording.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import { applyAll, timesOf } from "./Messages.ts"
import { recorded, temporaryFolder } from "./recording/Archives.ts"

const folder = temporaryFolder()
const write = (name: string, content: string) => Effect.promise(() => folder.write(name, content))

/** A recording's first message; one a second follows. */
const first = 1_600_000_000_000

/** A recording with a message at each of these seconds. */
const quiet = (...seconds: ReadonlyArray<number>) =>
  seconds.map((at) => JSON.stringify({ op: "mcm", pt: first + at * 1000, mc: [{ id: "1.1" }] })).join("\n")

/** One with a price, so many milliseconds after the first. */
const line = (at: number, price: number) =>
  JSON.stringify({ op: "mcm", pt: first + at, mc: [{ id: "1.1", rc: [{ id: 7, atb: [[price, 2]] }] }] })

const pace = Effect.fnUntraced(function* (text: string, speed: number) {
  const recordings = yield* RecordedFiles.open([yield* write("one", text)])
  return yield* PacedRecording.make(recordings, speed)
})

/** Listens in the background; the seconds of the recording that have been heard. */
const listen = Effect.fnUntraced(function* ({ clock, layer }: PacedRecording.PacedRecording) {
  const heard: Array<number> = []
  const { messages } = yield* Effect.provide(MarketData, layer)
  const listening = yield* messages([]).pipe(
    Stream.runForEach((batch) =>
      Effect.sync(() => void heard.push(...timesOf(batch).map((time) => (time - first) / 1000)))
    ),
    Effect.provideService(Clock.Clock, clock),
    Effect.forkScoped({ startImmediately: true })
  )
  return { heard, listening }
})

describe("PacedRecording.make", () => {
  it.effect("plays the recording so many times as fast, and ends with it", () =>
    Effect.gen(function* () {
      const { heard, listening } = yield* listen(yield* pace(recorded(21), 10))
      expect(heard).toEqual([0])
      yield* TestClock.adjust("1 second")
      expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(listening)
      expect(heard.length).toBe(21)
    })
  )

  it.effect("begins with its first message when it is listened to, however long the start took", () =>
    Effect.gen(function* () {
      const paced = yield* pace(recorded(100), 10)
      yield* TestClock.adjust("5 seconds")
      expect(paced.clock.currentTimeMillisUnsafe()).toBe(first)
      const { heard } = yield* listen(paced)
      expect(heard).toEqual([0])
      yield* TestClock.adjust("200 millis")
      expect(heard).toEqual([0, 1, 2])
      expect(paced.clock.currentTimeMillisUnsafe()).toBe(first + 2000)
    })
  )

  it.effect("beats in a silence, so that a quiet market differs from a dead feed", () =>
    Effect.gen(function* () {
      const { heard } = yield* listen(yield* pace(quiet(0, 12), 1))
      yield* TestClock.adjust("20 seconds")
      expect(heard).toEqual([0, 5, 10, 12])
    })
  )

  it.effect("skips the night between two recordings by moving the clock", () =>
    Effect.gen(function* () {
      const night = 12 * 3600
      const paced = yield* pace(quiet(0, night), 1)
      const { heard } = yield* listen(paced)
      yield* TestClock.adjust("1 second")
      expect(heard).toEqual([0, night])
      expect(paced.clock.currentTimeMillisUnsafe()).toBe(first + (night + 1) * 1000)
    })
  )

  it.effect("lets its clock's sleepers sleep by the recording's time", () =>
    Effect.gen(function* () {
      const paced = yield* pace(quiet(0, 1000), 60)
      yield* listen(paced)
      const sleeper = yield* Effect.forkChild(paced.clock.sleep(Duration.minutes(1)), { startImmediately: true })
      yield* TestClock.adjust("999 millis")
      expect(sleeper.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 millis")
      expect(sleeper.pollUnsafe()).toEqual(Exit.void)
    })
  )

  it.effect("files what the books cannot use under the line it came from", () =>
    Effect.gen(function* () {
      const file = yield* write("odd", [line(0, 2), line(1, -3), line(2, 2.5)].join("\n"))
      const recordings = yield* RecordedFiles.open([file])
      const paced = yield* PacedRecording.make(recordings, 1)
      const books = new BookStore(paced.onBookProblem)
      const { messages } = yield* Effect.provide(MarketData, paced.layer)
      yield* messages([]).pipe(
        Stream.runForEach((batch) => Effect.sync(() => applyAll(batch, books))),
        Effect.provideService(Clock.Clock, paced.clock),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* TestClock.adjust("1 second")
      expect(recordings.problems.list().map(({ file, line }) => ({ file, line }))).toEqual([{ file, line: 2 }])
    })
  )

  it.effect("says of each file why there is nothing to play", () =>
    Effect.gen(function* () {
      const recordings = yield* RecordedFiles.open(["no-such-file"])
      const { message } = yield* Effect.flip(PacedRecording.make(recordings, 1))
      expect(message).toMatch(/^there are no prices to play: no-such-file: .*no such file/)
    })
  )
})
