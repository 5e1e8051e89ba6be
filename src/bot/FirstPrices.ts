/**
 * What the first trading cycle waits for. Prices come a moment after the loops have begun, so without it that cycle would find
 * no race, and the first bets would have to wait for the next one.
 */
import { Clock, Context, Duration, Effect } from "effect"
import type { Feed } from "./Feed.ts"
import type { RaceRecorder } from "./RaceRecorder.ts"

/** There may be no race at all: then cycles come round as ever. Tests that count cycles do not wait. */
export const LongestWait = Context.Reference<Duration.Duration>("clever-better/bot/FirstPrices/LongestWait", {
  defaultValue: () => Duration.seconds(30)
})

const lookEvery = Duration.millis(50)

/**
 * Waits until a market can be bet on and all races that the feed has told of so far are recorded, but no longer than to the
 * next cycle.
 */
export const make = (
  feed: Pick<Feed["Service"], "someTradable">,
  races: Pick<RaceRecorder["Service"], "isRecorded" | "pending">,
  nextCycle: Duration.Duration
): Effect.Effect<Effect.Effect<void>> => {
  const areThere = () => !races.pending() && feed.someTradable(({ marketId }) => races.isRecorded(marketId))
  return Effect.map(LongestWait, (longestWait) =>
    Effect.gen(function* () {
      const end = (yield* Clock.currentTimeMillis) + Duration.toMillis(Duration.min(nextCycle, longestWait))
      while (!areThere() && (yield* Clock.currentTimeMillis) < end) yield* Effect.sleep(lookEvery)
    })
  )
}
