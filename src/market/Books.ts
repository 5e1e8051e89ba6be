/**
 * The books of all markets the feed has told of, and who wants to hear when one changes. One writer (the bot's feed) hands
 * in messages; listeners run synchronously in the order in which they subscribed, so the simulator, which subscribes
 * first, has matched its orders before a strategy sees the new book.
 */
import { Context, Effect, Layer } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { BookListener } from "./BookListener.ts"
import type { OnBookProblem } from "./BookProblem.ts"
import { BookStore } from "./BookStore.ts"
import { GivenCatalogues } from "./Catalogues.ts"
import type { MarketBook } from "./MarketBook.ts"
import type { MarketMessage } from "./MarketMessage.ts"
import type { MessageTape } from "./scan/MessageTape.ts"

export type { BookListener } from "./BookListener.ts"

export class Books extends Context.Service<
  Books,
  {
    /** Applies a message; the books it changed, in its order. The array is reused by the next call. */
    readonly apply: (message: MarketMessage) => ReadonlyArray<MarketBook>
    /** Applies the message that begins at word `entry` of a tape, as `apply` would the same message as an object. */
    readonly applyScanned: (tape: MessageTape, entry: number, publishTime: number) => ReadonlyArray<MarketBook>
    readonly get: (marketId: MarketId) => MarketBook | undefined
    readonly all: () => Iterable<MarketBook>
    readonly listen: (listener: BookListener) => void
    /** Drops a closed market's book. */
    readonly forget: (marketId: MarketId) => void
  }
>()("clever-better/market/Books") {
  /** Books that skip what they cannot use in silence: for messages that something else has already checked. */
  static readonly layer = Layer.effect(
    Books,
    Effect.suspend(() => make())
  )

  /** Books that tell `onProblem` of everything they skip. */
  static readonly layerReporting = (onProblem: OnBookProblem) => Layer.effect(Books, make(onProblem))
}

const make = (onProblem?: OnBookProblem) =>
  Effect.map(GivenCatalogues, ({ complete }) => Books.of(new BookStore(onProblem, complete)))
