/**
 * What the exchange publishes of a runner: its whole book (an image), or what has changed in it since the last publication.
 */
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import { classic, toDecimal } from "../domain/PriceLadder.ts"
import type { PriceSize, RunnerChange } from "../market/MarketMessage.ts"
import type { ChangedTicks } from "./OrderBook.ts"
import type { StartingPriceBets } from "./StartingPrice.ts"

const decimals = classic.map(toDecimal)

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

/** One side of a book. */
export interface PublishedSide {
  /** Pence by tick of the CLASSIC ladder. */
  readonly sizes: Float64Array
  readonly changed: ChangedTicks
}

export interface PublishedBook {
  /** Orders to back: what is available to lay. */
  readonly backs: PublishedSide
  readonly lays: PublishedSide
  /** Both sides of each match counted. */
  readonly traded: Float64Array
  readonly tradedChanged: ChangedTicks
  readonly totalTraded: Pence
  /** -1 before the first match. */
  readonly lastTick: number
}

export class PublishedRunner<Book extends PublishedBook> {
  readonly book: Book
  readonly bets: StartingPriceBets
  private readonly selectionId: number
  private near: number | string | null = null
  private far: number | string | null = null
  private projectionChanged = false
  private lastTickPublished = -1
  private totalPublished = 0

  constructor(selectionId: number, book: Book, bets: StartingPriceBets) {
    this.selectionId = selectionId
    this.book = book
    this.bets = bets
    this.forgetChanges()
  }

  /** Takes the projected starting prices of the moment, to be published with the next change. */
  project(near: number | string | null, far: number | string | null): void {
    this.projectionChanged ||= near !== this.near || far !== this.far
    this.near = near
    this.far = far
  }

  get isProjected(): boolean {
    return this.near !== null
  }

  /** What has changed since the last call; null when nothing has. */
  takeChange(): RunnerChange | null {
    const { bets, book } = this
    if (!this.hasChanges) return null
    const change: Changes = { id: this.selectionId }
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
      id: this.selectionId,
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

  private get hasChanges(): boolean {
    const { bets, book } = this
    return (
      this.projectionChanged ||
      book.lastTick !== this.lastTickPublished ||
      book.totalTraded !== this.totalPublished ||
      !book.lays.changed.isEmpty ||
      !book.backs.changed.isEmpty ||
      !book.tradedChanged.isEmpty ||
      !bets.laysChanged.isEmpty ||
      !bets.backsChanged.isEmpty
    )
  }
}
