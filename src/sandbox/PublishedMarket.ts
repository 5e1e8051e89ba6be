/** What the exchange publishes of a market: whole (an image), or what has changed since the last publication. */
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import type { MarketChange, MarketDefinitionMessage, RunnerChange } from "../market/MarketMessage.ts"

/** A runner that publishes: see `PublishedRunner`. */
interface Publishing {
  readonly takeChange: () => RunnerChange | null
  readonly forgetChanges: () => void
  readonly image: () => RunnerChange
}

export abstract class PublishedMarket {
  abstract readonly marketId: string
  abstract readonly runners: ReadonlyArray<Publishing>
  private definitionChanged = false
  private totalPublished = 0

  /** Pence, both sides of each match counted, withdrawn runners included. */
  abstract get totalMatched(): Pence

  abstract definition(): MarketDefinitionMessage

  /** The definition is to be published anew. */
  protected noteDefinition(): void {
    this.definitionChanged = true
  }

  /** What has changed since the last call; null when nothing has. */
  takeChange(): MarketChange | null {
    const rc: Array<RunnerChange> = []
    for (const runner of this.runners) {
      const change = runner.takeChange()
      if (change !== null) rc.push(change)
    }
    if (rc.length === 0 && !this.definitionChanged) return null
    const total = this.totalMatched
    const change: MarketChange = {
      id: this.marketId,
      ...(this.definitionChanged ? { marketDefinition: this.definition() } : {}),
      ...(rc.length === 0 ? {} : { rc }),
      ...(total === this.totalPublished ? {} : { tv: Money.toDecimal(total) })
    }
    this.definitionChanged = false
    this.totalPublished = total
    return change
  }

  /** Nobody heard of the changes so far, and nobody will. */
  forgetChanges(): void {
    for (const runner of this.runners) runner.forgetChanges()
    this.definitionChanged = false
    this.totalPublished = this.totalMatched
  }

  /** Everything as it stands. What has not been published as a change yet will be, with the same sizes. */
  image(): MarketChange {
    return {
      id: this.marketId,
      img: true,
      marketDefinition: this.definition(),
      rc: this.runners.map((runner) => runner.image()),
      tv: Money.toDecimal(this.totalMatched)
    }
  }
}
