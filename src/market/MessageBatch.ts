/** Messages that belong to one feed and are applied one after the other, whatever form they have until then. */
import type { MarketBook } from "./MarketBook.ts"
import type { MarketMessage } from "./MarketMessage.ts"
import type { MessageTape } from "./scan/MessageTape.ts"

/** Who messages are applied to: see `Books`. */
export interface MessageTarget {
  readonly apply: (message: MarketMessage) => ReadonlyArray<MarketBook>
  readonly applyScanned: (tape: MessageTape, entry: number, publishTime: number) => ReadonlyArray<MarketBook>
}

export interface MessageBatch {
  readonly length: number
  /** Epoch milliseconds. */
  readonly publishTime: (index: number) => number
  /** The books the message changed, in its order. The array is reused by the next call. */
  readonly applyTo: (target: MessageTarget, index: number) => ReadonlyArray<MarketBook>
}

/** Of messages that are objects already. */
export const ofMessages = (messages: ReadonlyArray<MarketMessage>): MessageBatch => ({
  length: messages.length,
  publishTime: (index) => messages[index]!.pt,
  applyTo: (target, index) => target.apply(messages[index]!)
})
