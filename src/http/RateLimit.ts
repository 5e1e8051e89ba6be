/**
 * So many events a minute for each key, as a bucket that fills by the second. Plain code and a bounded memory: when more
 * keys come than it can remember, it forgets the one it has not heard of for longest.
 */
interface Bucket {
  tokens: number
  /** Milliseconds of a clock that never goes back. */
  at: number
}

const keysAtMost = 1024

export class RateLimit {
  private readonly buckets = new Map<string, Bucket>()
  private readonly perMinute: number

  constructor(perMinute: number) {
    this.perMinute = perMinute
  }

  /** Takes one event: 0 if it may pass, else the seconds after which the next one may. */
  take(key: string, now: number): number {
    const bucket = this.refilled(key, now)
    if (bucket.tokens >= 1) {
      bucket.tokens--
      return 0
    }
    return this.waitOf(bucket)
  }

  private waitOf({ tokens }: Bucket): number {
    return Math.max(1, Math.ceil(((1 - tokens) * 60) / this.perMinute))
  }

  private refilled(key: string, now: number): Bucket {
    const known = this.buckets.get(key)
    const bucket = known ?? { tokens: this.perMinute, at: now }
    bucket.tokens = Math.min(this.perMinute, bucket.tokens + (Math.max(0, now - bucket.at) * this.perMinute) / 60_000)
    bucket.at = now
    this.buckets.delete(key)
    this.buckets.set(key, bucket)
    if (this.buckets.size > keysAtMost) this.buckets.delete(this.buckets.keys().next().value!)
    return bucket
  }
}
