/**
 * Builds every market's book from the exchange's messages. This is the hottest code of the bot, so it is plain and
 * allocates nothing per price; it also faces whatever a recording contains, so it never throws: what it cannot use is
 * told to `onProblem` and skipped.
 *
 * How the parts of a message act: EXCHANGE, "Stream". A runner's ladders are in `RunnerFeed`.
 */
import { type MarketId, type RunnerKey, runnerOf, type SelectionId } from "../domain/Identifiers.ts"
import type { MarketDefinition, RunnerDefinition } from "../domain/Market.ts"
import type { BookListener } from "./BookListener.ts"
import type { OnBookProblem } from "./BookProblem.ts"
import { decodeDefinition, isSameJson, isStartingPrice, readRunnerKey, readStartingPrice } from "./DefinitionDecoder.ts"
import type { Depth, MarketBook, RunnerBook } from "./MarketBook.ts"
import { MarketFeed } from "./MarketFeed.ts"
import type { MarketChange, MarketDefinitionMessage, MarketMessage, RunnerChange } from "./MarketMessage.ts"
import { toPrice, toSize } from "./RunnerFeed.ts"
import {
  changeWords,
  firstLevels,
  hasDefinition,
  isImage,
  listFields,
  listWords,
  messageWords,
  type MessageTape,
  none,
  runnerWords
} from "./scan/MessageTape.ts"

const ranks: Readonly<Record<Depth, number>> = { NONE: 0, LAST_PRICE: 1, BEST_OFFERS: 2, FULL_LADDER: 3 }

/** How deep a list that is there makes a book, by the list's index on a tape. */
const depths: ReadonlyArray<Depth> = listFields.map((field) =>
  field === "atb" || field === "atl"
    ? "FULL_LADDER"
    : field === "trd" || field === "spb" || field === "spl"
      ? "NONE"
      : "BEST_OFFERS"
)

export class BookStore {
  private readonly feeds = new Map<string, MarketFeed>()
  private readonly listeners: Array<BookListener> = []
  private readonly changed: Array<MarketBook> = []
  private readonly onProblem: OnBookProblem
  private readonly complete: (definition: MarketDefinition) => MarketDefinition

  /** @param complete fills in what a definition leaves open, from a catalogue */
  constructor(onProblem: OnBookProblem = () => undefined, complete = (definition: MarketDefinition) => definition) {
    this.onProblem = onProblem
    this.complete = complete
  }

  /** Applies a message; the books it changed, in its order. The array is reused by the next call. */
  readonly apply = (message: MarketMessage): ReadonlyArray<MarketBook> => {
    const { changed } = this
    changed.length = 0
    const changes: unknown = message.mc
    if (changes === undefined || changes === null) return changed
    if (!Array.isArray(changes)) {
      this.onProblem("MALFORMED", "mc", null, changes)
      return changed
    }
    for (let i = 0; i < changes.length; i++) this.applyChange(changes[i], message.pt)
    return changed
  }

  /**
   * Applies the message that begins at word `entry` of a tape, as `apply` would the same message from JSON.
   *
   * @param publishTime epoch milliseconds
   */
  readonly applyScanned = (tape: MessageTape, entry: number, publishTime: number): ReadonlyArray<MarketBook> => {
    const { changed } = this
    const { definitions, marketIds, words } = tape
    let count = 0
    let id = words[entry]! | 0
    let definition = words[entry + 1]! | 0
    const lastId = id + (words[entry + 2]! | 0)
    for (let at = entry + messageWords; id < lastId; id++) {
      const feed = this.feedOf(marketIds[id]!)
      const { book } = feed
      const flags = words[at]! | 0
      const total = words[at + 1]!
      this.begin(book, publishTime)
      if ((flags & isImage) !== 0) feed.clear()
      if ((flags & hasDefinition) !== 0) this.define(feed, definitions[definition++]!)
      at = this.scannedRunners(feed, words, at + changeWords, words[at + 2]! | 0)
      if (total !== none) feed.toldTotal = total
      changed[count++] = book
      this.end(feed)
    }
    if (changed.length > count) changed.length = count
    return changed
  }

  readonly get = (marketId: MarketId): MarketBook | undefined => this.feeds.get(marketId)?.book

