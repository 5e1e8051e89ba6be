/**
 * Recorded messages at the pace of a clock that shows the recording's time: for running the bot's real loops over
 * recordings. Long silences, such as the nights between recordings, are skipped by moving the clock.
 */
import { Clock, Duration, Effect, Layer, Option, Stream } from "effect"
import { GivenCatalogues } from "./Catalogues.ts"
import type { OnBookProblem } from "./BookProblem.ts"
import { MarketData, MarketDataFailure } from "./MarketData.ts"
import type { MarketMessage } from "./MarketMessage.ts"
import * as MessageBatch from "./MessageBatch.ts"
import { type Recordings, reportBooks } from "./RecordedFiles.ts"

export interface RecordedClock extends Clock.Clock {
  /** Until this is called it stands still at the first message: the bot takes its time to start. */
  readonly begin: () => void
  readonly skipTo: (time: number) => void
}

/** Silences up to this length are lived through. */
const longestSilenceMs = Duration.toMillis("10 minutes")
/** The exchange speaks at least this often; recordings leave the heartbeats out. */
const heartbeatMs = Duration.toMillis("5 seconds")

export interface PacedRecording {
  readonly clock: RecordedClock
  /** Files what the books cannot use of the message just handed over. */
  readonly onBookProblem: OnBookProblem
  readonly layer: Layer.Layer<MarketData>
}

/**
 * @param real the machine's clock
 * @param speed how many times faster than the machine's clock the recording's time passes
 */
const makeClock = (real: Clock.Clock, speed: number, start: number): RecordedClock => {
  let base = start
  let baseReal: number | null = null
  const now = () => (baseReal === null ? base : base + (real.currentTimeMillisUnsafe() - baseReal) * speed)
  const nanos = () => BigInt(Math.round(now() * 1e6))
  return {
    currentTimeMillisUnsafe: now,
    currentTimeNanosUnsafe: nanos,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    // Gotcha: timers may fire early by a part of a millisecond, which at high speed is much of the recording's time.
    sleep: (duration) =>
      Effect.suspend(() => {
        const wakeAt = now() + Duration.toMillis(duration)
        const waitMs = () => Math.ceil((wakeAt - now()) / speed)
        return Effect.whileLoop({
          while: () => now() < wakeAt,
          body: () => real.sleep(Duration.millis(waitMs())),
          step: () => {}
        })
      }),
    begin: () => {
      baseReal ??= real.currentTimeMillisUnsafe()
    },
    skipTo: (time) => {
      if (time <= now()) return
      base = time
      baseReal = real.currentTimeMillisUnsafe()
    }
  }
}

const heartbeat = (pt: number): MarketMessage => ({ op: "mcm", pt: Math.floor(pt), ct: "HEARTBEAT" })

/** Opens the recordings at their first message; fails when there is none. Time passes once the messages are asked for. */
export const make = Effect.fnUntraced(function* (recordings: Recordings, speed: number) {
  const source = `recorded files: ${recordings.names.join(", ")}`
  const failure = (message: string, cause?: unknown) =>
    new MarketDataFailure({ source, message, ...(cause === undefined ? {} : { cause }) })
  let batch = yield* Effect.promise(recordings.next)
  /** Of the next message to be handed over. */
  let index = 0
  const first = batch?.messages[0]
  if (first === undefined) {
    const why = recordings.problems.list().map(({ file, message }) => `${file}: ${message}`)
    const otherwise = recordings.catalogues.size > 0 ? "market catalogues have none" : "no file is named"
    return yield* failure(`there are no prices to play: ${why.join("; ") || otherwise}`)
  }
  const clock = makeClock(yield* Clock.Clock, speed, first.pt)

  /** What is due, waiting for it if need be; none at the end. */
  const due = Effect.gen(function* () {
    for (;;) {
      if (batch !== null && index >= batch.messages.length) {
        batch = yield* Effect.promise(recordings.next)
        index = 0
      }
      const message = batch?.messages[index]
      if (message === undefined) return Option.none<MessageBatch.MessageBatch>()
      const waitMs = message.pt - clock.currentTimeMillisUnsafe()
      if (waitMs <= 0) {
        index++
        // One by one, so that what is wrong with it can be filed under its line.
        return Option.some(MessageBatch.ofMessages([message]))
      }
      if (waitMs > longestSilenceMs) clock.skipTo(message.pt)
      else if (waitMs <= heartbeatMs) yield* Effect.sleep(Duration.millis(waitMs))
      else {
        yield* Effect.sleep(Duration.millis(heartbeatMs))
        return Option.some(MessageBatch.ofMessages([heartbeat(clock.currentTimeMillisUnsafe())]))
      }
    }
  })

  const stream = Stream.fromEffectRepeat(due).pipe(
    Stream.takeWhile(Option.isSome),
    Stream.map(({ value }) => value)
  )
  const begun = Effect.sync(() => {
    clock.begin()
    return stream
  })
  const description = `${source}, ${speed} times as fast`
  return {
    clock,
    onBookProblem: reportBooks(recordings.problems, () => (batch === null ? null : { batch, index: index - 1 })),
    layer: Layer.merge(
      Layer.succeed(MarketData, MarketData.of({ description, messages: () => Stream.unwrap(begun) })),
      Layer.succeed(GivenCatalogues, recordings.catalogues)
    )
  } satisfies PacedRecording
})
