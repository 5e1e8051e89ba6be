/** Messages as a test says them, and books built from them. */
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { MarketBook } from "../../src/market/MarketBook.ts"
import type {
  MarketChange,
  MarketDefinitionMessage,
  MarketMessage,
  RunnerChange
} from "../../src/market/MarketMessage.ts"
import type { MessageBatch, MessageTarget } from "../../src/market/MessageBatch.ts"

export const marketId = "1.100" as MarketId

export interface Told {
  readonly kind: string
  readonly field: string
}

/** Applies changes of one market, one a message a second apart. */
export const bookOf = (changes: ReadonlyArray<Partial<MarketChange>>) => {
  const problems: Array<Told> = []
  const store = new BookStore((kind, field) => problems.push({ kind, field }))
  changes.forEach((change, i) => store.apply({ op: "mcm", pt: 1000 * (i + 1), mc: [{ id: marketId, ...change }] }))
  return { store, problems, book: store.get(marketId)! }
}

export const runner = (id: number, change: Omit<RunnerChange, "id"> = {}): RunnerChange => ({ id, ...change })

export const runnerOf = (book: MarketBook, id: number, handicap = 0) => book.runnersByKey.get(runnerKey(id, handicap))!

export const rises = (book: MarketBook, id: number): ReadonlyArray<readonly [price: number, size: number]> => {
  const { riseCount, risePrices, riseSizes, updated } = runnerOf(book, id)
  return updated === book.updates
    ? Array.from({ length: riseCount }, (_, i) => [risePrices[i]!, riseSizes[i]!] as const)
    : []
}

export const definition = (change: MarketDefinitionMessage = {}): MarketDefinitionMessage => ({
  status: "OPEN",
  eventTypeId: "7",
  marketType: "WIN",
  marketTime: "2024-06-01T14:00:00.000Z",
  numberOfWinners: 1,
  runners: [
    { id: 1, status: "ACTIVE", sortPriority: 1 },
    { id: 2, status: "ACTIVE", sortPriority: 2 }
  ],
  ...change
})

export const applyAll = (batch: MessageBatch, target: MessageTarget): void => {
  for (let index = 0; index < batch.length; index++) batch.applyTo(target, index)
}

/** Of a batch that holds objects. */
export const messagesOf = (batch: MessageBatch): ReadonlyArray<MarketMessage> => {
  const messages: Array<MarketMessage> = []
  applyAll(batch, {
    apply: (message) => {
      messages.push(message)
      return []
    },
    applyScanned: () => {
      throw new Error("A message is no object")
    }
  })
  return messages
}

export const timesOf = (batch: MessageBatch): ReadonlyArray<number> =>
  Array.from({ length: batch.length }, (_, index) => batch.publishTime(index))
