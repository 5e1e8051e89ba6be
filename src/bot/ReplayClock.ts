/**
 * Time as the recording tells it. `now` follows the publish time of the messages; sleeping is left to the real clock,
 * because in a replay only waiting for the database and the like sleeps: the bot's loops are called by the recording's
 * time, not woken by it.
 */
import { Clock, Effect, Layer } from "effect"

export interface ReplayClock extends Clock.Clock {
  /** Moves on to `time` (epoch milliseconds); time never goes back. */
  readonly advanceTo: (time: number) => void
}

/** A field, because a number that a closure shares is a new object each time it changes. */
class Now {
  time = 0
}

export const make = (real: Clock.Clock): ReplayClock => {
  const now = new Now()
  const nanos = () => BigInt(Math.round(now.time)) * 1_000_000n
  return {
    currentTimeMillisUnsafe: () => now.time,
    currentTimeNanosUnsafe: nanos,
    currentTimeMillis: Effect.sync(() => now.time),
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration),
    advanceTo: (time) => {
      if (time > now.time) now.time = time
    }
  }
}

export const layer = (clock: ReplayClock) => Layer.succeed(Clock.Clock, clock)
