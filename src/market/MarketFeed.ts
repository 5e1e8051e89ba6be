/** A market as the feed keeps it: the book that everyone reads, and what only its writer needs to know. */
import type { MarketId, RunnerKey } from "../domain/Identifiers.ts"
import type { RunnerDefinition } from "../domain/Market.ts"
import type { Pence } from "../domain/Money.ts"
import { MarketBook, RunnerBook } from "./MarketBook.ts"
import type { MarketDefinitionMessage } from "./MarketMessage.ts"
import { RunnerFeed } from "./RunnerFeed.ts"

/** Where a runner is looked for first: by its selection and its line, which are the key's upper and lower bits. */
const slotOf = (key: RunnerKey): number =>
  Math.imul((key / 65_536) | 0, 0x9e37_79b1) ^ (Math.imul(key | 0, 0x85eb_ca6b) >>> 20)

export class MarketFeed {
  readonly book: MarketBook
  readonly runners = new Map<RunnerKey, RunnerFeed>()
  /** As last sent, to tell an unchanged definition. */
  definition: MarketDefinitionMessage | null = null
  toldTotal: Pence = 0
  runnersTotal: Pence = 0
  /** A hash table of the runners, at most half full: a third of the time of a `Map`, whose keys here would be objects. */
  private keys = new Float64Array(32)
  private readonly slots: Array<RunnerFeed> = []

  constructor(marketId: MarketId) {
    this.book = new MarketBook(marketId)
  }

  add(runner: Pick<RunnerDefinition, "key" | "selectionId" | "handicap">): RunnerFeed {
    const { book } = this
    const added = new RunnerFeed(new RunnerBook(runner.key, runner.selectionId, runner.handicap), book.updates)
    this.runners.set(runner.key, added)
    if (this.runners.size * 2 > this.keys.length) this.spread()
    else this.place(runner.key, added)
    book.runners.push(added.book)
    book.runnersByKey.set(runner.key, added.book)
    return added
  }

  find(key: RunnerKey): RunnerFeed | undefined {
    const { keys } = this
    const mask = keys.length - 1
    for (let slot = slotOf(key) & mask; ; slot = (slot + 1) & mask) {
      if (keys[slot] === key) return this.slots[slot]
      if (keys[slot] === 0) return undefined
    }
  }

  /** An image begins. */
  clear(): void {
    for (const runner of this.runners.values()) {
      runner.touch(this.book.updates)
      runner.reset()
    }
    this.toldTotal = 0
    this.runnersTotal = 0
  }

  sumUp(): void {
    this.book.totalMatched = this.toldTotal > this.runnersTotal ? this.toldTotal : this.runnersTotal
  }

  private spread(): void {
    this.keys = new Float64Array(2 * this.keys.length)
    for (const [key, runner] of this.runners) this.place(key, runner)
  }

  private place(key: RunnerKey, runner: RunnerFeed): void {
    const { keys } = this
    const mask = keys.length - 1
    let slot = slotOf(key) & mask
    while (keys[slot] !== 0) slot = (slot + 1) & mask
    keys[slot] = key
    this.slots[slot] = runner
  }
}
