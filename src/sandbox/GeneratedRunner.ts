/** One runner of a generated market: its line of the definition, its state, and its book. */
import { DateTime } from "effect"
import type { RunnerDefinitionMessage } from "../market/MarketMessage.ts"
import type { OrderBook } from "./OrderBook.ts"
import { PublishedRunner } from "./PublishedRunner.ts"
import type { Entry } from "./RaceCard.ts"
import { balance, farPrice, type StartingPriceBets } from "./StartingPrice.ts"

/** As on the wire: whole seconds in UTC. */
export const isoTime = (epochMs: number): string =>
  DateTime.formatIso(DateTime.makeUnsafe(Math.floor(epochMs / 1000) * 1000))

export class GeneratedRunner extends PublishedRunner<OrderBook> {
  status: "ACTIVE" | "REMOVED" | "WINNER" | "LOSER" = "ACTIVE"
  /** Percent, three decimals. */
  adjustmentFactor: number
  /** Epoch milliseconds. */
  removedAt: number | null = null
  startingPrice: number | null = null
  readonly entry: Entry

  constructor(entry: Entry, book: OrderBook, bets: StartingPriceBets, adjustmentFactor: number) {
    super(entry.selectionId, book, bets)
    this.entry = entry
    this.adjustmentFactor = adjustmentFactor
  }

  get isActive(): boolean {
    return this.status === "ACTIVE"
  }

  /** What the starting price would be now; the unmatched orders of the book count. */
  balance(): number {
    return balance(this.bets, { backs: this.book.backs.sizes, lays: this.book.lays.sizes })
  }

  projectStartingPrice(): void {
    this.project(Math.round(this.balance() * 100) / 100, farPrice(this.bets))
  }

  withdraw(at: number): void {
    this.status = "REMOVED"
    this.removedAt = at
    if (this.isProjected) this.project("NaN", "NaN")
  }

  definition(sortPriority: number): RunnerDefinitionMessage {
    return {
      id: this.entry.selectionId,
      name: this.entry.name,
      status: this.status,
      sortPriority,
      adjustmentFactor: this.adjustmentFactor,
      ...(this.removedAt === null ? {} : { removalDate: isoTime(this.removedAt) }),
      ...(this.startingPrice === null ? {} : { bsp: this.startingPrice })
    }
  }
}
