/**
 * Messages that wait to be sent to one target, up to a bound. Beyond it the least important goes first, and of those the
 * oldest. Offering is plain code and never waits; one fiber takes.
 */
import { Effect, Latch } from "effect"
import { importance, type Message } from "./Notification.ts"

export class Outbox<A extends Pick<Message, "level">> {
  private readonly capacity: number
  private readonly waiting: Array<A> = []
  private readonly filled = Latch.makeUnsafe(false)
  private readonly emptied = Latch.makeUnsafe(true)

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** How many were dropped for it: 0 or 1. */
  offer(message: A): number {
    this.waiting.push(message)
    this.filled.openUnsafe()
    this.emptied.closeUnsafe()
    if (this.waiting.length <= this.capacity) return 0
    const least = Math.min(...this.waiting.map(({ level }) => importance[level]))
    this.waiting.splice(
      this.waiting.findIndex(({ level }) => importance[level] === least),
      1
    )
    return 1
  }

  get size(): number {
    return this.waiting.length
  }

  /** Hands over one message after the other, for ever; one that is being sent is still inside. */
  forEach<R>(send: (message: A) => Effect.Effect<void, never, R>): Effect.Effect<never, never, R> {
    return this.filled.await.pipe(
      Effect.andThen(
        Effect.suspend(() => {
          const message = this.waiting.shift()
          if (message !== undefined) return send(message)
          this.filled.closeUnsafe()
          this.emptied.openUnsafe()
          return Effect.void
        })
      ),
      Effect.forever
    )
  }

  /** Waits until everything has been sent or given up. */
  get empty(): Effect.Effect<void> {
    return Effect.asVoid(this.emptied.await)
  }
}
