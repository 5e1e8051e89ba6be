/**
 * Takes the features of every win market in a feed at one moment before its scheduled off, and puts its result beside them
 * when it is known. The moment is the one believed at the time: a race postponed later was decided on all the same.
 */
import { runnerKey, type MarketId, type RunnerKey } from "../../domain/Identifiers.ts"
import { isRace, type MarketDefinition } from "../../domain/Market.ts"
import type { MarketBook } from "../../market/MarketBook.ts"
import * as Features from "../Features.ts"
import type { RaceSample } from "./Samples.ts"

/** What was known of a market at its moment of decision. */
export interface Decision {
  readonly marketId: MarketId
  /** Epoch milliseconds. */
  readonly at: number
  readonly features: Features.RaceFeatures
  /** Best decimal odds to back, in the features' order. */
  readonly odds: ReadonlyArray<number | null>
}

const marketColumn = Features.names.indexOf("market")

export class DecisionTaker {
  readonly decisions = new Map<MarketId, Decision>()
  readonly leftOut: Record<string, number> = {}
  private readonly samples: Array<RaceSample> = []
  private readonly beforeMs: number
  private readonly waiting = new Map<MarketId, { readonly book: MarketBook; readonly at: number }>()
  private readonly done = new Set<MarketId>()
  private nextAt = Number.POSITIVE_INFINITY

  constructor(beforeMs: number) {
    this.beforeMs = beforeMs
  }

  /** A message with this publish time is about to be applied: moments before it have come. */
  passing(publishTime: number): void {
    if (publishTime <= this.nextAt) return
    for (const { at, book } of this.waiting.values()) if (at < publishTime) this.decide(book, at)
    this.lookAhead()
  }

  /** Messages have been applied to these books. */
  applied(books: ReadonlyArray<MarketBook>): void {
    for (const book of books) {
      const { definition, marketId } = book
      if (definition === null || this.done.has(marketId)) continue
      if (this.decisions.has(marketId)) {
        if (definition.status === "CLOSED") this.finish(marketId, definition)
      } else if (definition.marketType === "WIN" && isRace(definition)) {
        const at = definition.marketTime - this.beforeMs
        if (this.waiting.get(marketId)?.at === at) continue
        this.waiting.set(marketId, { book, at })
        this.lookAhead()
      }
    }
  }

  /** The races that are over, by day. */
  result(): ReadonlyArray<RaceSample> {
    return this.samples.toSorted((a, b) => (a.day === b.day ? 0 : a.day < b.day ? -1 : 1))
  }

  private lookAhead(): void {
    this.nextAt = Number.POSITIVE_INFINITY
    for (const { at } of this.waiting.values()) this.nextAt = Math.min(this.nextAt, at)
  }

  private decide(book: MarketBook, at: number): void {
    const { definition, marketId } = book
    this.waiting.delete(marketId)
    const features = definition === null ? null : Features.compute({ market: definition, book, at })
    if (features === null) return this.leaveOut(marketId, "no prices at the moment of decision")
    const odds = features.runners.map((key) => {
      const price = book.runnersByKey.get(key)?.availableToBack.price(0) ?? 0
      return price > 0 ? price / 100 : null
    })
    this.decisions.set(marketId, { marketId, at, features, odds })
  }

  private finish(marketId: MarketId, definition: MarketDefinition): void {
    const { at, features, odds } = this.decisions.get(marketId)!
    const statuses = new Map(
      definition.runners.map(({ handicap, selectionId, status }) => [runnerKey(selectionId, handicap), status])
    )
    const results = features.runners.map((key: RunnerKey) => statuses.get(key))
    if (results.some((status) => status !== "WINNER" && status !== "LOSER")) {
      return this.leaveOut(marketId, "a runner withdrawn after the decision")
    }
    const winners = results.filter((status) => status === "WINNER").length
    if (winners === 0) return this.leaveOut(marketId, "no winner")
    this.done.add(marketId)
    this.samples.push({
      id: marketId,
      day: new Date(at).toISOString().slice(0, 10),
      rows: features.rows,
      shares: results.map((status) => (status === "WINNER" ? 1 / winners : 0)),
      market: features.rows.map((row) => Math.exp(row[marketColumn]!)),
      odds
    })
  }

  private leaveOut(marketId: MarketId, reason: string): void {
    this.done.add(marketId)
    this.leftOut[reason] = (this.leftOut[reason] ?? 0) + 1
  }
}
