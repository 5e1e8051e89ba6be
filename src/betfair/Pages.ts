/** Lists that Betfair gives in pages, and lists of ids that are too long for one request. */
import { Effect } from "effect"
import { AnswerUnreadable } from "./BetfairError.ts"

export const recordsPerPage = 1000

/**
 * Records of the page before that are asked for again. While pages are read, orders leave the list and the others move up;
 * as long as fewer than these leave between two pages, none is missed.
 */
const overlap = 100

/** A hundred thousand records are not an account's open orders but a fault. */
const mostPages = 100

export interface Page<A> {
  readonly records: ReadonlyArray<A>
  readonly moreAvailable: boolean
}

/**
 * All records, each once by its `key`; one whose key is undefined is never taken for another. A later copy of a record
 * replaces the earlier one.
 *
 * @param ask reads the page that begins with record `from`, counted from 0
 */
export const all = Effect.fnUntraced(function* <A, E>(
  operation: string,
  key: (record: A) => string | undefined,
  ask: (from: number) => Effect.Effect<Page<A>, E>
) {
  const found = new Map<string | symbol, A>()
  let from = 0
  for (let page = 0; page < mostPages; page++) {
    const { moreAvailable, records } = yield* ask(from)
    for (const record of records) found.set(key(record) ?? Symbol(operation), record)
    if (!moreAvailable) return [...found.values()] as ReadonlyArray<A>
    if (records.length === 0) {
      return yield* new AnswerUnreadable({ operation, status: 200, problem: "an empty page with more to come" })
    }
    // Records without a key could not be told from their copies.
    const again = records.every((record) => key(record) !== undefined) ? Math.min(overlap, records.length - 1) : 0
    from += records.length - again
  }
  return yield* new AnswerUnreadable({ operation, status: 200, problem: `more than ${mostPages} pages` })
})
