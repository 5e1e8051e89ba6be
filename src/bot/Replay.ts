/**
 * Runs the bot over recordings in their own time, as fast as it goes. The same loops and reactions as in real time are
 * called in turn: what is due before a message's publish time first, then the message, then what it sets off. Nothing runs
 * beside anything else, so the same recordings give the same bets, whatever the machine.
 */
import { Context, Duration, Effect, Layer } from "effect"
import type { MarketMessage } from "../market/MarketMessage.ts"
import * as MessageBatch from "../market/MessageBatch.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { Feed } from "./Feed.ts"
import type { Loop, Reaction } from "./Loop.ts"
import { Loops } from "./Loops.ts"
import type { ReplayClock } from "./ReplayClock.ts"
import { Restart } from "./Restart.ts"

/** Where a replay's messages come from: batches in order of publish time, null at the end. */
export interface ReplaySource {
  readonly next: () => Promise<MessageBatch.MessageBatch | { readonly messages: ReadonlyArray<MarketMessage> } | null>
  /** The message at this index of the last batch is about to be applied, for whoever reports problems. */
  readonly applying: (index: number) => void
}

export class Replay extends Context.Service<
  Replay,
  {
    /** Ends when the source does. `onBatch` is told after each batch, for a progress bar. */
    readonly run: (source: ReplaySource, onBatch: Effect.Effect<void>) => Effect.Effect<void, StorageFailure>
  }
>()("clever-better/bot/Replay") {
  static readonly layer = (clock: ReplayClock) => Layer.effect(Replay, make(clock))
}

/**
 * Recordings of different days lie far apart. A gap without any message is gone through for this long before the next
 * message, and skipped before that: nothing in the books changes in it, and prices that old are not bet on.
 */
const longestGapMs = Duration.toMillis("1 hour")

interface Due {
  readonly loop: Loop<StorageFailure>
  readonly everyMs: number
  next: number
  /** It could wait when it was asked, and nothing has happened since. */
  isWaiting: boolean
}

const make = Effect.fnUntraced(function* (clock: ReplayClock) {
  const feed = yield* Feed
  const restart = yield* Restart
  const risk = yield* RiskManager
  const { loops, reactions } = yield* Loops
  const table: ReadonlyArray<Due> = loops
    .filter(({ inRealTimeOnly }) => inRealTimeOnly !== true)
    .map((loop) => ({ loop, everyMs: Duration.toMillis(loop.every), next: -1, isWaiting: false }))

  /** When the next round is due; -1 before the first message. */
  let nextDue = -1
  /** The round that is to be run before the next message. */
  let round: Due | null = null

  const isPending = () => {
    for (let i = 0; i < reactions.length; i++) if (mustRun(reactions[i]!)) return true
    return false
  }

  /** The loop that is due first and not known to wait. */
  const earliest = (): Due | null => {
    let first: Due | null = null
    for (const due of table) if (!due.isWaiting && (first === null || due.next < first.next)) first = due
    return first
  }

  /** Leaves out the rounds before `time` of those that wait, and at `time` of those that come before `last`. */
  const pass = (time: number, last: Due | null): void => {
    let isBefore = last !== null
    nextDue = Number.POSITIVE_INFINITY
    for (const due of table) {
      if (due === last) isBefore = false
      if (due.isWaiting && due.next <= time) {
        due.next += Math.ceil((time - due.next) / due.everyMs) * due.everyMs
        if (isBefore && due.next === time) due.next += due.everyMs
      }
      if (due.next < nextDue) nextDue = due.next
    }
  }

  /** Passes the rounds before `time` that can wait, in the order of their times; the first that cannot. */
  const roundBefore = (time: number): Due | null => {
    for (const due of table) {
      due.isWaiting = false
      if (time - longestGapMs > due.next) {
        due.next += Math.floor((time - longestGapMs - due.next) / due.everyMs) * due.everyMs
      }
    }
    for (let due = earliest(); due !== null && due.next < time; due = earliest()) {
      const { loop } = due
      clock.advanceTo(due.next)
      if (loop.canWait === undefined || !loop.canWait()) {
        pass(due.next, due)
        return due
      }
      if (loop.looksAtTime === true) due.next += due.everyMs
      else due.isWaiting = true
    }
    pass(time, null)
    return null
  }

  /**
   * Receives messages from `from` on for as long as that takes nothing but plain code: until a round must be run, or
   * something is to be reacted to. The index of the next.
   */
  const receive = (source: ReplaySource, batch: MessageBatch.MessageBatch, from: number): number => {
    for (let index = from; index < batch.length; index++) {
      if (index > from && isPending()) return index
      const time = batch.publishTime(index)
      if (time > nextDue) round = roundBefore(time)
      if (round !== null) return index
      clock.advanceTo(time)
      source.applying(index)
      feed.receiveFrom(batch, index)
    }
    return batch.length
  }

  const react = Effect.gen(function* () {
    for (const reaction of reactions) if (mustRun(reaction)) yield* reaction.run
  })

  const run = Effect.fnUntraced(function* (source: ReplaySource, onBatch: Effect.Effect<void>) {
    nextDue = -1
    for (;;) {
      const batch = yield* Effect.promise(source.next)
      if (batch === null) break
      const messages = "applyTo" in batch ? batch : MessageBatch.ofMessages(batch.messages)
      for (let index = 0; index < messages.length;) {
        if (nextDue < 0) yield* begin(messages.publishTime(index))
        const before = index
        index = receive(source, messages, before)
        if (index > before) yield* react
        if (round === null) continue
        const { everyMs, loop }: Due = round
        yield* loop.run
        round.next += everyMs
        round = null
      }
      yield* onBatch
    }
    yield* risk.shutDown
    yield* react
    for (const { loop } of table) if (loop.writes === true) yield* loop.run
  })

  /** The bot starts with the first message: its loops count from there. */
  const begin = Effect.fnUntraced(function* (time: number) {
    clock.advanceTo(time)
    yield* restart.restore
    for (const due of table) due.next = time
    nextDue = time
  })

  return Replay.of({ run })
})

const mustRun = ({ attempt, pending }: Reaction<StorageFailure>): boolean =>
  pending() && (attempt === undefined || attempt())
