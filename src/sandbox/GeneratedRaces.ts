/**
 * A race day without an exchange: generated markets as the bot's feed, paced by the clock. The races are where they are
 * in epoch time, whoever listens; a bot that starts again in the middle of a race finds it going on, and is told how
 * markets ended that finished meanwhile.
 */
import { Clock, Duration, Effect, Layer, Option, Stream } from "effect"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import { MarketData } from "../market/MarketData.ts"
import type { MarketChange, MarketMessage } from "../market/MarketMessage.ts"
import { resultOf, type Day } from "./RaceDay.ts"
import { heartbeatMessage, imageMessage, RunningRaces } from "./RunningRaces.ts"

/** Messages are handed over this often, and so at most this late. */
const pulseMs = 50
const heartbeatMs = 5000
/** After a short halt the races catch up by this much a batch, which bounds a batch. */
const portionMs = 1000
/** After a longer halt (the machine slept) the feed begins anew with images, as a broken connection would. */
const longestHaltMs = 30_000

/** A subscription: the races it hears of, up to when, and when it last had something to say. */
interface Subscription {
  races: RunningRaces
  position: number
  spokenAt: number
}

const closingOf = (day: Day, now: number, marketId: string): Option.Option<MarketChange> =>
  resultOf(day, marketId).pipe(
    Option.filter((result) => result.settledAt <= now),
    Option.map((result) => ({ id: marketId, img: true, marketDefinition: result.definition }))
  )

/** Joins all races of the moment; what it says first are the ends of `resume` and the images of what is open. */
const subscribe = (day: Day, now: number, resume: ReadonlyArray<string>): [MarketMessage, Subscription] => {
  const races = new RunningRaces(day, now)
  const closings = [...new Set(resume)].flatMap((marketId) => Option.toArray(closingOf(day, now, marketId)))
  return [imageMessage(now, [...closings, ...races.images()]), { races, position: now, spokenAt: now }]
}

/** Waits for the next messages and returns them. */
const next = Effect.fnUntraced(function* (day: Day, subscription: Subscription) {
  while (true) {
    const now = yield* Clock.currentTimeMillis
    if (now - subscription.position > longestHaltMs) {
      const [image, fresh] = subscribe(day, now, subscription.races.marketIds)
      Object.assign(subscription, fresh)
      return [image]
    }
    const until = Math.min(now, subscription.position + portionMs)
    const messages: ReadonlyArray<MarketMessage> =
      until > subscription.position ? subscription.races.advance(until) : []
    subscription.position = Math.max(subscription.position, until)
    if (messages.length > 0) {
      subscription.spokenAt = until
      return messages
    }
    if (until < now) continue
    if (now - subscription.spokenAt >= heartbeatMs) {
      subscription.spokenAt = now
      return [heartbeatMessage(now)]
    }
    yield* Effect.sleep(pulseMs - (now % pulseMs))
  }
})

export const make = (day: Day): MarketData["Service"] => ({
  description: `generated races, one every ${day.intervalMs / 1000} s, seed ${day.seed}`,
  messages: (resume: ReadonlyArray<MarketId>) =>
    Stream.unwrap(
      Effect.map(Clock.currentTimeMillis, (now) => {
        const [image, subscription] = subscribe(day, now, resume)
        return Stream.concat(Stream.succeed([image]), Stream.fromEffectRepeat(next(day, subscription)))
      })
    )
})

/** The race day of `feed.seed` and `feed.race_interval_seconds`. */
export const layer = Layer.effect(
  MarketData,
  Effect.map(Settings, ({ feed }) =>
    make({ seed: feed.seed, intervalMs: Math.round(Duration.toMillis(feed.raceIntervalSeconds)) })
  )
)
