/**
 * How far Betfair's clock is from ours, learnt from the `Date` of its answers. Bets are judged by Betfair's clock; guards
 * look here before they trust ours.
 */
import { Context, Effect, Layer, Ref } from "effect"
import type { Answer } from "./Transport.ts"

/** Betfair's clock minus ours lies between the two, in milliseconds. */
export interface Skew {
  readonly lowestMs: number
  readonly highestMs: number
  /** When it was last measured, by our clock, epoch milliseconds. */
  readonly at: number
}

export class ServerClock extends Context.Service<
  ServerClock,
  {
    /** Null until the first answer. */
    readonly skew: Effect.Effect<Skew | null>
    /** Learns from an answer. */
    readonly observe: (answer: Answer) => Effect.Effect<void>
  }
>()("clever-better/betfair/ServerClock") {
  static readonly layer = Layer.effect(
    ServerClock,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const skew = yield* Ref.make<Skew | null>(null)
  return ServerClock.of({
    skew: Ref.get(skew),
    observe: (answer) => Ref.update(skew, (known) => learn(known, answer))
  })
})

/** `Date` is cut to whole seconds. */
const resolutionMs = 1000
/** Clocks drift, so what was learnt long ago no longer narrows what is learnt now. */
const maxAgeMs = 10 * 60_000

/**
 * The server wrote its `Date` between the sending and the answer, so each answer bounds the skew by its round trip and a
 * second; bounds that agree narrow each other.
 */
export const learn = (known: Skew | null, answer: Answer): Skew | null => {
  if (Number.isNaN(answer.serverDate)) return known
  const lowestMs = answer.serverDate - answer.answeredAt
  const highestMs = answer.serverDate + resolutionMs - answer.sentAt
  const fresh = { lowestMs, highestMs, at: answer.answeredAt }
  if (known === null || answer.answeredAt - known.at > maxAgeMs) return fresh
  const both = {
    lowestMs: Math.max(known.lowestMs, lowestMs),
    highestMs: Math.min(known.highestMs, highestMs),
    at: answer.answeredAt
  }
  return both.lowestMs <= both.highestMs ? both : fresh
}

/** How far the clocks certainly are apart: 0 when they may agree. */
export const certainSkewMs = ({ highestMs, lowestMs }: Skew): number => Math.max(0, lowestMs, -highestMs)
