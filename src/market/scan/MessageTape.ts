/**
 * Messages as numbers in a row: what a scanner writes while it reads bytes, and what the books are changed by once the
 * whole message is known to be good. Reused from message to message, so that reading a recording allocates nothing.
 *
 * The words of a message, one after the other:
 * - where its first market id stands in `marketIds`, where its first definition stands in `definitions`, how many changes;
 * - per change: `isImage` and `hasDefinition` as bits, total matched in pence (`none` when not told), how many runners;
 * - per runner: its key, last price traded, total matched, projected starting prices near and far (0 when there is none,
 *   `none` when not told), how many lists;
 * - per list: its field (an index of `listFields`), how many entries, then the entries' prices and sizes in hundredths and
 *   pence, behind a level where the list is one of levels.
 */
import type { MarketId } from "../../domain/Identifiers.ts"
import type { MarketDefinitionMessage } from "../MarketMessage.ts"

/** A number that the message does not tell. */
export const none = -1
export const isImage = 1
export const hasDefinition = 2
export const messageWords = 3
export const changeWords = 3
export const runnerWords = 6
export const listWords = 2

/** Lists of a runner's change; those from `firstLevels` on have levels. */
export const listFields = ["atb", "atl", "trd", "spb", "spl", "batb", "batl", "bdatb", "bdatl"] as const
export const firstLevels = 5

export class MessageTape {
  words: Float64Array = new Float64Array(512)
  length = 0
  /** One per change, in their order, as far as `marketCount`: what stands behind is of earlier messages. */
  readonly marketIds: Array<MarketId> = []
  marketCount = 0
  /** One per change that has one, as far as `definitionCount`. An unchanged definition is the same object as before. */
  readonly definitions: Array<MarketDefinitionMessage> = []
  definitionCount = 0

  clear(): void {
    this.length = 0
    this.marketCount = 0
    this.definitionCount = 0
  }

  /** Takes off the last message, which begins at `entry`. */
  drop(entry: number): void {
    this.length = entry
    this.marketCount = this.words[entry]!
    this.definitionCount = this.words[entry + 1]!
  }

  /** Takes off the last message, which begins at `entry`, and puts it on another tape alone. */
  moveLast(entry: number, other: MessageTape): void {
    const { definitionCount, definitions, length, marketCount, marketIds, words } = this
    other.clear()
    const to = other.reserve(0, length - entry)
    to[0] = 0
    to[1] = 0
    for (let i = 2; i < length - entry; i++) to[i] = words[entry + i]!
    other.length = length - entry
    this.drop(entry)
    for (let i = this.marketCount; i < marketCount; i++) other.marketIds[other.marketCount++] = marketIds[i]!
    for (let i = this.definitionCount; i < definitionCount; i++) {
      other.definitions[other.definitionCount++] = definitions[i]!
    }
  }

  /** Makes room for so many words from `length` on. */
  reserve(length: number, count: number): Float64Array {
    const { words } = this
    if (length + count <= words.length) return words
    const grown = new Float64Array(Math.max(length + count, 2 * words.length))
    grown.set(words)
    this.words = grown
    return grown
  }

  /** Adds a tape's only message behind the others; where it begins. */
  append(other: MessageTape): number {
    const { length: entry } = this
    const count = other.length
    const from = other.words
    const to = this.reserve(entry, count)
    to[entry] = this.marketCount
    to[entry + 1] = this.definitionCount
    for (let i = 2; i < count; i++) to[entry + i] = from[i]!
    this.length = entry + count
    for (let i = 0; i < other.marketCount; i++) this.marketIds[this.marketCount++] = other.marketIds[i]!
    for (let i = 0; i < other.definitionCount; i++) this.definitions[this.definitionCount++] = other.definitions[i]!
    return entry
  }
}
