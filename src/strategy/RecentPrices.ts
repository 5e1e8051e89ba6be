/**
 * A runner's traded prices over a sliding window, in a fixed number of slots: however many updates come, it costs the same. A
 * price stands in every slot until another is traded.
 */
import { tickOf } from "../domain/PriceLadder.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"

/** The window moves in steps of one slot, so it is exact to 1/32 of its length. */
const slots = 32

/** How the price has moved from an extreme of the window to where it stands; `ticks` is 0 when it has not. */
export interface Move {
  readonly from: Price
  readonly to: Price
  readonly ticks: number
  /** Traded since the price last stood at that extreme. */
  readonly volume: Pence
}

export class RecentPrices {
  private readonly slotMs: number
  private readonly highs = new Int16Array(slots)
  private readonly lows = new Int16Array(slots)
  /** Total traded when the slot began. */
  private readonly volumes = new Float64Array(slots)
  private first = NaN
  private head = NaN
  private tick = 0
  private volume: Pence = 0

  constructor(windowMs: number) {
    this.slotMs = windowMs / slots
  }

  /** The last traded price and the total traded so far, as they are at `now`. */
  record(now: number, price: Price, volume: Pence): void {
    const tick = tickOf(PriceLadder.floor(price))
    const number = Math.floor(now / this.slotMs)
    if (Number.isNaN(this.head)) {
      this.first = number
      this.open(number, tick, volume)
    } else if (number > this.head) {
      for (let next = Math.max(this.head + 1, number - slots + 1); next <= number; next++) {
        this.open(next, this.tick, this.volume)
      }
    }
    const slot = this.head % slots
    if (tick > this.highs[slot]!) this.highs[slot] = tick
    if (tick < this.lows[slot]!) this.lows[slot] = tick
    this.tick = tick
    this.volume = Math.max(volume, this.volume)
  }

  /** The fall from the window's highest price, if the price stands within a tick of the lowest (it is not turning back). */
  shortening(): Move {
    return this.move(1)
  }

  /** The rise from the window's lowest price, if the price stands within a tick of the highest. */
  drifting(): Move {
    return this.move(-1)
  }

  private open(number: number, tick: number, volume: Pence): void {
    const slot = number % slots
    this.highs[slot] = tick
    this.lows[slot] = tick
    this.volumes[slot] = volume
    this.head = number
  }

  /** With `direction` -1 the ladder is read upside down: a rise from the lowest is then a fall from the highest. */
  private move(direction: 1 | -1): Move {
    if (Number.isNaN(this.head)) return still
    const start = direction === 1 ? this.highs : this.lows
    const end = direction === 1 ? this.lows : this.highs
    let startSlot = -1
    let endTick = Infinity
    for (let number = Math.max(this.first, this.head - slots + 1); number <= this.head; number++) {
      const slot = number % slots
      if (startSlot < 0 || start[slot]! * direction >= start[startSlot]! * direction) startSlot = slot
      endTick = Math.min(endTick, end[slot]! * direction)
    }
    const ticks = (start[startSlot]! - this.tick) * direction
    if (ticks <= 0 || this.tick * direction > endTick + 1) return still
    return {
      from: PriceLadder.classic[start[startSlot]!]!,
      to: PriceLadder.classic[this.tick]!,
      ticks,
      volume: this.volume - this.volumes[startSlot]!
    }
  }
}

const still: Move = { from: 0, to: 0, ticks: 0, volume: 0 }
