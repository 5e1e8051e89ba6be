/**
 * Recorded time as the sandbox lives through it: from the first message on, without silences that nobody would wait out,
 * such as the nights between two recordings.
 */

/** Silences longer than this are left out. */
const longestSilenceMs = 600_000

/** Messages without a long silence among them. */
interface Stretch {
  readonly from: number
  to: number
  /** Lived through before it, milliseconds. */
  readonly before: number
}

export class Timeline {
  private readonly stretches: Array<Stretch> = []

  /** To be called with the publish times of all messages, in their order. */
  add(recordedMs: number): void {
    const last = this.stretches.at(-1)
    if (last === undefined) this.stretches.push({ from: recordedMs, to: recordedMs, before: 0 })
    else if (recordedMs - last.to <= longestSilenceMs) last.to = Math.max(last.to, recordedMs)
    else this.stretches.push({ from: recordedMs, to: recordedMs, before: last.before + last.to - last.from })
  }

  /** Milliseconds since the first message; negative before it. A time in a silence is that of its end. */
  at(recordedMs: number): number {
    const { stretches } = this
    const next = stretches.findIndex(({ from }) => from > recordedMs)
    const current = stretches[next === -1 ? stretches.length - 1 : next - 1]
    if (current === undefined) return recordedMs - (stretches[0]?.from ?? recordedMs)
    const since = recordedMs - current.from
    return current.before + (next === -1 ? since : Math.min(since, current.to - current.from))
  }
}
