/** The exchange of a sandbox: its accounts by user name, and whether a book that was kept is one of the same day. */
import { Effect, Schema } from "effect"
import type { AccountOptions } from "../exchange/ExchangeContract.ts"
import * as ExchangeDay from "../exchange/ExchangeDay.ts"
import { Exchange } from "../exchange/Exchange.ts"
import type { Contents, KnownAccount } from "./Book.ts"
import type { MakeExchange } from "./KeptExchange.ts"
import type { SandboxOptions } from "./SandboxOptions.ts"
import type { Account } from "./Sessions.ts"

/** The book was kept for a day of other races. */
export class BookOfAnotherDay extends Schema.TaggedError<BookOfAnotherDay>()("BookOfAnotherDay", {
  message: Schema.String
}) {}

export interface Prepared {
  /** Those that may log in. */
  readonly accounts: ReadonlyArray<Account>
  /** Those that the book knows too. */
  readonly known: ReadonlyArray<KnownAccount>
  readonly make: (now: number) => MakeExchange
}

export const prepare = Effect.fnUntraced(function* (
  options: SandboxOptions,
  contents: Contents | undefined
): Effect.fn.Return<Prepared, BookOfAnotherDay> {
  const day = options.recorded ?? { seed: options.seed, intervalMs: options.raceIntervalMs }
  const kept = contents?.snapshot.day
  if (kept !== undefined && !ExchangeDay.isSame(day, kept)) {
    return yield* new BookOfAnotherDay({
      message: `the book in ${options.data} is of ${ExchangeDay.describe(kept)}: start with these, or with another directory`
    })
  }
  const known = [...(contents?.accounts ?? [])]
  for (const { balancePence, username } of options.accounts) {
    if (known.some((one) => one.username === username)) continue
    known.push({ username, options: accountOf(known.length + 1, username, balancePence) })
  }
  const idOf = (username: string) => known.find((one) => one.username === username)!.options.accountId
  return {
    accounts: options.accounts.map(({ password, username }) => ({ accountId: idOf(username), username, password })),
    known,
    make: (now) => (snapshot) => new Exchange({ day, accounts: known.map(({ options }) => options) }, snapshot ?? now)
  }
})

const accountOf = (accountId: number, username: string, startingBalancePence: number): AccountOptions => ({
  accountId,
  firstName: username,
  lastName: "Sandbox",
  currencyCode: "GBP",
  startingBalancePence,
  discountRate: 0
})
