/**
 * One side of a runner's ladder: sizes at prices, kept in order in two plain arrays with the best price last, because
 * most changes happen at the best prices and moving few numbers is cheaper than any tree.
 */
import type { Pence } from "../domain/Money.ts"
import type { Price } from "../domain/PriceLadder.ts"

export class PriceSizes {
  length = 0
  prices: Int32Array
  /** Pence; doubles because a price can hold more than 2^31 of them. */
  sizes: Float64Array
  /** +1: the best price is the highest (available to back); -1: the lowest (available to lay). */
  readonly direction: 1 | -1

  constructor(direction: 1 | -1, capacity = 16) {
    this.direction = direction
    this.prices = new Int32Array(capacity)
    this.sizes = new Float64Array(capacity)
  }

  /** Index of `price`, or the complement (`~index`) of where it would stand. */
  private find(price: Price): number {
    const { direction, prices } = this
    let low = 0
    let high = this.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const difference = (prices[middle]! - price) * direction
      if (difference === 0) return middle
      if (difference < 0) low = middle + 1
      else high = middle - 1
    }
    return ~low
  }

  /** Sets the size at a price, 0 removes it. Returns the size that stood there before. */
  set(price: Price, size: Pence): Pence {
    const found = this.find(price)
    if (found >= 0) {
      const before = this.sizes[found]!
      if (size > 0) this.sizes[found] = size
      else this.remove(found)
      return before
    }
    if (size > 0) this.insert(~found, price, size)
    return 0
  }

  /** The size at a price, 0 when there is none. */
  at(price: Price): Pence {
    const found = this.find(price)
    return found >= 0 ? this.sizes[found]! : 0
  }

  /** The `level`-th best price (0 is the best), 0 when there are not so many. */
  price(level: number): Price {
    return level < this.length ? this.prices[this.length - 1 - level]! : 0
  }

  /** The size at the `level`-th best price, 0 when there are not so many. */
  size(level: number): Pence {
    return level < this.length ? this.sizes[this.length - 1 - level]! : 0
  }

  clear(): void {
    this.length = 0
  }

  copyFrom(other: PriceSizes): void {
    if (this.prices.length < other.length) this.grow(other.prices.length)
    this.prices.set(other.prices.subarray(0, other.length))
    this.sizes.set(other.sizes.subarray(0, other.length))
    this.length = other.length
  }

  /** Best first, as decimals: for snapshots, logs and tests, not for hot code. */
  toArray(levels = this.length): Array<{ readonly price: Price; readonly size: Pence }> {
    return Array.from({ length: Math.min(levels, this.length) }, (_, level) => ({
      price: this.price(level),
      size: this.size(level)
    }))
  }

  private insert(index: number, price: Price, size: Pence): void {
    if (this.length === this.prices.length) this.grow(this.length * 2)
    const { length, prices, sizes } = this
    for (let i = length; i > index; i--) {
      prices[i] = prices[i - 1]!
      sizes[i] = sizes[i - 1]!
    }
    prices[index] = price
    sizes[index] = size
    this.length = length + 1
  }

  private remove(index: number): void {
    const { prices, sizes } = this
    const last = --this.length
    for (let i = index; i < last; i++) {
      prices[i] = prices[i + 1]!
      sizes[i] = sizes[i + 1]!
    }
  }

  private grow(capacity: number): void {
    const { prices, sizes } = this
    this.prices = new Int32Array(capacity)
    this.sizes = new Float64Array(capacity)
    this.prices.set(prices)
    this.sizes.set(sizes)
  }
}
