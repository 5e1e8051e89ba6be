import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { MarketData } from "../../src/market/MarketData.ts"
import * as PacedRecording from "../../src/market/PacedRecording.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import { recorded, temporaryFolder } from "./recording/Archives.ts"

const folder = temporaryFolder()
const write = (name: string, content: string) => Effect.promise(() => folder.write(name, content))

/** A recording's first message; one a second follows. */
const first = 1_600_000_000_000

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
      Effect.sync(() => void heard.push(...batch.map((message) => (message.pt - first) / 1000)))
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

  it.effect("says of each file why there is nothing to play", () =>
    Effect.gen(function* () {
      const recordings = yield* RecordedFiles.open(["no-such-file"])
      const { message } = yield* Effect.flip(PacedRecording.make(recordings, 1))
      expect(message).toMatch(/^there are no prices to play: no-such-file: .*no such file/)
    })
  )
})
