/** The markets of a subscription: which they are, their images, and their changes folded by market. */
import { Predicate } from "effect"
import type { MarketChange } from "../../market/MarketMessage.ts"
import type { Reply } from "../exchange/Reply.ts"
import type { Driver } from "./Driver.ts"
import { MarketState } from "./MarketState.ts"
import type { MarketView } from "./MarketView.ts"
import type { Feed, Told } from "./Subscription.ts"

/** More markets than this may not be subscribed to at once. */
export const maximumMarkets = 200

/**
 * Ids of the markets that a filter means now, or what is wrong with it. Markets named by their ids are also meant when they
 * have closed: a client that was away learns how they ended.
 */
export const marketsOf = (driver: Driver, filter: unknown): Reply<ReadonlyArray<string>> => {
  const { view } = driver.exchange
  const open = view.matchingMarkets(filter ?? {})
  const named = Predicate.hasProperty(filter, "marketIds") ? filter.marketIds : undefined
  if (open._tag !== "Answer" || !Array.isArray(named)) return open
  const ids = named.filter((id) => typeof id === "string" && !open.result.includes(id)).slice(0, maximumMarkets)
  const closed = view.marketImages(ids).filter(({ marketDefinition }) => marketDefinition?.status === "CLOSED")
  return { _tag: "Answer", result: [...open.result, ...closed.map(({ id }) => id)] }
}

export class MarketFeed implements Feed<MarketChange> {
  readonly op = "mcm"
  readonly key = "mc"
  private readonly driver: Driver
  private readonly filter: unknown
  private readonly view: MarketView
  private readonly markets: Set<string>

  constructor(driver: Driver, filter: unknown, view: MarketView, markets: ReadonlyArray<string>) {
    this.driver = driver
    this.filter = filter
    this.view = view
    this.markets = new Set(markets)
  }

  get last(): number {
    return this.driver.markets.last
  }

  image(): ReadonlyArray<MarketChange> {
    const images = [...this.markets].flatMap((marketId) => {
      const state = this.stateOf(marketId)
      return state === undefined ? [] : [this.view.image(state)]
    })
    this.forgetClosed()
    return images
  }

  since(after: number): Told<MarketChange> | undefined {
    const published = this.driver.markets.since(after)
    if (published === undefined) return undefined
    const folded = new Map<string, MarketState>()
    let at = 0
    for (const { at: publishedAt, change } of published) {
      if (!this.markets.has(change.id) && !(change.img === true && this.joins(change.id))) continue
      const changes = folded.get(change.id) ?? new MarketState(change.id, true)
      folded.set(change.id, changes)
      changes.apply(change)
      at = publishedAt
    }
    const changes = [...folded.values()].flatMap((one) => this.view.delta(one, this.stateOf(one.id) ?? one) ?? [])
    this.forgetClosed()
    return { changes, at }
  }

  /** Whether a market that has just opened is meant too. */
  private joins(marketId: string): boolean {
    if (this.markets.size >= maximumMarkets) return false
    const meant = marketsOf(this.driver, this.filter)
    if (meant._tag !== "Answer" || !meant.result.includes(marketId)) return false
    this.markets.add(marketId)
    return true
  }

  /** A market that closed before this server ran is asked for from the exchange. */
  private stateOf(marketId: string): MarketState | undefined {
    const known = this.driver.stateOf(marketId)
    if (known !== undefined) return known
    const [image] = this.driver.exchange.view.marketImages([marketId])
    if (image === undefined) return undefined
    const state = new MarketState(marketId)
    state.apply(image)
    return state
  }

  /** Nothing follows a market's end, and it makes room for others. */
  private forgetClosed(): void {
    for (const marketId of this.markets) {
      if (this.driver.stateOf(marketId)?.definition?.status !== "CLOSED") continue
      this.markets.delete(marketId)
      this.view.forget(marketId)
    }
  }
}
