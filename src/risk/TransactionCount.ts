/** Keeps the count of the hour's transactions over a restart. What a killed process had not written, its bets' rows tell. */
import { Clock, Context, Effect, Layer } from "effect"
import type { Mode } from "../domain/Mode.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import * as DurableState from "./DurableState.ts"
import * as Hour from "./TransactionHour.ts"

export class TransactionCount extends Context.Service<
  TransactionCount,
  {
    /** So many instructions go out now. */
    readonly add: (instructions: number) => void
    readonly thisHour: () => number
    /** Writes what has changed. */
    readonly save: Effect.Effect<void>
  }
>()("clever-better/risk/TransactionCount") {
  static readonly layer = (mode: Mode) => Layer.effect(TransactionCount, make(mode))
}

/** Bets looked at for the count of the hour that a killed process was in: more than an hour may have. */
const lookedAt = 10_000

const make = Effect.fnUntraced(function* (mode: Mode) {
  const clock = yield* Clock.Clock
  const bets = yield* BetRepository
  const hour = Hour.hourOf(clock.currentTimeMillisUnsafe())
  const kept = yield* DurableState.make({
    mode,
    key: "transactions",
    schema: Hour.TransactionHour,
    initial: { hour, count: 0 },
    unreadable: () => ({ hour, count: Number.MAX_SAFE_INTEGER })
  })
  const now = clock.currentTimeMillisUnsafe()
  const placed = (yield* bets.recent(mode, lookedAt)).filter(({ createdAt }) => createdAt >= Hour.startOf(hour)).length
  kept.change((state) => {
    const current = Hour.at(state, now)
    return current.count >= placed ? current : { ...current, count: placed }
  })

  return TransactionCount.of({
    add: (instructions) => void kept.change((state) => Hour.add(state, instructions, clock.currentTimeMillisUnsafe())),
    thisHour: () => Hour.at(kept.get(), clock.currentTimeMillisUnsafe()).count,
    save: kept.save
  })
})
