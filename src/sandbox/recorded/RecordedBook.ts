/**
 * The prices of a runner as the sandbox shows them: those of the recording, less what accounts have taken of them, and the
 * accounts' own orders; traded is what the recording says and what accounts matched beyond it.
 */
import type { RunnerKey } from "../../domain/Identifiers.ts"
import type { Pence } from "../../domain/Money.ts"
import { classic, tickOf } from "../../domain/PriceLadder.ts"
import type { RunnerBook as RecordedPrices } from "../../market/MarketBook.ts"
import type { PriceSizes } from "../../market/PriceSizes.ts"
import type { RunnerBook } from "../exchange/ExchangeMarket.ts"
import { ChangedTicks, type Order } from "../OrderBook.ts"
import type { PublishedBook } from "../PublishedRunner.ts"
import type { RecordedVenue } from "./RecordedVenue.ts"

const sizes = () => new Float64Array(classic.length)

/** What is about to be shown; used by one call at a time. */
const scratch = sizes()

/** Adds what stands at prices of the ladder. */
export const addUp = (into: Float64Array, from: PriceSizes, sizeOf = (_price: number, size: Pence) => size): void => {
  for (let level = 0; level < from.length; level++) {
    const price = from.price(level)
    const tick = tickOf(price)
    if (tick >= 0) into[tick] = into[tick]! + sizeOf(price, from.size(level))
  }
}

class Shown {
  readonly sizes = sizes()
  readonly changed = new ChangedTicks()

  show(next: Float64Array): void {
    for (let tick = 0; tick < next.length; tick++) {
      if (this.sizes[tick] === next[tick]) continue
      this.sizes[tick] = next[tick]!
      this.changed.add(tick)
    }
  }
}

export class RecordedBook implements RunnerBook, PublishedBook {
  readonly backs = new Shown()
  readonly lays = new Shown()
  totalTraded: Pence = 0
  /** Of it, what accounts matched and the recording does not know of. */
  ownTotal: Pence = 0
  lastTick = -1
  private readonly key: RunnerKey
  private readonly venue: RecordedVenue
  private readonly trades = new Shown()
  /** Matched by accounts and not in the recording. */
  private readonly ownTrades = sizes()
  private lastRecorded = 0
  private recorded: RecordedPrices | undefined

  constructor(key: RunnerKey, venue: RecordedVenue) {
    this.key = key
    this.venue = venue
  }

  get traded(): Float64Array {
    return this.trades.sizes
  }

  get tradedChanged(): ChangedTicks {
    return this.trades.changed
  }

  place(order: Order): void {
    this.venue.place(this.key, order)
    this.show()
  }

  fillOrKill(order: Order, minFillSize: Pence): void {
    this.venue.fillOrKill(this.key, order, minFillSize)
    this.show()
  }

  remove(order: Order): void {
    this.venue.remove(order)
    this.show()
  }

  reduce(order: Order, size: Pence): void {
    this.venue.reduce(order, size)
    this.show()
  }

  /** A match that the recording does not know of. */
  trade(tick: number, size: Pence): void {
    this.ownTrades[tick] = this.ownTrades[tick]! + 2 * size
    this.ownTotal += 2 * size
    this.lastTick = tick
  }

  /** Brings what is shown up to date with the recording, if it is given, and with the orders. */
  show(recorded = this.recorded): void {
    this.recorded = recorded
    const own = this.venue.resting(this.key)
    this.showSide(this.backs, own, "BACK", recorded?.availableToLay)
    this.showSide(this.lays, own, "LAY", recorded?.availableToBack)
    scratch.set(this.ownTrades)
    if (recorded !== undefined) addUp(scratch, recorded.traded)
    this.trades.show(scratch)
    this.totalTraded = (recorded?.totalMatched ?? 0) + this.ownTotal
    const last = recorded?.lastPriceTraded ?? 0
    if (last !== this.lastRecorded && tickOf(last) >= 0) this.lastTick = tickOf(last)
    this.lastRecorded = last
  }

  private showSide(side: Shown, own: ReadonlyArray<Order>, of: Order["side"], recorded: PriceSizes | undefined): void {
    const prices = this.recorded
    scratch.fill(0)
    if (recorded !== undefined && prices !== undefined) {
      // Lays take what backers offer, and the other way round.
      addUp(scratch, recorded, (price, size) => this.venue.left(prices, of === "LAY", price, size))
    }
    for (const { remaining, side: its, tick } of own) if (its === of) scratch[tick] = scratch[tick]! + remaining
    side.show(scratch)
  }
}