  readonly all = (): Iterable<MarketBook> => this.feeds.values().map((feed) => feed.book)

  readonly listen = (listener: BookListener): void => {
    this.listeners.push(listener)
  }

  readonly forget = (marketId: MarketId): void => {
    if (!this.feeds.delete(marketId)) return
    for (const listener of this.listeners) listener.forget?.(marketId)
  }

  private applyChange(change: MarketChange | null | undefined, publishTime: number): void {
    const marketId: unknown = change?.id
    if (typeof marketId !== "string") return this.onProblem("MALFORMED", "mc", null, change)
    if (!this.feeds.has(marketId) && !/^\d+\.\d+$/.test(marketId)) {
      return this.onProblem("MALFORMED", "mc.id", null, marketId)
    }
    const feed = this.feedOf(marketId as MarketId)
    const { book } = feed
    const isTime = typeof publishTime === "number" && publishTime >= 0 && Number.isFinite(publishTime)
    if (!isTime) this.onProblem("ABSURD_NUMBER", "pt", marketId, publishTime)
    const time = isTime ? publishTime : book.publishTime
    this.begin(book, time)
    this.update(feed, change!)
    this.changed.push(book)
    this.end(feed)
  }

  private feedOf(marketId: MarketId): MarketFeed {
    const known = this.feeds.get(marketId)
    if (known !== undefined) return known
    const feed = new MarketFeed(marketId)
    this.feeds.set(marketId, feed)
    return feed
  }

  private begin(book: MarketBook, publishTime: number): void {
    const { listeners } = this
    for (let i = 0; i < listeners.length; i++) listeners[i]!.beforeUpdate?.(book, publishTime)
    book.updates++
    book.publishTime = publishTime
  }

  private end(feed: MarketFeed): void {
    const { listeners } = this
    const { book } = feed
    feed.sumUp()
    for (let i = 0; i < listeners.length; i++) listeners[i]!.afterUpdate?.(book)
  }

  private update(feed: MarketFeed, change: MarketChange): void {
    const { book } = feed
    if (change.img === true) feed.clear()
    if (change.marketDefinition !== undefined) this.define(feed, change.marketDefinition)
    const runners: unknown = change.rc
    if (Array.isArray(runners)) {
      for (let i = 0; i < runners.length; i++) this.applyRunner(feed, runners[i])
    } else if (runners !== undefined && runners !== null) this.onProblem("MALFORMED", "rc", book.marketId, runners)
    if (change.tv !== undefined && change.tv !== null) {
      const total = toSize(change.tv)
      if (total >= 0) feed.toldTotal = total
      else this.onProblem("ABSURD_NUMBER", "tv", book.marketId, change.tv)
    }
  }

  private define(feed: MarketFeed, message: MarketDefinitionMessage): void {
    const { book } = feed
    if (typeof message !== "object" || message === null || Array.isArray(message)) {
      return this.onProblem("MALFORMED", "marketDefinition", book.marketId, message)
    }
    if (feed.definition !== null && isSameJson(feed.definition, message)) return
    feed.definition = message
    const definition = this.complete(decodeDefinition(book.marketId, message, this.onProblem))
    book.definition = definition
    const inOrder = new Set<RunnerBook>()
    for (const runner of definition.runners) inOrder.add(this.defineRunner(feed, runner))
    for (const runner of book.runners) inOrder.add(runner)
    book.runners.length = 0
    book.runners.push(...inOrder)
  }

  private defineRunner(feed: MarketFeed, definition: RunnerDefinition): RunnerBook {
    const runner = feed.find(definition.key) ?? feed.add(definition)
    runner.book.definition = definition
    return runner.book
  }

