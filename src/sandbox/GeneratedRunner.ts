/**
 * One runner of a generated market as the exchange publishes it: its line of the definition, its whole book (an image),
 * or what has changed in it since the last publication.
 */
import { DateTime } from "effect"
import * as Money from "../domain/Money.ts"
import { classic, toDecimal } from "../domain/PriceLadder.ts"
import type { PriceSize, RunnerChange, RunnerDefinitionMessage } from "../market/MarketMessage.ts"
import type { ChangedTicks, OrderBook } from "./OrderBook.ts"
import type { Entry } from "./RaceCard.ts"
import { balance, farPrice, type StartingPriceBets } from "./StartingPrice.ts"

const decimals = classic.map(toDecimal)

/** As on the wire: whole seconds in UTC. */
export const isoTime = (epochMs: number): string =>
  DateTime.formatIso(DateTime.makeUnsafe(Math.floor(epochMs / 1000) * 1000))

type Changes = { -readonly [Key in keyof RunnerChange]: RunnerChange[Key] }

const changesOf = (changed: ChangedTicks, sizes: Float64Array): ReadonlyArray<PriceSize> =>
  changed.list.map((tick) => [decimals[tick]!, Money.toDecimal(sizes[tick]!)])

const levelsOf = (sizes: Float64Array): ReadonlyArray<PriceSize> => {
  const levels: Array<PriceSize> = []
  sizes.forEach((size, tick) => {
    if (size > 0) levels.push([decimals[tick]!, Money.toDecimal(size)])
  })
  return levels
}

export class GeneratedRunner {
  status: "ACTIVE" | "REMOVED" | "WINNER" | "LOSER" = "ACTIVE"
  /** Percent, three decimals. */
  adjustmentFactor: number
  /** Epoch milliseconds. */
  removedAt: number | null = null
  startingPrice: number | null = null
  readonly book: OrderBook
  readonly bets: StartingPriceBets
  private readonly entry: Entry
  private near: number | string | null = null
  private far: number | string | null = null
  private projectionChanged = false
  private lastTickPublished = -1
  private totalPublished = 0

  constructor(entry: Entry, book: OrderBook, bets: StartingPriceBets, adjustmentFactor: number) {
    this.entry = entry
    this.book = book
    this.bets = bets
    this.adjustmentFactor = adjustmentFactor
    this.forgetChanges()
  }

  get isActive(): boolean {
    return this.status === "ACTIVE"
  }

  /** What the starting price would be now; the unmatched orders of the book count. */
  balance(): number {
    return balance(this.bets, { backs: this.book.backs.sizes, lays: this.book.lays.sizes })
  }

  /** Takes the near and far prices of the moment, to be published with the next change. */
  projectStartingPrice(): void {
    const near = Math.round(this.balance() * 100) / 100
    const far = farPrice(this.bets)
    this.projectionChanged ||= near !== this.near || far !== this.far
    this.near = near
    this.far = far
  }

  withdraw(at: number): void {
    this.status = "REMOVED"
    this.removedAt = at
    this.projectionChanged = this.near !== null
    if (!this.projectionChanged) return
    this.near = "NaN"
    this.far = "NaN"
  }

  /** What has changed since the last call; null when nothing has. */
  takeChange(): RunnerChange | null {
    const { bets, book, entry } = this
    if (!this.hasChanges) return null
    const change: Changes = { id: entry.selectionId }
    if (!book.lays.changed.isEmpty) change.atb = changesOf(book.lays.changed, book.lays.sizes)
    if (!book.backs.changed.isEmpty) change.atl = changesOf(book.backs.changed, book.backs.sizes)
    if (!book.tradedChanged.isEmpty) change.trd = changesOf(book.tradedChanged, book.traded)
    if (!bets.laysChanged.isEmpty) change.spb = changesOf(bets.laysChanged, bets.lays)
    if (!bets.backsChanged.isEmpty) change.spl = changesOf(bets.backsChanged, bets.backs)
    if (this.projectionChanged && this.near !== null && this.far !== null) {
      change.spn = this.near
      change.spf = this.far
    }
    if (book.lastTick !== this.lastTickPublished) change.ltp = decimals[book.lastTick]!
    if (book.totalTraded !== this.totalPublished) change.tv = Money.toDecimal(book.totalTraded)
    this.forgetChanges()
    return change
  }

  /** Nobody heard of the changes so far, and nobody will. */
  forgetChanges(): void {
    const { bets, book } = this
    book.lays.changed.clear()
    book.backs.changed.clear()
    book.tradedChanged.clear()
    bets.laysChanged.clear()
    bets.backsChanged.clear()
    this.projectionChanged = false
    this.lastTickPublished = book.lastTick
    this.totalPublished = book.totalTraded
  }

  /** Everything as it stands. What has not been published as a change yet will be, with the same sizes. */
  image(): RunnerChange {
    const { bets, book } = this
    const spb = levelsOf(bets.lays)
    const spl = levelsOf(bets.backs)
    return {
      id: this.entry.selectionId,
      atb: levelsOf(book.lays.sizes),
      atl: levelsOf(book.backs.sizes),
      trd: levelsOf(book.traded),
      ...(spb.length === 0 ? {} : { spb }),
      ...(spl.length === 0 ? {} : { spl }),
      ...(this.near === null || this.far === null ? {} : { spn: this.near, spf: this.far }),
      ...(book.lastTick < 0 ? {} : { ltp: decimals[book.lastTick]! }),
      tv: Money.toDecimal(book.totalTraded)
    }
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

  private get hasChanges(): boolean {
    const { bets, book } = this
    return (
      this.projectionChanged ||
      !book.lays.changed.isEmpty ||
      !book.backs.changed.isEmpty ||
      !book.tradedChanged.isEmpty ||
      !bets.laysChanged.isEmpty ||
      !bets.backsChanged.isEmpty
    )
  }
}
