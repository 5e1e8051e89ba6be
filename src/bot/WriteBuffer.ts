/**
 * Rows on their way to the database: filled synchronously, written in batches. When the database is away they wait up to a
 * bound; beyond it the oldest are dropped and counted, so that a long outage costs history and never memory. Only for what
 * may be lost: bets do not go this way.
 */
import { Effect } from "effect"

export interface WriteBuffer<A> {
  readonly offer: (row: A) => void
  readonly size: () => number
  /** Fewer rows wait than a write is worth, and far fewer than there is room for. */
  readonly canWait: () => boolean
  /** Rows dropped since the start because the buffer was full. */
  readonly dropped: () => number
  /** Writes what waits; rows of a failed write wait on, before newer ones. */
  readonly flush: <E, R>(write: (rows: ReadonlyArray<A>) => Effect.Effect<void, E, R>) => Effect.Effect<void, E, R>
}

/** Trimming is linear, so it is put off until this part of the bound too many have gathered. */
const slack = 0.1

/** What can wait does so for this many batches. */
const batchesWorthWriting = 10

/**
 * @param batchSize rows of one statement. The embedded database works in the bot's own thread, and orders wait while it does:
 *   a thousand rows of odds take it a tenth of a second, a hundred some ten milliseconds
 */
export const make = <A>(capacity: number, batchSize = 100): WriteBuffer<A> => {
  const worthWriting = Math.min(batchesWorthWriting * batchSize, capacity * slack)
  let rows: Array<A> = []
  let dropped = 0

  const trim = () => {
    if (rows.length <= capacity) return
    dropped += rows.length - capacity
    rows = rows.slice(rows.length - capacity)
  }

  const flush: WriteBuffer<A>["flush"] = (write) =>
    Effect.gen(function* () {
      while (rows.length > 0) {
        const batch = rows.slice(0, batchSize)
        rows = rows.slice(batchSize)
        yield* write(batch).pipe(
          Effect.onError(() =>
            Effect.sync(() => {
              rows = [...batch, ...rows]
              trim()
            })
          )
        )
      }
    })

  return {
    offer: (row) => {
      rows.push(row)
      if (rows.length > capacity * (1 + slack)) trim()
    },
    size: () => rows.length,
    canWait: () => rows.length < worthWriting,
    dropped: () => dropped,
    flush
  }
}
