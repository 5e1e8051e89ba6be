/** Who wants to hear when a book changes: the simulator first, then strategies and whoever keeps something per market. */
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "./MarketBook.ts"

export interface BookListener {
  /** A message about the market is about to be applied; the book is as it stood before. */
  readonly beforeUpdate?: (book: MarketBook, publishTime: number) => void
  readonly afterUpdate?: (book: MarketBook) => void
  /** The market is closed, or not heard of any more: whatever is kept about it can go. */
  readonly forget?: (marketId: MarketId) => void
}
