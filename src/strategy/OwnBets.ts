/** What a strategy must know of its own open bets before it asks for another, or for one to be cancelled. */
import type { Bet } from "../domain/Bet.ts"
import { isExecutable } from "../domain/Bet.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import type { CancelSignal } from "../domain/Signal.ts"
import type { Side } from "../domain/Side.ts"
import type { RunnerBook } from "../market/MarketBook.ts"

/** A cancellation that was asked for and has not shown is asked for again after this long. */
const askAgainMs = 5000

/**
 * True when another bet would repeat one that is open, or could be matched against an order of ours that is still
 * waiting on the other side.
 */
export const stand = (bets: ReadonlyArray<Bet>, runner: RunnerBook, side: Side): boolean =>
  bets.some(
    (bet) =>
      bet.selectionId === runner.selectionId &&
      bet.handicap === runner.handicap &&
      (bet.side === side || isExecutable(bet))
  )

/** True when the exchange has the order and some of it can still be taken back. */
export const isCancellable = (bet: Bet): boolean => bet.placedAt !== null && isExecutable(bet)

/** Remembers what was asked to be cancelled, so that an order is not asked for again at every evaluation. */
export class Cancellations {
  private readonly asked = new Map<MarketId, Map<BetId, number>>()

  /** The signal, unless the same was asked for a moment ago. */
  request(bet: Bet, now: number, reason: string): ReadonlyArray<CancelSignal> {
    let ofMarket = this.asked.get(bet.marketId)
    if (ofMarket === undefined) this.asked.set(bet.marketId, (ofMarket = new Map()))
    const before = ofMarket.get(bet.id)
    if (before !== undefined && now - before < askAgainMs) return []
    ofMarket.set(bet.id, now)
    return [{ _tag: "Cancel", betId: bet.id, reason }]
  }

  forget(marketId: MarketId): void {
    this.asked.delete(marketId)
  }
}
