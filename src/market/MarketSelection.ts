/**
 * Which markets a subscription names, when it names them one by one: those chosen last, and those followed before until
 * they have closed, because a market that goes off the list of coming races is still running, and may have bets on it.
 * Pure: the time and the lists come from outside.
 */
import type { MarketId } from "../domain/Identifiers.ts"

export class MarketSelection {
  private readonly maximum: number
  private chosen: ReadonlySet<MarketId> = new Set()
  /** Followed and not known to be closed, those with bets first, then the oldest. */
  private readonly followed: Set<MarketId>
  /** Closed, until they are chosen no more. */
  private closed = new Set<MarketId>()
  private named: ReadonlyArray<MarketId> = []

  /**
   * @param maximum that the exchange lets an account subscribe to
   * @param resume markets with bets on them, whatever is chosen
   */
  constructor(maximum: number, resume: ReadonlyArray<MarketId>) {
    this.maximum = maximum
    this.followed = new Set(resume)
  }

  /**
   * Takes the newest choice, the most wanted first. The markets to subscribe to, if that must be done anew; null when every
   * market wanted is subscribed to already.
   */
  choose(marketIds: ReadonlyArray<MarketId>): ReadonlyArray<MarketId> | null {
    this.chosen = new Set(marketIds)
    this.closed = this.closed.intersection(this.chosen)
    const wanted = this.chosen.difference(this.closed)
    const named = [...this.followed.union(wanted)].slice(0, this.maximum)
    for (const marketId of named) this.followed.add(marketId)
    const before = new Set(this.named)
    if (named.every((marketId) => before.has(marketId))) return null
    this.named = named
    return named
  }

  hasClosed(marketId: MarketId): void {
    this.followed.delete(marketId)
    if (this.chosen.has(marketId)) this.closed.add(marketId)
  }

  /** Followed, but chosen no more: they may have closed while nobody listened, and are to be asked for. */
  get missing(): ReadonlyArray<MarketId> {
    return [...this.followed].filter((marketId) => !this.chosen.has(marketId))
  }
}
