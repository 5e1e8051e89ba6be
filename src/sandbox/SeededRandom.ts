/**
 * Random numbers that are a function of their keys, so that any part of a generated race can be made again on its own:
 * after a restart, in a test, or for a market that ended long ago. Effect's `Random` is a service with one sequence; here
 * every race needs several independent ones, and needs them in plain code.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, four additions and shifts a number. Keys
 * are mixed into the state with the finaliser of MurmurHash3.
 */

const mix = (hash: number, key: number): number => {
  let h = Math.imul(hash ^ key, 0xcc9e2d51)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) + 0x9e3779b9
}

export class SeededRandom {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private spareNormal = Number.NaN

  /** Keys are non-negative integers below 2^53; other keys, or the same in another order, give another sequence. */
  constructor(...keys: ReadonlyArray<number>) {
    let hash = keys.length
    for (const key of keys) hash = mix(mix(hash, key % 0x1_0000_0000), Math.floor(key / 0x1_0000_0000))
    this.a = hash | 0
    this.b = mix(hash, 1) | 0
    this.c = mix(hash, 2) | 0
    for (let i = 0; i < 12; i++) this.next()
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<A>(items: ReadonlyArray<A>): A {
    return items[this.below(items.length)]!
  }

  /** Mean 1, never 0. */
  exponential(): number {
    return -Math.log(this.next() + 2 ** -33)
  }

  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(): number {
    const spare = this.spareNormal
    if (!Number.isNaN(spare)) {
      this.spareNormal = Number.NaN
      return spare
    }
    const radius = Math.sqrt(2 * this.exponential())
    const angle = 2 * Math.PI * this.next()
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Gumbel with mode 0 and scale 1. */
  gumbel(): number {
    return -Math.log(this.exponential())
  }

  /**
   * The logarithm of a positive stable number S of index `alpha` in (0, 1), whose Laplace transform is exp(-s^alpha)
   * (Kanter 1975). For a Gumbel number G, alpha × (G + log S) is Gumbel again.
   */
  logPositiveStable(alpha: number): number {
    const angle = Math.PI * (1 - this.next())
    const rest = 1 - alpha
    return (
      Math.log(Math.sin(alpha * angle)) -
      Math.log(Math.sin(angle)) / alpha +
      (rest / alpha) * (Math.log(Math.sin(rest * angle)) - Math.log(this.exponential()))
    )
  }
}
