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
import type { Loop } from "./Loop.ts"
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
}

const make = Effect.fnUntraced(function* (clock: ReplayClock) {
  const feed = yield* Feed
  const restart = yield* Restart
  const risk = yield* RiskManager
  const { loops, reactions } = yield* Loops
  const table: ReadonlyArray<Due> = loops
    .filter(({ inRealTimeOnly }) => inRealTimeOnly !== true)
    .map((loop) => ({ loop, everyMs: Duration.toMillis(loop.every), next: -1 }))

  const earliest = () => table.reduce((first, due) => (due.next < first.next ? due : first))

  const isPending = () => {
    for (let i = 0; i < reactions.length; i++) if (reactions[i]!.pending()) return true
    return false
  }

  /**
   * Plain code, for as long as nothing is due: receives messages from `from` on, until the next is later than `until` or
   * something is to be reacted to. The index of the next.
   */
  const receive = (source: ReplaySource, batch: MessageBatch.MessageBatch, from: number, until: number): number => {
    let index = from
    for (; index < batch.length; index++) {
      const time = batch.publishTime(index)
      if (time > until || (index > from && isPending())) break
      clock.advanceTo(time)
      source.applying(index)
      feed.receiveFrom(batch, index)
    }
    return index
  }

  const react = Effect.gen(function* () {
    for (const { pending, run } of reactions) if (pending()) yield* run
  })

  /** Runs the loops that are due before `time`, in the order of their times. */
  const catchUp = Effect.fnUntraced(function* (time: number) {
    for (const due of table) {
      const missed = Math.floor((time - longestGapMs - due.next) / due.everyMs)
      if (missed > 0) due.next += missed * due.everyMs
    }
    for (let due = earliest(); due.next < time; due = earliest()) {
      clock.advanceTo(due.next)
      if (due.loop.canWait?.() !== true) yield* due.loop.run
      due.next += due.everyMs
    }
    return earliest().next
  })

  const run = Effect.fnUntraced(function* (source: ReplaySource, onBatch: Effect.Effect<void>) {
    let nextDue = -1
    for (;;) {
      const batch = yield* Effect.promise(source.next)
      if (batch === null) break
      const messages = "applyTo" in batch ? batch : MessageBatch.ofMessages(batch.messages)
      for (let index = 0; index < messages.length;) {
        const time = messages.publishTime(index)
        if (nextDue < 0) nextDue = yield* begin(time)
        if (time > nextDue) nextDue = yield* catchUp(time)
        index = receive(source, messages, index, nextDue)
        yield* react
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
    return time
  })

  return Replay.of({ run })
})
