/**
 * The books of all markets the feed has told of, and who wants to hear when one changes. One writer (the bot's feed) hands
 * in messages; listeners run synchronously in the order in which they subscribed, so the simulator, which subscribes
 * first, has matched its orders before a strategy sees the new book.
 */
import { Context } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "./MarketBook.ts"
import type { MarketMessage } from "./MarketMessage.ts"

export interface BookListener {
  /** A message about the market is about to be applied; the book is as it stood before. */
  readonly beforeUpdate?: (book: MarketBook, publishTime: number) => void
  readonly afterUpdate?: (book: MarketBook) => void
  /** The market is closed, or not heard of any more: whatever is kept about it can go. */
  readonly forget?: (marketId: MarketId) => void
}

export class Books extends Context.Service<
  Books,
  {
    /** Applies a message; the books it changed, in its order. The array is reused by the next call. */
    readonly apply: (message: MarketMessage) => ReadonlyArray<MarketBook>
    readonly get: (marketId: MarketId) => MarketBook | undefined
    readonly all: () => Iterable<MarketBook>
    readonly listen: (listener: BookListener) => void
    /** Drops a closed market's book. */
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/market/Books") {}
