/**
 * Runs the bot over recordings in their own time, as fast as it goes. The same loops and reactions as in real time are
 * called in turn: what is due before a message's publish time first, then the message, then what it sets off. Nothing runs
 * beside anything else, so the same recordings give the same bets, whatever the machine.
 */
import { Context, Effect, Layer } from "effect"
import type { MarketMessage } from "../market/MarketMessage.ts"
import * as MessageBatch from "../market/MessageBatch.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { Feed } from "./Feed.ts"
import type { Reaction } from "./Loop.ts"
import { Loops } from "./Loops.ts"
import type { ReplayClock } from "./ReplayClock.ts"
import { ReplayRounds } from "./ReplayRounds.ts"
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

const make = Effect.fnUntraced(function* (clock: ReplayClock) {
  const feed = yield* Feed
  const restart = yield* Restart
  const risk = yield* RiskManager
  const { loops, reactions } = yield* Loops
  const rounds = new ReplayRounds(loops, clock)

  const isPending = () => {
    for (let i = 0; i < reactions.length; i++) if (mustRun(reactions[i]!)) return true
    return false
  }

  /**
   * Receives messages from `from` on for as long as that takes nothing but plain code: until a round must be run, or
   * something is to be reacted to. The index of the next.
   */
  const receive = (source: ReplaySource, batch: MessageBatch.MessageBatch, from: number): number => {
    for (let index = from; index < batch.length; index++) {
      if (index > from && isPending()) return index
      const time = batch.publishTime(index)
      if (time > rounds.next && rounds.mustRunBefore(time)) return index
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
    rounds.next = -1
    for (;;) {
      const batch = yield* Effect.promise(source.next)
      if (batch === null) break
      const messages = "applyTo" in batch ? batch : MessageBatch.ofMessages(batch.messages)
      for (let index = 0; index < messages.length;) {
        if (rounds.next < 0) yield* begin(messages.publishTime(index))
        const before = index
        index = receive(source, messages, before)
        if (index > before) yield* react
        const { loop } = rounds
        if (loop === null) continue
        yield* loop.run
        rounds.done()
      }
      yield* onBatch
    }
    yield* risk.shutDown
    yield* react
    for (const loop of rounds.writing) yield* loop.run
  })

  /** The bot starts with the first message: its loops count from there. */
  const begin = Effect.fnUntraced(function* (time: number) {
    clock.advanceTo(time)
    yield* restart.restore
    rounds.begin(time)
  })

  return Replay.of({ run })
})

const mustRun = ({ attempt, pending }: Reaction<StorageFailure>): boolean =>
  pending() && (attempt === undefined || attempt())
