/**
 * A followed market's prices over time, in memory, for whoever looks at it: at most so many samples of each runner, evenly
 * spaced from when the market was first followed. When there are too many, every second one goes and they come half as
 * often, so a market that is followed all day costs no more than one that is followed for ten minutes.
 */
import type { RunnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { MarketBook } from "../market/MarketBook.ts"

/** Samples of a market at most: what a chart can show. */
export const samplesAtMost = 240

/** A runner's prices at the instants of its market; a price of 0 is no price. */
export interface RunnerPrices {
  readonly bestBack: ReadonlyArray<Price>
  readonly bestLay: ReadonlyArray<Price>
  readonly lastPriceTraded: ReadonlyArray<Price>
  readonly totalMatched: ReadonlyArray<Pence>
}

/** What may be read, before the next message is. */
export interface PricesSoFar {
  /** Publish times of the samples, epoch milliseconds, rising. */
  readonly at: ReadonlyArray<number>
  readonly runners: ReadonlyMap<RunnerKey, RunnerPrices>
}

type Columns = { readonly [Column in keyof RunnerPrices]: Array<number> }

const zeros = (length: number): Array<number> => Array.from({ length }, () => 0)

const noColumns = (length: number): Columns => ({
  bestBack: zeros(length),
  bestLay: zeros(length),
  lastPriceTraded: zeros(length),
  totalMatched: zeros(length)
})

const halve = (list: Array<number>): void => {
  let kept = 0
  for (let index = 0; index < list.length; index += 2) list[kept++] = list[index]!
  list.length = kept
}

export class PriceHistory implements PricesSoFar {
  readonly at: Array<number> = []
  readonly runners = new Map<RunnerKey, Columns>()
  private everyMs: number

  /** @param everyMs least time between two samples, until there are too many */
  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  /** Takes a sample if the last one is old enough. */
  take(book: MarketBook): void {
    const last = this.at.at(-1)
    if (last !== undefined && book.publishTime - last < this.everyMs) return
    if (this.at.length === samplesAtMost) this.thin()
    const before = this.at.length
    this.at.push(book.publishTime)
    for (const runner of book.runners) {
      let columns = this.runners.get(runner.key)
      if (columns === undefined) this.runners.set(runner.key, (columns = noColumns(before)))
      const { isActive } = runner
      columns.bestBack.push(isActive ? runner.availableToBack.price(0) : 0)
      columns.bestLay.push(isActive ? runner.availableToLay.price(0) : 0)
      columns.lastPriceTraded.push(isActive ? runner.lastPriceTraded : 0)
      columns.totalMatched.push(runner.totalMatched)
    }
    // A runner that a new image of the market no longer has.
    for (const columns of this.runners.values()) {
      if (columns.bestBack.length === this.at.length) continue
      for (const column of Object.values(columns)) column.push(0)
    }
  }

  private thin(): void {
    halve(this.at)
    for (const columns of this.runners.values()) for (const column of Object.values(columns)) halve(column)
    this.everyMs *= 2
  }
}
