/**
 * Remembers why signals did not become bets. Each refusal is counted; it is written when it is new or its reason has
 * changed, because a signal that is refused in every cycle says nothing new.
 */
import { Context, Effect, Layer } from "effect"
import * as Decision from "../domain/Decision.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { DecisionRepository } from "../persistence/DecisionRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Tally } from "./Tally.ts"
import * as WriteBuffer from "./WriteBuffer.ts"

const capacity = 10_000

export class DecisionLog extends Context.Service<
  DecisionLog,
  {
    readonly record: (decision: Decision.Decision) => void
    readonly flush: Effect.Effect<void, StorageFailure>
    /** Too little has gathered to be worth a write. */
    readonly canWait: () => boolean
    readonly waiting: () => number
    readonly dropped: () => number
    /** Why the market's last signal did not become a bet; null while none was refused. */
    readonly latest: (marketId: MarketId) => Decision.Decision | null
    /** The market is over: its reasons need not be remembered. */
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/bot/DecisionLog") {
  static readonly layer = Layer.effect(
    DecisionLog,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { mode } = yield* Executor
  const repository = yield* DecisionRepository
  const tally = yield* Tally
  const buffer = WriteBuffer.make<Decision.Decision>(capacity)
  const lastReasons = new Map<MarketId, Map<string, Decision.DenialReason>>()

  const latest = new Map<MarketId, Decision.Decision>()

  const isNew = ({ denial, marketId, runner, step, strategyId }: Decision.Decision): boolean => {
    const reasons = lastReasons.get(marketId) ?? new Map<string, Decision.DenialReason>()
    lastReasons.set(marketId, reasons)
    const subject = `${strategyId} ${runner} ${step}`
    if (reasons.get(subject) === denial.reason) return false
    reasons.set(subject, denial.reason)
    return true
  }

  return DecisionLog.of({
    record: (decision) => {
      tally.denial(decision.denial.reason)
      latest.set(decision.marketId, decision)
      if (isNew(decision)) buffer.offer(decision)
    },
    flush: buffer.flush((decisions) => repository.insert(mode, decisions)),
    canWait: buffer.canWait,
    waiting: buffer.size,
    dropped: buffer.dropped,
    latest: (marketId) => latest.get(marketId) ?? null,
    forget: (marketId) => {
      lastReasons.delete(marketId)
      latest.delete(marketId)
    }
  })
})
