/**
 * Whose wishes are being carried out. With real money an answer takes a while (a bet delay, a timeout), and other markets
 * must not wait for it; but a market is not asked again before its own are answered, or it would wish the same once more.
 * What changed meanwhile is shown when its turn is over. Plain code; bounded by the number of open markets.
 */
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "../market/MarketBook.ts"

export class MarketTurns {
  /** How many rounds of each are under way. */
  private readonly underWay = new Map<MarketId, number>()
  private readonly changed = new Map<MarketId, MarketBook>()
  private over: Array<MarketBook> = []

  isUnderWay(marketId: MarketId): boolean {
    return this.underWay.size > 0 && this.underWay.has(marketId)
  }

  begin(marketId: MarketId): void {
    this.underWay.set(marketId, (this.underWay.get(marketId) ?? 0) + 1)
  }

  /** The market has changed while its turn is under way. */
  change(book: MarketBook): void {
    this.changed.set(book.marketId, book)
  }

  end(marketId: MarketId): void {
    const rest = (this.underWay.get(marketId) ?? 0) - 1
    if (rest > 0) return void this.underWay.set(marketId, rest)
    this.underWay.delete(marketId)
    const book = this.changed.get(marketId)
    if (book === undefined) return
    this.changed.delete(marketId)
    this.over.push(book)
  }

  /** Markets wait to be shown again. */
  get hasChanged(): boolean {
    return this.over.length > 0
  }

  takeChanged(): ReadonlyArray<MarketBook> {
    const { over } = this
    this.over = []
    return over
  }
}
