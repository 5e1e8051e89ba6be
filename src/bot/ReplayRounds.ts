/**
 * When the loops of a replay are due. Rounds that can wait are left out, quiet hours have thousands of them; the others are
 * run in the order of their times. Plain code with fields that are numbers: it is asked before every message.
 */
import { Duration } from "effect"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import type { Loop } from "./Loop.ts"
import type { ReplayClock } from "./ReplayClock.ts"

/**
 * Recordings of different days lie far apart. A gap without any message is gone through for this long before the next
 * message, and skipped before that: nothing in the books changes in it, and prices that old are not bet on.
 */
const longestGapMs = Duration.toMillis("1 hour")

class Due {
  readonly loop: Loop<StorageFailure>
  readonly everyMs: number
  next = Number.NaN
  /** It could wait when it was asked, and nothing has happened since. */
  isWaiting = false

  constructor(loop: Loop<StorageFailure>) {
    this.loop = loop
    this.everyMs = Duration.toMillis(loop.every)
  }
}

export class ReplayRounds {
  /** When the next round is due; -1 before the first message. */
  next = -1
  private round: Due | null = null
  private readonly clock: ReplayClock
  private readonly table: ReadonlyArray<Due>

  constructor(loops: ReadonlyArray<Loop<StorageFailure>>, clock: ReplayClock) {
    this.clock = clock
    this.table = loops.filter(({ inRealTimeOnly }) => inRealTimeOnly !== true).map((loop) => new Due(loop))
  }

  /** All loops count from here. */
  begin(time: number): void {
    for (const due of this.table) due.next = time
    this.next = time
  }

  /** The loop whose round must be run before the next message; null when there is none. */
  get loop(): Loop<StorageFailure> | null {
    return this.round === null ? null : this.round.loop
  }

  /** The round of `loop` has been run. */
  done(): void {
    if (this.round !== null) this.round.next += this.round.everyMs
    this.round = null
  }

  /** Loops that write what has gathered. */
  get writing(): ReadonlyArray<Loop<StorageFailure>> {
    return this.table.flatMap(({ loop }) => (loop.writes === true ? [loop] : []))
  }

  /**
   * Passes the rounds before `time` that can wait, in the order of their times; true when there is one that cannot. Nothing
   * is due, and nobody need ask, before a time that is not behind `next`.
   */
  mustRunBefore(time: number): boolean {
    this.round ??= this.roundBefore(time)
    return this.round !== null
  }

  private roundBefore(time: number): Due | null {
    const { clock, table } = this
    for (let i = 0; i < table.length; i++) {
      const due = table[i]!
      due.isWaiting = false
      if (time - longestGapMs > due.next) {
        due.next += Math.floor((time - longestGapMs - due.next) / due.everyMs) * due.everyMs
      }
    }
    for (let due = this.earliest(); due !== null && due.next < time; due = this.earliest()) {
      const { loop } = due
      clock.advanceTo(due.next)
      if (loop.canWait === undefined || !loop.canWait()) {
        this.pass(due.next, due)
        return due
      }
      if (loop.looksAtTime === true) due.next += due.everyMs
      else due.isWaiting = true
    }
    this.pass(time, null)
    return null
  }

  /** The loop that is due first and not known to wait. */
  private earliest(): Due | null {
    const { table } = this
    let first: Due | null = null
    for (let i = 0; i < table.length; i++) {
      const due = table[i]!
      if (!due.isWaiting && (first === null || due.next < first.next)) first = due
    }
    return first
  }

  /** Leaves out the rounds before `time` of those that wait, and at `time` of those that come before `last`. */
  private pass(time: number, last: Due | null): void {
    const { table } = this
    let isBefore = last !== null
    let next = Number.POSITIVE_INFINITY
    for (let i = 0; i < table.length; i++) {
      const due = table[i]!
      if (due === last) isBefore = false
      if (due.isWaiting && due.next <= time) {
        due.next += Math.ceil((time - due.next) / due.everyMs) * due.everyMs
        if (isBefore && due.next === time) due.next += due.everyMs
      }
      if (due.next < next) next = due.next
    }
    this.next = next
  }
}
