/** The recorded markets that are open, and those that have closed: recordings are few, so none is forgotten. */
import type { MarketMessage } from "../../market/MarketMessage.ts"
import type { ExchangeMarket } from "../exchange/ExchangeMarket.ts"
import type { OpenMarket, Programme } from "../exchange/Programme.ts"
import type { RecordedDay, Recording } from "./RecordedDay.ts"
import { RecordedMarket } from "./RecordedMarket.ts"

export class OpenRecordings implements Programme {
  private readonly day: RecordedDay
  private readonly beganAt: number
  /** Still to open, the next one last. */
  private readonly awaited: Array<Recording>
  private readonly open = new Map<string, RecordedMarket>()
  private readonly closed = new Map<string, RecordedMarket>()

  /**
   * Joins the markets of the moment where they are; those in `fresh` at their beginning instead.
   *
   * @param beganAt when the first message was played, or is; epoch milliseconds
   */
  constructor(day: RecordedDay, beganAt: number, now: number, fresh: ReadonlySet<string>) {
    this.day = day
    this.beganAt = beganAt
    this.awaited = day.recordings.toSorted((a, b) => b.opensAt - a.opensAt)
    for (const market of this.begin(now)) if (!fresh.has(market.marketId)) market.fastForward(now)
    this.sortOut()
  }

  get markets(): ReadonlyArray<OpenMarket> {
    return Array.from(this.open.values(), asOpen)
  }

  find(marketId: string): OpenMarket | undefined {
    const market = this.open.get(marketId)
    return market === undefined ? undefined : asOpen(market)
  }

  known(marketId: string): ExchangeMarket | undefined {
    return this.open.get(marketId) ?? this.closed.get(marketId)
  }

  play(until: number, told: boolean): ReadonlyArray<MarketMessage> {
    const messages: Array<MarketMessage> = []
    for (const market of this.begin(until)) {
      if (told) messages.push({ op: "mcm", id: 1, pt: market.time, mc: [market.image()] })
    }
    for (const market of this.open.values()) {
      if (told) messages.push(...market.advance(until))
      else market.fastForward(until)
    }
    this.sortOut()
    return messages.toSorted((a, b) => a.pt - b.pt)
  }

  /** Opens what opens until then. */
  private begin(until: number): ReadonlyArray<RecordedMarket> {
    const begun: Array<RecordedMarket> = []
    for (let next = this.awaited.at(-1); next !== undefined; next = this.awaited.at(-1)) {
      if (this.beganAt + Math.floor(next.opensAt / this.day.speed) > until) break
      this.awaited.pop()
      const market = new RecordedMarket(this.day, next, this.beganAt)
      this.open.set(market.marketId, market)
      begun.push(market)
    }
    return begun
  }

  private sortOut(): void {
    for (const [marketId, market] of this.open) {
      if (!market.isOver) continue
      this.open.delete(marketId)
      this.closed.set(marketId, market)
    }
  }
}

const asOpen = (market: RecordedMarket): OpenMarket => ({ race: market, market })