  private applyRunner(feed: MarketFeed, change: RunnerChange | null | undefined): void {
    const { onProblem } = this
    const { book } = feed
    const { marketId } = book
    const key = readRunnerKey(change?.id, change?.hc)
    if (key === null) return onProblem("MALFORMED", "rc", marketId, change)
    const { id, hc, ltp, tv, atb, atl, trd, batb, batl, bdatb, bdatl, spb, spl, spn, spf } = change!
    const runner = feed.find(key) ?? feed.add({ key, selectionId: id as SelectionId, handicap: hc ?? 0 })
    const runnerBook = runner.book
    const totalBefore = runnerBook.totalMatched
    runner.touch(book.updates)
    if (atb !== undefined && atb !== null) {
      runner.full("atb", atb, marketId, onProblem)
      this.deepen(book, "FULL_LADDER")
    }
    if (atl !== undefined && atl !== null) {
      runner.full("atl", atl, marketId, onProblem)
      this.deepen(book, "FULL_LADDER")
    }
    if (trd !== undefined && trd !== null) runner.traded(trd, marketId, onProblem)
    if (batb !== undefined && batb !== null) {
      runner.best("batb", batb, marketId, onProblem)
      this.deepen(book, "BEST_OFFERS")
    }
    if (batl !== undefined && batl !== null) {
      runner.best("batl", batl, marketId, onProblem)
      this.deepen(book, "BEST_OFFERS")
    }
    if (bdatb !== undefined && bdatb !== null) {
      runner.virtual("bdatb", bdatb, marketId, onProblem)
      this.deepen(book, "BEST_OFFERS")
    }
    if (bdatl !== undefined && bdatl !== null) {
      runner.virtual("bdatl", bdatl, marketId, onProblem)
      this.deepen(book, "BEST_OFFERS")
    }
    if (spb !== undefined && spb !== null) runner.startingPrice("spb", spb, marketId, onProblem)
    if (spl !== undefined && spl !== null) runner.startingPrice("spl", spl, marketId, onProblem)
    if (ltp !== undefined && ltp !== null) {
      const price = toPrice(ltp)
      if (price > 0 || ltp === 0) runnerBook.lastPriceTraded = price
      else onProblem("ABSURD_NUMBER", "ltp", marketId, ltp)
      this.deepen(book, "LAST_PRICE")
    }
    if (tv !== undefined && tv !== null) {
      const total = toSize(tv)
      if (total >= 0) runner.told(total)
      else onProblem("ABSURD_NUMBER", "rc.tv", marketId, tv)
    }
    if (spn !== undefined) {
      runnerBook.startingPriceNear = readStartingPrice(spn)
      if (!isStartingPrice(spn)) onProblem("ABSURD_NUMBER", "spn", marketId, spn)
    }
    if (spf !== undefined) {
      runnerBook.startingPriceFar = readStartingPrice(spf)
      if (!isStartingPrice(spf)) onProblem("ABSURD_NUMBER", "spf", marketId, spf)
    }
    feed.runnersTotal += runnerBook.totalMatched - totalBefore
  }

  /** Applies so many runners' changes; where the next word stands. */
  private scannedRunners(feed: MarketFeed, words: Float64Array, from: number, count: number): number {
    const { book } = feed
    let at = from
    for (let i = 0; i < count; i++) {
      const key = words[at]! as RunnerKey
      const runner = feed.find(key) ?? feed.add({ key, ...runnerOf(key) })
      const runnerBook = runner.book
      const totalBefore = runnerBook.totalMatched
      const lastPriceTraded = words[at + 1]!
      const total = words[at + 2]!
      const near = words[at + 3]!
      const far = words[at + 4]!
      const lists = words[at + 5]! | 0
      at += runnerWords
      runner.touch(book.updates)
      for (let list = 0; list < lists; list++) {
        const field = words[at]! | 0
        const entries = words[at + 1]! | 0
        runner.scanned(field, words, at + listWords, entries)
        at += listWords + (field < firstLevels ? 2 : 3) * entries
        if (book.depth !== "FULL_LADDER") this.deepen(book, depths[field]!)
      }
      if (lastPriceTraded !== none) {
        runnerBook.lastPriceTraded = lastPriceTraded
        this.deepen(book, "LAST_PRICE")
      }
      if (total !== none) runner.told(total)
      if (near !== none) runnerBook.startingPriceNear = readStartingPrice(near)
      if (far !== none) runnerBook.startingPriceFar = readStartingPrice(far)
      feed.runnersTotal += runnerBook.totalMatched - totalBefore
    }
    return at
  }

  private deepen(book: MarketBook, depth: Depth): void {
    if (ranks[book.depth] < ranks[depth]) book.depth = depth
  }
}
