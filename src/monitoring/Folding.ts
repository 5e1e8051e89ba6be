/**
 * Keeps what repeats from flooding people: of messages with one key the first goes out at once and opens a window; those that
 * come within it are counted, and at its end the last of them goes out with their number. Nothing is lost, only put together;
 * and news that is worse than what went out last never waits. Pure bookkeeping: times are given.
 */

export interface Folded<A> {
  /** The last of them. */
  readonly message: A
  /** How many it stands for. */
  readonly times: number
}

interface Window<A> {
  endsAt: number
  /** Of what went out last. */
  importance: number
  last: A
  lastImportance: number
  /** Counted since. */
  times: number
}

/** Keys that are followed at one time; messages of others go out as they are. */
export const maximumKeys = 200

export class Folding<A> {
  private readonly windowMs: number
  private readonly windows = new Map<string, Window<A>>()

  constructor(windowMs: number) {
    this.windowMs = windowMs
  }

  /**
   * For how many the message is to go out now; 0 when it is counted.
   *
   * @param key null: it never repeats
   */
  offer(key: string | null, importance: number, message: A, now: number): number {
    if (key === null || this.windowMs === 0) return 1
    const window = this.windows.get(key)
    const isOver = window === undefined || (window.times === 0 && window.endsAt <= now)
    if (isOver || importance > window.importance) {
      this.open(key, importance, message, now)
      return 1 + (window?.times ?? 0)
    }
    window.last = message
    window.lastImportance = importance
    window.times++
    return 0
  }

  /** What goes out at the end of windows. A key that goes on repeating has a new window each time. */
  due(now: number): ReadonlyArray<Folded<A>> {
    const folded: Array<Folded<A>> = []
    for (const [key, window] of this.windows) {
      if (window.endsAt > now) continue
      if (window.times === 0) {
        this.windows.delete(key)
        continue
      }
      folded.push({ message: window.last, times: window.times })
      window.times = 0
      window.importance = window.lastImportance
      window.endsAt = now + this.windowMs
    }
    return folded
  }

  /** What is counted and has not gone out: for the end. */
  rest(): ReadonlyArray<Folded<A>> {
    const folded = [...this.windows.values()]
      .filter(({ times }) => times > 0)
      .map(({ last, times }) => ({ message: last, times }))
    this.windows.clear()
    return folded
  }

  private open(key: string, importance: number, message: A, now: number): void {
    this.windows.delete(key)
    if (this.windows.size >= maximumKeys) return
    const endsAt = now + this.windowMs
    this.windows.set(key, { endsAt, importance, last: message, lastImportance: importance, times: 0 })
  }
}
