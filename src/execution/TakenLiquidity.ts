/**
 * What our simulated orders have taken from displayed prices. The recording does not know of it and goes on displaying
 * the money, so it is subtracted until the display falls below it (then others have taken or withdrawn it too) and only
 * what is shown beyond it can be taken anew.
 */
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { RunnerBook } from "../market/MarketBook.ts"

interface Taken {
  readonly runner: RunnerBook
  /** Whether backs took it, from what is available to back. */
  readonly isBack: boolean
  readonly price: Price
  size: Pence
  /** By how much update `update` of the market lowered it. */
  dropped: Pence
  update: number
}

export class TakenLiquidity {
  private readonly entries: Array<Taken> = []

  get isEmpty(): boolean {
    return this.entries.length === 0
  }

  /** Taken and still displayed. */
  at(runner: RunnerBook, isBack: boolean, price: Price): Pence {
    return this.find(runner, isBack, price)?.size ?? 0
  }

  add(runner: RunnerBook, isBack: boolean, price: Price, size: Pence): void {
    const found = this.find(runner, isBack, price)
    if (found === undefined) this.entries.push({ runner, isBack, price, size, dropped: 0, update: 0 })
    else found.size += size
  }

  /** To be called once after each update of the market, before anything is matched. */
  revise(update: number): void {
    let kept = 0
    for (const entry of this.entries) {
      if (entry.size === 0) continue
      if (entry.runner.updated === update) {
        const ladder = entry.isBack ? entry.runner.availableToBack : entry.runner.availableToLay
        const left = Math.min(entry.size, ladder.at(entry.price))
        entry.dropped = entry.size - left
        entry.size = left
        entry.update = update
      }
      this.entries[kept++] = entry
    }
    this.entries.length = kept
  }

  /** Of the volume that an update says was traded at a price, the part that others traded against money we had taken. */
  lostAt(runner: RunnerBook, price: Price, update: number): Pence {
    let lost = 0
    for (const entry of this.entries) {
      if (entry.price === price && entry.update === update && entry.runner === runner) lost += entry.dropped
    }
    return lost
  }

  private find(runner: RunnerBook, isBack: boolean, price: Price): Taken | undefined {
    for (const entry of this.entries) {
      if (entry.price === price && entry.isBack === isBack && entry.runner === runner) return entry
    }
    return undefined
  }
}
